/**
 * What 50 drawn sites with faults do in ten minutes each, as a digest per seed: two versions that print the same behave the same.
 * EVENKEEL_SEED and EVENKEEL_RUNS say with which seed it begins, and how many there are. `make digests` compares revisions by it.
 */
import { virtualPorts } from '../build/src/cli/site/ports.js';
import { drawScenario } from '../build/src/sim/world/draw.js';
import { play } from '../build/src/sim/world/play.js';

const FIRST_SEED = Number(process.env.EVENKEEL_SEED ?? 1);
const RUNS = Number(process.env.EVENKEEL_RUNS ?? 50);
const DURATION_MS = 600_000;

for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
  const { digest } = await play(drawScenario({ seed, durationMs: DURATION_MS }), { seed, ports: virtualPorts });
  process.stdout.write(`${seed} ${digest}\n`);
}
