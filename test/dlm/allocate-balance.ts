/** Whole steps under nested imbalance limits: where a share cannot simply be rounded down. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import type { Rotation } from '../../src/base/rotation.js';
import type { AllocationCandidate } from '../../src/dlm/allocate.js';
import { divide, fuse, limitsText, type Scene, vehicle } from './scenes.js';

function on(phase: 1 | 2 | 3, id: string, facts: Partial<AllocationCandidate> = {}): AllocationCandidate {
  const rotation: Rotation = phase === 1 ? 'RST' : phase === 2 ? 'STR' : 'TRS';
  return vehicle(id, '1p', { rotation, ...facts });
}

/** Sums per phase of all charge points, all of which are behind the main circuit. */
function sumsA(scene: Scene): readonly number[] {
  return divide(scene).circuits.get('main')?.loadA ?? [];
}

t.test('two of them move together where a step of one alone parts other phases', async (t) => {
  const scene: Scene = {
    circuits: [
      fuse('main', 60, { imbalanceLimitA: 0.1 }),
      { ...fuse('east', 1, { imbalanceLimitA: 0.9 }), parent: 'main' },
    ],
    chargePoints: [
      on(1, 'a', { circuit: 'east', minA: 0, maxA: 6 }),
      on(2, 'b', { minA: 0, maxA: 13 }),
      on(3, 'c', { minA: 0, maxA: 16 }),
      vehicle('d', '2p', { minA: 0, maxA: 6 }),
    ],
  };
  t.equal(limitsText(scene), '0 0 6 6', 'shares 0.9, 1, 7 and 6 A');
  t.same(sumsA(scene), [6, 6, 6]);
});

t.test('back to the minima, and up again towards the shares', async (t) => {
  const scene: Scene = {
    circuits: [
      fuse('main', 60, { imbalanceLimitA: 6.15 }),
      { ...fuse('east', 60, { imbalanceLimitA: 0.85 }), parent: 'main' },
    ],
    chargePoints: [
      on(1, 'd', { minA: 6, maxA: 8 }),
      on(3, 'a', { minA: 0, maxA: 16 }),
      vehicle('b', '2p', { rotation: 'STR', minA: 7, maxA: 9 }),
      on(2, 'c', { circuit: 'east', minA: 0, maxA: 16 }),
    ],
  };
  const [d = 0, a = 0, b = 0, c = 0] = limitsText(scene).split(' ').map(Number);
  t.ok(a >= 5 && b >= 7 && c === 0 && d === 8, `${a} ${b} ${c} ${d}`);
  const [l1 = 0, l2 = 0, l3 = 0] = sumsA(scene);
  t.ok(Math.max(l1, l2, l3) - Math.min(l1, l2, l3) <= 6.15, `${l1} ${l2} ${l3}`);
});

t.test('what whole steps cost at least: circuits that cannot carry a fraction of a step', async (t) => {
  for (const count of [1, 3, 8]) {
    const names = Array.from({ length: count }, (_, index) => `c${index}`);
    const scene: Scene = {
      circuits: [
        fuse('main', 60, { imbalanceLimitA: 2.3 }),
        ...names.map((id) => ({ ...fuse(id, 60, { imbalanceLimitA: 0.7 }), parent: 'main' })),
      ],
      chargePoints: [
        vehicle('a', '2p', { rotation: 'TRS', minA: 0, maxA: 16 }),
        ...names.map((circuit) => on(2, `on ${circuit}`, { circuit, minA: 0, maxA: 1 })),
      ],
    };
    t.equal(limitsText(scene).split(' ')[0], '2', `${count}: the share is ${2.3 + 0.7 * count} A`);
  }
});

t.test('many at once: nothing is lost but what the limits cost', async (t) => {
  const boards = Array.from({ length: 12 }, (_, index) => `b${index}`);
  const scene: Scene = {
    circuits: [
      fuse('main', 400, { imbalanceLimitA: 5 }),
      ...boards.map((id, index) => ({
        ...fuse(id, [63.4, 50.7, 40.3], { imbalanceLimitA: 2.5 + index / 10 }),
        parent: 'main',
      })),
    ],
    chargePoints: boards.flatMap((circuit, board) =>
      Array.from({ length: 8 }, (_, index) =>
        index % 3 === 0
          ? vehicle(`v${board}-${index}`, '3p', { circuit, minA: 1, maxA: 16 })
          : on((((board + index) % 3) + 1) as 1 | 2 | 3, `v${board}-${index}`, { circuit, minA: 1, maxA: 16 }),
      ),
    ),
    stepA: 0.5,
  };
  const [l1 = 0, l2 = 0, l3 = 0] = sumsA(scene);
  t.ok(Math.max(l1, l2, l3) - Math.min(l1, l2, l3) <= 5, `${l1} ${l2} ${l3}`);
  t.ok(Math.min(l1, l2, l3) > 300, `${l1} ${l2} ${l3}`);
});

t.test('a limit that the minimum exceeds by a hair is exceeded', async (t) => {
  const single = [on(1, 'a')];
  const rows = [
    ['0', { circuits: [fuse('main', 16, { imbalanceLimitA: 5.999999 })], chargePoints: single }],
    ['6', { circuits: [fuse('main', 16, { imbalanceLimitA: 6 })], chargePoints: single }],
    ['0', { circuits: [fuse('main', 16, { backgroundA: [10.000001, 0, 0] })], chargePoints: single }],
    ['0', { circuits: [fuse('main', 16, { limitW: 1379.9999 })], chargePoints: single }],
    ['6', { circuits: [fuse('main', 16, { limitW: 1380 })], chargePoints: single }],
  ] as const;
  for (const [limits, scene] of rows) t.equal(limitsText(scene), limits, JSON.stringify(scene.circuits));
});

/** Many vehicles on boards that each keep a small difference of their own: steps of one or two are not enough here. */
function crowded(seed: number): Scene {
  const rng = seededRng(seed);
  const boards = 3 + rng.int(4);
  const main = fuse('main', 400, { imbalanceLimitA: 1 + rng.int(5) + rng.int(10) / 10 });
  const circuits = Array.from({ length: boards }, (_, index) => ({
    ...fuse(`b${index}`, [20.7 + rng.int(40), 20.4 + rng.int(40), 20 + rng.int(40)], {
      imbalanceLimitA: 0.5 + rng.int(30) / 10,
    }),
    parent: 'main',
  }));
  const chargePoints = Array.from({ length: 61 + rng.int(20) }, (_, index) =>
    vehicle(`v${index}`, '1p', {
      circuit: `b${rng.int(boards)}`,
      rotation: (['RST', 'STR', 'TRS'] as const)[rng.int(3)] ?? 'RST',
      activePhases: [0b001, 0b001, 0b011, 0b111][rng.int(4)] ?? 0b001,
      minA: rng.int(2),
      maxA: 16,
    }),
  );
  return { circuits: [main, ...circuits], chargePoints };
}

t.test('from the minima up again towards the shares, not only until the first of them meet a limit', async (t) => {
  for (const [seed, leastA] of [
    [2, 205],
    [44, 295],
    [474, 290],
  ] as const) {
    const { limits } = divide(crowded(seed));
    const sumA = [...limits.values()].reduce((sum, { limitA }) => sum + limitA, 0);
    t.ok(sumA >= leastA, `seed ${seed}: ${sumA} A in all`);
  }
});
