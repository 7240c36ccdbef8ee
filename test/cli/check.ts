/** `evenkeel check`, and what the other commands say of a file that is not theirs. */
import { join } from 'node:path';
import { Daemon, fileIn, folder, output, PROGRAM, ROOT } from '../helpers/daemon-process.js';
import { aside } from './world.js';

const MASTER_FILE = join(ROOT, 'etc/evenkeel.yaml');
const SLAVE_FILE = join(ROOT, 'etc/evenkeel-slave.yaml');
const WRONG = `site: Wrong
circuits:
  - { id: main, limitA: 63 kA, meter: grdi }
meters:
  - { id: grid, model: siemens-pac2200, connection: "tcp://127.0.0.1" }
discovery: { prot: 16030 }
`;

aside('check: what a good file means, for people and for machines', async (t) => {
  const [master, json] = await Promise.all([
    output(['check', '--config', MASTER_FILE], { isMeasured: true }),
    output(['check', '--json', '-c', MASTER_FILE]),
  ]);
  t.match(master, { code: 0, stderr: '' });
  // It wants a key, and this machine may have none.
  const [verdict = '', ...lines] = master.stdout.split('\n');
  t.match(verdict, /evenkeel\.yaml: good(, but will not start here: no usable key)?$/);
  t.equal(verdict.endsWith('no usable key'), /auth: will not start/.test(master.stdout));
  t.same(lines.slice(0, 2), ['', 'Site Car park north']);
  t.same(
    lines.filter((line) => line.length > 80),
    [],
  );
  t.match(json, { code: 0, stderr: '' });
  t.match(JSON.parse(json.stdout), {
    role: 'master',
    site: 'Car park north',
    circuits: [{ id: 'main' }, { id: 'evse' }],
    auth: 'on',
    keyFile: '/etc/evenkeel/keys/site.key',
    authNote: /^auth/,
  });
});

aside('check: one line for each finding, and 78', async (t) => {
  const file = fileIn(folder(t), 'wrong.yaml', WRONG);
  const found = await output(['check', '-c', file]);
  t.match(found, { code: 78, stdout: '' });
  const lines = found.stderr.trimEnd().split('\n');
  t.equal(lines.length, 3, found.stderr);
  for (const line of lines) t.ok(/:\d+:\d+ [\w.[\]]+: expected .+, got .+$/.test(line) && line.startsWith(file), line);
  t.match(lines[0], /:3:25 circuits\[0\]\.limitA: expected a current in A, .*, got "63 kA"$/);
  t.match(lines[1], /did you mean "grid"\?$/);
  t.match(lines[2], /did you mean "port"\?$/);
  const ran = await Promise.all([output(['run', '-c', file]), output(['check', '--json', '-c', file])]);
  for (const { code, stderr, stdout } of ran)
    t.match({ code, stderr, stdout }, { code: 78, stderr: found.stderr, stdout: '' });
});

aside(
  'check: a fuse that cannot carry all on their own: the table all the same, what would help, and 78',
  async (t) => {
    const unsafe = `site: Unsafe
circuits: [{ id: main, limitA: 63, backgroundMaxA: 20 }]
chargePoints: [${Array.from({ length: 12 }, (_, index) => `{ id: cp${index}, circuit: main }`).join(', ')}]
`;
    const file = fileIn(folder(t), 'unsafe.yaml', unsafe);
    const [text, json, run] = await Promise.all([
      output(['check', '-c', file]),
      output(['check', '--json', '-c', file]),
      output(['run', '-c', file]),
    ]);
    t.ok(text.stdout.startsWith(`${file}: NOT SAFE\n\nSite Unsafe\n`), text.stdout.slice(0, 80));
    t.match(text.stdout, /^! +L1 +63 A +20 A +72 A +-29 A +7 of 12 +0$/m);
    t.match(JSON.parse(json.stdout), { circuits: [{ phases: [{ leftA: -29, chargePoints: 12, mayVanish: 7 }] }] });
    const expected = 'at least 92 A on each phase of circuit main';
    const why = '12 charge points take 72 A without a master + backgroundMaxA 20 A';
    const ways = 'lower disconnectedLimitA to 3 A or less, or to 0 A for the largest 5, or raise limitA to 92 A';
    const stderr = `${file}:2:32 circuits[0].limitA: expected ${expected} (${why}; ${ways}), got 63 A\n`;
    for (const each of [text, json, run]) t.match({ code: each.code, stderr: each.stderr }, { code: 78, stderr });
    t.equal(run.stdout, '', 'and nobody is controlled with it');
  },
);

aside('a file that cannot be read, or is for another command: 78 and the way out', async (t) => {
  const missing = join(folder(t), 'missing.yaml');
  const ROWS: readonly (readonly [readonly string[], string])[] = [
    [['check', '-c', missing], `${missing}: expected a readable configuration file, got nothing (ENOENT)\n`],
    [
      ['run', '-c', SLAVE_FILE],
      `${SLAVE_FILE}: expected a master's file, got role: slave; run it with: evenkeel slave -c ${SLAVE_FILE}\n`,
    ],
    [
      ['slave', '-c', MASTER_FILE],
      `${MASTER_FILE}: expected a slave's file (role: slave), got a master's; run it with: evenkeel run -c ${MASTER_FILE}\n`,
    ],
  ];
  await Promise.all(
    ROWS.map(async ([args, stderr]) => t.match(await output(args), { code: 78, stdout: '', stderr }, args.join(' '))),
  );
});

aside('a reader that goes away early is no error', async (t) => {
  for (const command of ['check -c "$1"', '--help']) {
    const shell = new Daemon('bash', ['-c', `set -o pipefail; "$0" ${command} | true`, PROGRAM, MASTER_FILE]);
    t.match(await shell.ended, { code: 0 }, command);
    t.equal(shell.stderr, '');
  }
});
