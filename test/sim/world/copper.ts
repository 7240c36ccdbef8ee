/** The running sums of the conductors against a recomputation from scratch, after random changes. */
import t from 'tap';
import { seededRng } from '../../../src/base/rng.js';
import { type PhaseAmps, mapPhases, PHASES, perPhase } from '../../../src/base/units.js';
import { Copper, milli } from '../../../src/sim/world/copper.js';
import { circuit } from '../../helpers/site.js';

const SERIES = 60;
const CHANGES = 200;
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const CIRCUITS = [
  circuit({ id: 'main' }),
  circuit({ id: 'north', parent: 'main' }),
  circuit({ id: 'south', parent: 'main' }),
  circuit({ id: 'cellar', parent: 'north' }),
];
/** By circuit: itself and all above. */
const ABOVE = [[0], [1, 0], [2, 0], [3, 1, 0]];
const TAPS = [
  ['a', 0],
  ['b', 1],
  ['c', 2],
  ['d', 3],
  ['e', 3],
] as const;

interface Told {
  drawnA: PhaseAmps;
  allowedA: PhaseAmps;
}

function sumsOf(items: readonly (readonly [number, PhaseAmps])[], index: number): readonly number[] {
  const below = items.filter(([at]) => ABOVE[at]?.includes(index));
  return PHASES.map((p) => below.reduce((sum, [, currentA]) => sum + milli(currentA[p]), 0));
}

t.test('sums equal those from scratch', async (t) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SERIES; seed++) {
    const rng = seededRng(seed);
    const copper = new Copper(CIRCUITS, () => {});
    const told = new Map<string, Told>();
    const buildingA = CIRCUITS.map((): PhaseAmps => perPhase(0));
    for (const [id, at] of TAPS) {
      copper.connect(id, CIRCUITS[at]?.id ?? '');
      told.set(id, { drawnA: perPhase(0), allowedA: perPhase(0) });
    }
    const anyA = (): PhaseAmps => mapPhases(() => rng.between(-5, 40));
    for (let count = 0; count < CHANGES; count++) {
      const [id] = TAPS[rng.int(TAPS.length)] ?? TAPS[0];
      const tap = told.get(id);
      const kind = rng.int(3);
      if (kind === 0 && tap) {
        tap.drawnA = anyA();
        copper.setDrawn(id, tap.drawnA);
      } else if (kind === 1 && tap) {
        const [limitA, mask] = [rng.between(0, 32), rng.int(8)];
        tap.allowedA = mapPhases((p) => ((mask >> p) & 1 ? limitA : 0));
        copper.setAllowed(id, limitA, mask);
      } else {
        const at = rng.int(CIRCUITS.length);
        buildingA[at] = anyA();
        copper.setBuilding(at, buildingA[at]);
      }
    }
    const taps = (key: keyof Told) => TAPS.map(([id, at]) => [at, told.get(id)?.[key] ?? perPhase(0)] as const);
    const found = copper.conductors.map(({ drawnMa, allowedMa, buildingMa }) =>
      [drawnMa, allowedMa, buildingMa].map((sums) => [...sums]),
    );
    const expected = CIRCUITS.map((_, index) => [
      sumsOf(taps('drawnA'), index),
      sumsOf(taps('allowedA'), index),
      sumsOf(
        buildingA.map((currentA, at) => [at, currentA] as const),
        index,
      ),
    ]);
    t.same(found, expected, `seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/sim.test.js`);
  }
});

t.test('whoever judges is told before each change, from the place up to the root, and of no other', async (t) => {
  const told: (readonly [number, number])[] = [];
  const copper: Copper = new Copper(CIRCUITS, (index) => {
    told.push([index, copper.conductors[index]?.drawnMa[1] ?? -1]);
  });
  copper.connect('d', 'cellar');
  copper.setDrawn('d', [0, 6.5, 0]);
  t.same(told, [
    [3, 0],
    [1, 0],
    [0, 0],
  ]);
  copper.setDrawn('d', [0, 6.5, 0]);
  t.equal(told.length, 3, 'nothing changed');
  copper.setDrawn('d', [0, 7, 0]);
  t.same(told.slice(3), [
    [3, 6500],
    [1, 6500],
    [0, 6500],
  ]);
  t.same(copper.drawnA('d'), [0, 7, 0]);
});

t.test('the own load of a circuit is without what hangs below', async (t) => {
  const copper = new Copper(CIRCUITS, () => {});
  copper.setBuilding(0, [1, 2, 3]);
  copper.setBuilding(3, [10, 20, 30]);
  t.same([...copper.ownBuildingMa(0)], [1000, 2000, 3000]);
  t.same([...(copper.conductors[0]?.buildingMa ?? [])], [11_000, 22_000, 33_000]);
  t.throws(() => copper.indexOf('attic'), /circuit attic/);
  t.throws(() => copper.setDrawn('z', perPhase(1)), /charge point z/);
});
