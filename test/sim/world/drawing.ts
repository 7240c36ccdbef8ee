/** What is drawn for a run: all faults come, but not together where that is a limit that the decisions name. */
import t from 'tap';
import { INJECTORS } from '../../../src/sim/world/faults/index.js';
import { FEATURES } from '../../../src/sim/world/features/index.js';
import { drawScenario } from '../../../src/sim/world/draw.js';

const SEEDS = 1000;
const CUTS = ['partition', 'polls-lost', 'grants-late', 'broadcast-blocked', 'masters-parted'];
const APART: readonly (readonly [name: string, others: readonly string[]])[] = [
  ['second-master', ['interface-down', 'broadcast-blocked', 'broadcast-blocked-fixed', 'masters-parted']],
  ['slave-doubled', [...CUTS, 'voltage-dip', 'master-killed', 'charger-outlasts-lease', 'follows-another']],
  ['charger-outlasts-lease', [...CUTS, 'master-killed']],
  ['meter-stranger', ['master-killed']],
];

t.test('how a meter beside the charge points is connected cannot be found out, and stays right', async (t) => {
  let beside = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { config, faults } = drawScenario({ seed, durationMs: 3_600_000 });
    const isBeside = config.site.circuits.some(({ meterLocation, meter }) => meter && meterLocation === 'excluding');
    if (!isBeside) continue;
    beside += 1;
    const wrong = faults.filter(({ fault }) => fault === 'meter-phases-swapped' || fault === 'meter-backwards');
    if (wrong.length > 0) t.fail(`seed ${seed}: ${wrong[0]?.fault}`);
  }
  t.ok(beside > SEEDS / 10, `${beside} such sites`);
});

t.test('a charge point outlasts its lease only where it is still heard when that ends', async (t) => {
  const leases = new Set<number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { config, faults } = drawScenario({ seed, durationMs: 3_600_000 });
    if (faults.some(({ fault }) => fault === 'charger-outlasts-lease')) leases.add(config.site.leaseMs);
  }
  t.same([...leases].sort(), [15_000, 6_000]);
});

t.test('faults that must not meet do not, and each comes', async (t) => {
  const drawn = Array.from({ length: SEEDS }, (_, index) => {
    const { faults } = drawScenario({ seed: index + 1, durationMs: 3_600_000 });
    return new Set(faults.map(({ fault }) => fault));
  });
  t.comment(`seeds 1..${SEEDS}`);
  for (const { name } of INJECTORS)
    t.ok(
      drawn.some((kinds) => kinds.has(name)),
      name,
    );
  for (const [name, others] of APART) {
    const both = drawn.findIndex((kinds) => kinds.has(name) && others.some((other) => kinds.has(other)));
    t.equal(both, -1, `${name} beside one that hides it: seed ${both + 1}`);
  }
});

t.test('each feature comes, as often as its row says, and a run mixes several', async (t) => {
  const runs = Array.from({ length: SEEDS }, (_, index) => drawScenario({ seed: index + 1, durationMs: 3_600_000 }));
  for (const { name, share } of FEATURES) {
    const count = runs.filter(({ features }) => features.includes(name)).length;
    t.ok(Math.abs(count / SEEDS - share) < 0.05, `${name}: ${count} of ${SEEDS}`);
  }
  t.equal(new Set(FEATURES.map(({ name }) => name)).size, FEATURES.length, 'each has a name of its own');
  t.ok(runs.filter(({ features }) => features.length >= 3).length > 0.8 * SEEDS);
  const late = runs.flatMap(({ actions, contacts, calmFromMs }) =>
    [...actions, ...contacts.flatMap(({ changes }) => changes)].filter(({ atMs }) => atMs > calmFromMs),
  );
  t.same(late, [], 'nothing changes in the calm end');
});

t.test('about half of the sites give away what vehicles leave, some of them not in the garage', async (t) => {
  let [on, kept] = [0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { site } = drawScenario({ seed, durationMs: 3_600_000 }).config;
    if (site.allocation.redistribute !== undefined) on += 1;
    if (site.circuits.some(({ redistribute }) => redistribute === false)) kept += 1;
  }
  t.ok(on > 0.4 * SEEDS && on < 0.6 * SEEDS, `${on} sites`);
  t.ok(kept > 0.05 * SEEDS && kept < 0.2 * SEEDS, `${kept} of them not in the garage`);
});
