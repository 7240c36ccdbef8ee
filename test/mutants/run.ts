/** Plays one mutant against the tests that must kill it, each in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { unmeasured } from '../helpers/unmeasured.js';
import { type Mutant, SAFETY_MUTANTS } from './list.js';

const BUILD = fileURLToPath(new URL('../../', import.meta.url));
const PRELOAD = new URL('../helpers/mutant-child.js', import.meta.url).href;
/** Safety rules, section 7: every mutant is killed within so many seeds. */
const SEEDS_MAX = 300;
/** Far above what any needs. */
export const PATIENCE_MS = 1_800_000;
const TOLD_MAX = 4;

export interface Fate {
  /** `broken`: the tests could not run at all, which proves nothing. */
  readonly end: 'killed' | 'survived' | 'broken';
  /** The test that failed, or what was wrong. */
  readonly by: string;
  readonly seconds: number;
}

/** A test that fails without a word of its own has not judged. */
const FAILED = /^ *not ok \d* ?-? ?(?!timeout!)(.*)$/m;

/** `killer`: a file of test/ without its ending, `dlm/ledger`. */
export async function play(mutant: Mutant, killer: string): Promise<Fate> {
  const startedMs = performance.now();
  const { code, output } = await run(mutant, killer);
  const seconds = (performance.now() - startedMs) / 1000;
  if (code === 0) return { end: 'survived', by: killer, seconds };
  const [, what] = FAILED.exec(output) ?? [];
  if (what !== undefined) return { end: 'killed', by: `${killer}: ${what}`, seconds };
  return { end: 'broken', by: output.trim().split('\n').slice(-TOLD_MAX).join(' | '), seconds };
}

function run({ name }: Mutant, killer: string): Promise<{ readonly code: number | null; readonly output: string }> {
  // Neither tap's hooks nor its coverage: a mutant covers nothing.
  const own = Object.entries(process.env).filter(([key]) => !/^(_?TAP|NODE_)/.test(key));
  const seeds = { EVENKEEL_RUNS: `${SEEDS_MAX}`, EVENKEEL_SEED: `${SAFETY_MUTANTS.get(name)?.[killer] ?? 1}` };
  const env = { ...Object.fromEntries(own), ...seeds, EVENKEEL_MUTANT: name, TAP_TIMEOUT: `${PATIENCE_MS / 1000}` };
  const args = ['--no-warnings', `--import=${PRELOAD}`, `${BUILD}test/${killer}.js`];
  const [command, ...words] = unmeasured(process.execPath, args);
  const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
