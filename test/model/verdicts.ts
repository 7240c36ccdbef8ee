/** Runs the model checker over all variants: the rules hold in every order of events, and each mutant is caught. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/daemon-process.js';

/** The exit code of the script where spin or gcc is missing. */
const LEFT_OUT = 3;
const VARIANTS = 24;

// Far more than it needs; the run blocks, so a shorter time would only be noticed when it is over.
t.setTimeout(1_800_000);
const run = spawnSync('bash', [join(ROOT, 'scripts', 'model.sh')], { encoding: 'utf8' });
const isLeftOut = run.status === LEFT_OUT && process.env['CI'] !== 'true';

t.test('the model of the leases', { skip: isLeftOut ? run.stderr.trim() : false }, async (t) => {
  const rows = run.stdout.split('\n').filter((line) => / (?:holds|breaks|reached) /.test(line));
  t.equal(rows.length, VARIANTS, `every variant is judged\n${run.stderr}`);
  for (const row of rows) {
    const [name, expected, found, states] = row.split(/ +/);
    t.equal(found, expected, `${name}: ${expected}, ${states} states`);
  }
  t.equal(run.status, 0, run.stdout.trim().split('\n').at(-1) ?? '');
});
