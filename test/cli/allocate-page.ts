/** docs/allocate.md: its examples are run, and its tables name what the program knows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHARGE_POINTS_MAX, CIRCUITS_MAX, REQUEST_KEYS } from '../../src/cli/allocate/request.js';
import { LEVELS_MAX } from '../../src/cli/allocate/relations.js';
import { REQUEST_BYTES_MAX } from '../../src/cli/allocate/source.js';
import { Daemon, ROOT } from '../helpers/daemon-process.js';
import { aside } from './world.js';

const page = readFileSync(join(ROOT, 'docs/allocate.md'), 'utf8');

interface Example {
  readonly command: string;
  readonly output: string;
}

function examples(): readonly Example[] {
  const blocks = [...page.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((each) => {
        const end = each.indexOf('\n');
        return { command: each.slice(0, end), output: each.slice(end + 1) };
      }),
  );
}

/** The words in the first column of the tables: what stands before "|" in backquotes. */
function firstColumn(): readonly string[] {
  const cells = [...page.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell]) => cell ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word ?? ''));
}

aside('allocate: every example of the page', async (t) => {
  const all = examples();
  t.ok(all.length >= 6, `${all.length} examples`);
  for (const { command, output } of all) {
    const bash = new Daemon('bash', ['-c', `{ ${command}; } 2>&1`]);
    await bash.ended;
    t.equal(bash.stdout, output, command);
  }
});

aside('allocate: the page has every key and every reason, and the bounds', async (t) => {
  const REASONS = ['maximum', 'circuit', 'power', 'imbalance', 'shortage', 'step'];
  t.same([...new Set(firstColumn())].sort(), [...new Set([...REQUEST_KEYS, ...REASONS])].sort());
  const bounds = [CIRCUITS_MAX, CHARGE_POINTS_MAX, LEVELS_MAX].map((bound) => bound.toLocaleString('en-US'));
  for (const bound of [...bounds, `${REQUEST_BYTES_MAX / 2 ** 20} MiB`]) t.match(page, bound);
});
