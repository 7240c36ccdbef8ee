/** The same seed gives the same run, whoever looks on; another seed gives another one. */
import t from 'tap';
import { virtualPorts } from '../../../src/cli/site/ports.js';
import { drawScenario } from '../../../src/sim/world/draw.js';
import { play } from '../../../src/sim/world/play.js';
import type { RunLog } from '../../../src/sim/world/run-log.js';
import { METERED, scenarioOf } from './small-site.js';

const DURATION_MS = 5 * 60_000;
const RUNS = 4;
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);

function drawn(seed: number, more: { readonly sampleEveryMs?: number } = {}): Promise<RunLog> {
  return play(drawScenario({ seed, durationMs: DURATION_MS }), { seed, ports: virtualPorts, ...more });
}

t.test('twice the same, and each seed its own', async (t) => {
  const digests = new Set<string>();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const { digest, counts, violations } = await drawn(seed);
    digests.add(digest);
    t.same(await drawn(seed).then((again) => [again.digest, again.counts, again.violations]), [
      digest,
      counts,
      violations,
    ]);
  }
  t.equal(digests.size, RUNS, `seeds ${FIRST_SEED}.. give ${[...digests].join(' ')}`);
});

t.test('a scenario of a file takes its chances from the seed', async (t) => {
  const of = (seed: number): Promise<RunLog> =>
    play(scenarioOf(METERED, { durationMs: DURATION_MS }), { seed, ports: virtualPorts });
  const { digest } = await of(1);
  t.equal((await of(1)).digest, digest);
  t.not((await of(2)).digest, digest);
});

t.test('samples for plots are taken without touching anything', async (t) => {
  // Of seed 5 it is known that looking between two steps of a slave once led its meter another way.
  for (const seed of [5, FIRST_SEED]) {
    const { digest, samples } = await drawn(seed);
    t.equal(samples.length, 0);
    for (const sampleEveryMs of [1_000, 70]) {
      const looked = await drawn(seed, { sampleEveryMs });
      t.equal(looked.digest, digest, `seed ${seed}, every ${sampleEveryMs} ms`);
      t.equal(looked.samples.length, Math.floor(DURATION_MS / sampleEveryMs) + 1);
    }
  }
});
