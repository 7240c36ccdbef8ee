/**
 * A slice of the soak (`make soak`): drawn sites with drawn faults, judged at every moment. Most runs are faults from beginning to
 * end; every fifth also has the calm time afterwards in which all must recover and share fairly.
 */
import t from 'tap';
import { drawScenario } from '../../../src/sim/world/draw.js';
import { play } from '../../../src/sim/world/play.js';
import type { RunLog } from '../../../src/sim/world/run-log.js';
import { virtualPorts } from '../../../src/cli/site/ports.js';

const RUNS = Number(process.env['EVENKEEL_RUNS'] ?? 100);
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const MINUTE_MS = 60_000;
const STORM_MS = 6 * MINUTE_MS;
const WHOLE_MS = 18 * MINUTE_MS;
const WHOLE_EVERY = 5;

function playSeed(seed: number): Promise<RunLog> {
  const isWhole = seed % WHOLE_EVERY === 0;
  const scenario = drawScenario(isWhole ? { seed, durationMs: WHOLE_MS } : { seed, durationMs: STORM_MS, calmMs: 0 });
  return play(scenario, { seed, ports: virtualPorts, stopsEarly: true });
}

t.test('H4: sites with features and faults drawn at random: no rule is broken', { timeout: 7_200_000 }, async (t) => {
  const last = FIRST_SEED + RUNS - 1;
  t.comment(
    `seeds ${FIRST_SEED}..${last}; replay one: EVENKEEL_SEED=n EVENKEEL_RUNS=1 node build/test/sim/world/slice.js`,
  );
  let hours = 0;
  let faults = 0;
  for (let seed = FIRST_SEED; seed <= last; seed++) {
    const log = await playSeed(seed);
    hours += log.durationMs / (60 * MINUTE_MS);
    faults += log.faults.length;
    const [first] = log.violations;
    // The first one is enough: it can be replayed, and a mutant needs no more.
    if (first) return t.fail(`seed ${seed}: ${first.judge} at ${first.atMs} ms: ${first.text}`);
  }
  return t.pass(`${RUNS} runs, ${hours.toFixed(1)} hours, ${faults} faults`);
});
