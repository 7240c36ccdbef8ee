/** Runs a check over many random sites; one that fails is shrunk, printed, and comes with the command that replays it. */
import fc from 'fast-check';
import type t from 'tap';

const SEED = Number(process.env['EVENKEEL_SEED'] ?? 63);
const SITES = Number(process.env['EVENKEEL_SITES'] ?? 500);
/** Only this one. */
const SITE = process.env['EVENKEEL_SITE'];
/** So many failures are shrunk and printed; more are only counted. */
const FAILURES_SHOWN = 3;

export type Tap = Pick<typeof t, 'pass' | 'fail' | 'comment'>;

/**
 * `objections` gives what is wrong with a draw, nothing when all is right; `isFirst` is false while a failure is shrunk.
 * A draw depends on seed and number only.
 */
export function overSites<T>(
  t: Tap,
  name: string,
  draws: fc.Arbitrary<T>,
  objections: (draw: T, isFirst: boolean) => readonly string[],
): void {
  const numbers = SITE === undefined ? Array.from({ length: SITES }, (_, index) => index) : [Number(SITE)];
  t.comment(`${name}: seed ${SEED}, ${numbers.length} sites`);
  let failures = 0;
  for (const number of numbers) {
    const isShown = failures < FAILURES_SHOWN;
    let calls = 0;
    const property = fc.property(draws, (draw) => throwIfAny(objections(draw, calls++ === 0)));
    const outcome = fc.check(property, { seed: seedOf(number), numRuns: 1, endOnFailure: !isShown });
    if (!outcome.failed) continue;
    failures += 1;
    if (!isShown) continue;
    t.comment(`EVENKEEL_SEED=${SEED} EVENKEEL_SITE=${number} node build/test/allocator.test.js`);
    t.comment(outcome.errorInstance instanceof Error ? outcome.errorInstance.message : String(outcome.errorInstance));
    t.comment(JSON.stringify(outcome.counterexample?.[0]));
  }
  if (failures > 0) t.fail(`${name}: ${failures} of ${numbers.length} sites`);
  else t.pass(`${name}: ${numbers.length} sites`);
}

function seedOf(number: number): number {
  return (Math.imul(SEED, 1_000_003) + number) | 0;
}

function throwIfAny(texts: readonly string[]): void {
  if (texts.length > 0) throw new Error(texts.join('\n'));
}
