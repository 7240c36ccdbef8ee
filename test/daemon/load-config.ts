import { join } from 'node:path';
import t from 'tap';
import { EXIT, ExitError } from '../../src/daemon/exit-codes.js';
import { loadConfig } from '../../src/daemon/load-config.js';
import { fileIn, folder, ROOT } from '../helpers/daemon-process.js';

/** The error of a file that must not be taken. */
function refusal(file: string): ExitError {
  try {
    loadConfig(file);
  } catch (error) {
    if (error instanceof ExitError) return error;
    throw error;
  }
  throw new Error(`${file} was taken`);
}

t.test('the shipped files', (t) => {
  t.equal(loadConfig(join(ROOT, 'etc/evenkeel.yaml')).role, 'master');
  t.equal(loadConfig(join(ROOT, 'etc/evenkeel-slave.yaml')).role, 'slave');
  t.end();
});

t.test('all findings in one error, each on a line with its place', (t) => {
  const file = fileIn(
    folder(t),
    'wrong.yaml',
    'site: X\ncircuits:\n  - { id: main, limitA: -1 }\n  - { id: main, limitA: 2 }\n',
  );
  const { exitCode, message } = refusal(file);
  t.equal(exitCode, EXIT.config);
  const lines = message.split('\n');
  t.ok(lines.length >= 2, message);
  t.ok(
    lines.every((line) => line.startsWith(`${file}:`)),
    message,
  );
  t.end();
});

t.test('a meter model that nobody knows', (t) => {
  const text = `site: X
circuits: [{ id: main, limitA: 35, meter: grid }]
meters: [{ id: grid, model: siemens-pac220, connection: "tcp://127.0.0.1" }]
`;
  t.match(refusal(fileIn(folder(t), 'model.yaml', text)).message, /did you mean "siemens-pac2200"\?$/);
  t.end();
});

t.test('a file that is not there, or is none', (t) => {
  const directory = folder(t);
  const missing = join(directory, 'missing.yaml');
  const belowFile = join(fileIn(directory, 'file', ''), 'below.yaml');
  const ROWS = [
    [missing, 'nothing (ENOENT)'],
    [belowFile, 'nothing (ENOTDIR)'],
    [directory, 'a folder (EISDIR)'],
    ['/dev/zero', 'more than 8 million bytes'],
  ] as const;
  for (const [file, got] of ROWS) {
    const { exitCode, message } = refusal(file);
    t.equal(exitCode, EXIT.config);
    t.equal(message, `${file}: expected a readable configuration file, got ${got}`);
  }
  t.end();
});
