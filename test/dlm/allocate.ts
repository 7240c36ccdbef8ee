/** How current is divided, scene by scene: what a site engineer would work out by hand. */
import t, { type Test } from 'tap';
import { perPhase } from '../../src/base/units.js';
import type { Scene } from './scenes.js';
import { divide, fuse, limitsText, vehicle } from './scenes.js';

type Row = readonly [name: string, expected: string, scene: Scene];

function check(t: Test, rows: readonly Row[]): void {
  for (const [name, expected, scene] of rows) t.equal(limitsText(scene), expected, `${name}: ${expected}`);
}

const THREE_3P = [vehicle('a', '3p'), vehicle('b', '3p'), vehicle('c', '3p')];
const upTo16 = { maxA: 16 };

t.test('equal shares behind one fuse', async (t) => {
  check(t, [
    [
      'two charge points behind 32 A, one vehicle',
      '32',
      { circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p')] },
    ],
    ['two vehicles', '16 16', { circuits: [fuse('main', 32)], chargePoints: THREE_3P.slice(0, 2) }],
    ['three vehicles of 16 A on 35 A', '12 11 12', { circuits: [fuse('main', 35)], chargePoints: THREE_3P }],
    [
      'three of 16 A on 40 A',
      '14 13 13',
      { circuits: [fuse('main', 40)], chargePoints: THREE_3P.map((each) => ({ ...each, ...upTo16 })) },
    ],
    [
      'who cannot use its share leaves it to the others: 32, 6 and 13 A on 45 A',
      '26 6 13',
      {
        circuits: [fuse('main', 45)],
        chargePoints: [vehicle('a', '3p'), vehicle('b', '3p', { maxA: 6 }), vehicle('c', '3p', { maxA: 13 })],
      },
    ],
    [
      'a higher minimum is kept: 10, 6 and 6 A on 32 A',
      '11 10 11',
      { circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p', { minA: 10 }), ...THREE_3P.slice(1)] },
    ],
    [
      'minima above the equal share',
      '16 8 8',
      { circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p', { minA: 16 }), ...THREE_3P.slice(1)] },
    ],
    ['nobody there', '', { circuits: [fuse('main', 32)], chargePoints: [] }],
    [
      'a maximum below the minimum',
      '0 32',
      { circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p', { maxA: 5 }), vehicle('b', '3p')] },
    ],
  ]);
});

t.test('each phase by itself', async (t) => {
  const single = (id: string, rotation: 'RST' | 'STR' | 'TRS') => vehicle(id, '1p', { rotation });
  check(t, [
    [
      'three single-phase vehicles on L1, L2, L3 of 16 A',
      '16 16 16',
      { circuits: [fuse('main', 16)], chargePoints: [single('a', 'RST'), single('b', 'STR'), single('c', 'TRS')] },
    ],
    [
      '30 A feeder, 3p + 3p + 1p of 16 A',
      '10 10 10',
      {
        circuits: [fuse('main', 30)],
        chargePoints: [...THREE_3P.slice(0, 2), vehicle('c', '1p')].map((each) => ({ ...each, ...upTo16 })),
      },
    ],
    [
      'three on L2 of 40 A bind before two on L1 of 30 A do',
      '14 13 13',
      {
        circuits: [fuse('main', [30, 40, 40])],
        chargePoints: [vehicle('a', '3p'), vehicle('b', '3p', { rotation: 'STR' }), single('c', 'STR')],
      },
    ],
    [
      'four charge points behind 100 A, rotated RST STR TRS RST, single-phase vehicles of 63 A',
      '50 63 63 50',
      {
        circuits: [fuse('main', 100)],
        chargePoints: [single('a', 'RST'), single('b', 'STR'), single('c', 'TRS'), single('d', 'RST')].map((each) => ({
          ...each,
          maxA: 63,
        })),
      },
    ],
    [
      'two-phase vehicles: STR loads L2 and L3, TRS loads L3 and L1',
      '20 12 8 8',
      {
        circuits: [fuse('main', [40, 32, 20])],
        chargePoints: [
          vehicle('a', '2p', { maxA: 20 }),
          vehicle('b', '2p', { rotation: 'STR' }),
          vehicle('c', '2p', { rotation: 'TRS', maxA: 8 }),
          vehicle('d', '1p', { maxA: 8 }),
        ],
      },
    ],
    [
      'unequal fuses: three phases follow the smallest',
      '20 5',
      {
        circuits: [fuse('main', [32, 20, 25])],
        chargePoints: [vehicle('a', '3p'), vehicle('b', '1p', { rotation: 'TRS', minA: 2, maxA: 5 })],
      },
    ],
    [
      'L1 has 10 A left: one of two',
      '10 0',
      { circuits: [fuse('main', 32, { backgroundA: [22, 0, 0] })], chargePoints: THREE_3P.slice(0, 2) },
    ],
  ]);
});

t.test('nested circuits: every fuse on the way counts', async (t) => {
  const garage = { circuit: 'garage' };
  const circuits = [fuse('main', 32), fuse('garage', 20, { parent: 'main' })];
  check(t, [
    [
      'two in the garage, one outside: the garage binds first',
      '10 10 12',
      { circuits, chargePoints: [vehicle('a', '3p', garage), vehicle('b', '3p', garage), vehicle('c', '3p')] },
    ],
    [
      'three in the garage, none outside',
      '7 6 7',
      { circuits, chargePoints: THREE_3P.map((each) => ({ ...each, ...garage })) },
    ],
    [
      'the main fuse binds first: the garage is not filled',
      '8 8 8 8',
      {
        circuits,
        chargePoints: [vehicle('a', '3p', garage), vehicle('b', '3p', garage), vehicle('c', '3p'), vehicle('d', '3p')],
      },
    ],
    [
      'background in the garage leaves less there',
      '6 26',
      {
        circuits: [fuse('main', 32), fuse('garage', 20, { parent: 'main', backgroundA: [14, 0, 0] })],
        chargePoints: [vehicle('a', '3p', garage), vehicle('b', '3p')],
      },
    ],
    [
      'a dual station: 2 x 32 A connectors behind one supply line of 32 A',
      '16 16 31',
      {
        circuits: [fuse('main', 63), fuse('garage', 32, { parent: 'main' })],
        chargePoints: [vehicle('a', '3p', garage), vehicle('b', '3p', garage), vehicle('c', '3p')],
      },
    ],
  ]);
});

t.test('background: other consumers, and PV', async (t) => {
  check(t, [
    [
      '16 A less',
      '8 8',
      { circuits: [fuse('main', 32, { backgroundA: [16, 3, 0] })], chargePoints: THREE_3P.slice(0, 2) },
    ],
    [
      '10 A of PV on each phase are there to be used',
      '21 21',
      { circuits: [fuse('main', 32, { backgroundA: [-10, -10, -10] })], chargePoints: THREE_3P.slice(0, 2) },
    ],
    [
      'more than the fuse: nothing is left',
      '0 0',
      { circuits: [fuse('main', 32, { backgroundA: [40, 0, 0] })], chargePoints: THREE_3P.slice(0, 2) },
    ],
    [
      'a part of an ampere is not divided',
      '15 15',
      { circuits: [fuse('main', 32, { backgroundA: [1.2, 0, 0] })], chargePoints: THREE_3P.slice(0, 2) },
    ],
  ]);
  const { circuits } = divide({ circuits: [fuse('main', 32, { backgroundA: [40, 0, -8] })], chargePoints: [] });
  t.same(circuits.get('main')?.capacityA, [0, 32, 40], 'capacity is never below 0, and PV adds to it');
});

t.test('shortage: who is paused', async (t) => {
  const waiting = [
    vehicle('a', '3p', { chargingS: 3600, connectedAtS: 0 }),
    vehicle('b', '3p', { chargingS: 0, connectedAtS: 300 }),
    vehicle('c', '3p', { chargingS: 900, connectedAtS: 900 }),
  ];
  const circuits = [fuse('main', 15)];
  check(t, [
    ['three with a minimum of 6 A on 15 A: all but one', '8 7 0', { circuits, chargePoints: THREE_3P }],
    ['the same on 17.9 A', '9 8 0', { circuits: [fuse('main', 17.9)], chargePoints: THREE_3P }],
    ['longest charging first', '0 8 7', { circuits, chargePoints: waiting }],
    ['last connected first', '8 7 0', { circuits, chargePoints: waiting, shortage: 'last-connected-first' }],
    ['priority only: the order given', '8 7 0', { circuits, chargePoints: waiting, shortage: 'priority-only' }],
    [
      'priority comes before each rule',
      '8 0 7',
      {
        circuits,
        chargePoints: [
          { ...THREE_3P[0], ...waiting[0], priority: 1 },
          { ...waiting[1], priority: 3 },
          { ...waiting[2], priority: 2 },
        ] as Scene['chargePoints'],
      },
    ],
    [
      'one that does not fit does not stop those after it',
      '0 10',
      {
        circuits: [fuse('main', [4, 10, 10])],
        chargePoints: [vehicle('a', '3p'), vehicle('b', '1p', { rotation: 'STR' })],
      },
    ],
    [
      'a vehicle that needs 8 A waits where one of 6 A goes on',
      '0 7',
      { circuits: [fuse('main', 7)], chargePoints: [vehicle('a', '3p', { minA: 8 }), vehicle('b', '3p')] },
    ],
    ['not even one minimum', '0 0', { circuits: [fuse('main', 5)], chargePoints: THREE_3P.slice(0, 2) }],
  ]);
});

t.test('priority sharing: first the minima, then class after class', async (t) => {
  const circuits = [fuse('main', 40)];
  const classes = (first: number, second: number, third: number) => [
    vehicle('a', '3p', { priority: first }),
    vehicle('b', '3p', { priority: second }),
    vehicle('c', '3p', { priority: third }),
  ];
  check(t, [
    ['one first', '28 6 6', { circuits, sharing: 'priority', chargePoints: classes(1, 2, 2) }],
    ['two first share', '17 17 6', { circuits, sharing: 'priority', chargePoints: classes(1, 1, 2) }],
    [
      'what the first cannot use goes to the second, not to the third',
      '32 26 6',
      { circuits: [fuse('main', 64)], sharing: 'priority', chargePoints: classes(1, 2, 3) },
    ],
    ['all the same: like equal sharing', '14 13 13', { circuits, sharing: 'priority', chargePoints: classes(1, 1, 1) }],
    ['equal sharing knows priorities only in a shortage', '14 13 13', { circuits, chargePoints: classes(1, 2, 3) }],
  ]);
});

t.test('imbalance between phases', async (t) => {
  const onL1 = [vehicle('a', '1p'), vehicle('b', '1p'), vehicle('c', '1p')];
  const limited = (backgroundA: readonly [number, number, number] = [0, 0, 0]) => [
    fuse('main', 63, { imbalanceLimitA: 20, backgroundA }),
  ];
  check(t, [
    ['20 A, three single-phase vehicles on one phase', '7 6 7', { circuits: limited(), chargePoints: onL1 }],
    [
      'spread over the phases nothing is cut',
      '32 32 32',
      {
        circuits: limited(),
        chargePoints: onL1.map((each, i) => ({ ...each, rotation: (['RST', 'STR', 'TRS'] as const)[i] ?? 'RST' })),
      },
    ],
    [
      'a load on the other phases makes room on L1',
      '32',
      { circuits: limited([0, 12, 12]), chargePoints: onL1.slice(0, 1) },
    ],
    ['a load on one of them does not', '20', { circuits: limited([0, 12, 0]), chargePoints: onL1.slice(0, 1) }],
    ['other consumers on L1 count', '12', { circuits: limited([8, 0, 0]), chargePoints: onL1.slice(0, 1) }],
    [
      'what is too unequal already gets no worse',
      '0',
      { circuits: limited([30, 0, 0]), chargePoints: onL1.slice(0, 1) },
    ],
    [
      'three-phase vehicles change no difference',
      '32 31',
      { circuits: limited([0, 0, 0]), chargePoints: THREE_3P.slice(0, 2) },
    ],
    [
      'a vehicle on L2 and L3 lifts the one on L1',
      '32 32',
      { circuits: limited(), chargePoints: [vehicle('a', '1p'), vehicle('b', '2p', { rotation: 'STR' })] },
    ],
  ]);
});

t.test('steps', async (t) => {
  const tenths = { circuits: [fuse('main', 20)], chargePoints: THREE_3P, stepA: 0.1 };
  const limits = [...divide(tenths).limits.values()].map(({ limitA }) => limitA.toFixed(6));
  t.same(limits, ['6.700000', '6.600000', '6.700000'], '20 A by three in tenths');
  check(t, [
    ['halves', '8.5 8 8.5', { circuits: [fuse('main', 25)], chargePoints: THREE_3P, stepA: 0.5 }],
    [
      'a maximum between two steps',
      '12 12',
      {
        circuits: [fuse('main', 32)],
        chargePoints: [vehicle('a', '3p', { maxA: 12.9 }), vehicle('b', '3p', { maxA: 12.1 })],
      },
    ],
    [
      'a minimum between two steps',
      '7 7',
      {
        circuits: [fuse('main', 14)],
        chargePoints: [vehicle('a', '3p', { minA: 6.5 }), vehicle('b', '3p', { minA: 6.5 })],
      },
    ],
  ]);
});

t.test('the remainder goes round with the seed', async (t) => {
  const scene = { circuits: [fuse('main', 35)], chargePoints: THREE_3P };
  const seeds = [0, 1, 2, 3, 1_000_000_007];
  t.same(
    seeds.map((rotationSeed) => limitsText({ ...scene, rotationSeed })),
    ['12 11 12', '11 12 12', '12 12 11', '12 11 12', '12 12 11'],
  );
});

t.test('a fuse below the one that binds refuses a step, and still nobody is always the one rounded down', async (t) => {
  const onL2 = (id: string, circuit: string) => vehicle(id, '1p', { circuit, rotation: 'STR', maxA: 13 });
  const circuits = [fuse('main', [25, 68, 25]), { ...fuse('east', 34), parent: 'main' }];
  const chargePoints = ['main', 'main', 'east', 'east', 'main', 'east'].map((circuit, index) =>
    onL2(`v${index}`, circuit),
  );
  const sums = chargePoints.map(() => 0);
  for (let rotationSeed = 0; rotationSeed < 12; rotationSeed++) {
    const limits = limitsText({ circuits, chargePoints, rotationSeed }).split(' ').map(Number);
    limits.forEach((limitA, index) => {
      sums[index] = (sums[index] ?? 0) + limitA;
    });
  }
  t.same(sums, [136, 136, 136, 136, 136, 136], '11.33 A each on average');
});

t.test('figures that are whole steps but for dust: as meters give them in 32 bits', async (t) => {
  const chargePoints = Array.from({ length: 12 }, (_, index) => vehicle(`v${index}`, '3p'));
  let most = 0;
  for (let background = 0; background < 300; background++) {
    const backgroundA = perPhase(Math.fround(background / 10));
    for (const count of [1, 4, 7, 12]) {
      for (const stepA of [0.1, 1]) {
        const circuits = [fuse('main', 63, { backgroundA })];
        const answer = divide({ circuits, chargePoints: chargePoints.slice(0, count), stepA });
        const { loadA, capacityA } = answer.circuits.get('main') ?? { loadA: perPhase(99), capacityA: perPhase(0) };
        most = Math.max(most, loadA[0] - capacityA[0]);
      }
    }
  }
  t.ok(most < 1e-5, `${most} A beyond the capacity`);
  const nowhere = divide({ circuits: [fuse('main', 63, { backgroundA: perPhase(Number.NaN) })], chargePoints });
  t.same(nowhere.circuits.get('main')?.loadA, perPhase(0), 'what is no number leaves nothing');
});
