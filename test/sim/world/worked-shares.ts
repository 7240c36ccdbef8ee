/** Worked numbers of the manuals: order, reserve, power and unequal vehicles. The other ones: docs/features/numbers.md. */
import { each, playAll, plug, SINGLE, type WorkedNumber } from './worked-number.js';

const SIX = 'abcdef';
const IN_ORDER = Object.fromEntries(
  [...SIX].map((id, index) => [id, `phases: 1, priority: ${index + 1}, disconnectedLimitA: 4`]),
);
const IN_TENTHS = 'allocation: { shortage: priority-only, stepA: 0.1 }';
const LINE = 'limitA: [63, 0, 0], headroomA: 10 %, meter: grid, meterLocation: excluding';

playAll([
  {
    name: 'example 56: two connectors of 22 kW: one has all, two half each, and what one leaves stays with it',
    circuits: ['limitA: 63', 'id: two, parent: main, limitA: 32, redistribute: false'],
    file: 'allocation: { redistribute: {} }\n',
    points: { a: 'circuit: two', b: 'circuit: two' },
    vehicles: { b: {} },
    steps: [
      { atS: 30, limits: { b: [32] } },
      { act: plug('a', { maxA: 6 }), atS: 300, limits: { a: [16], b: [16] } },
    ],
  },
  {
    name: 'example 57: connectors of 3500 and 7400 W within 7400 W: each keeps its own, and what the first may not take is not lost',
    circuits: ['limitA: [40, 0, 0], limitW: 7400'],
    file: 'allocation: { stepA: 0.1 }\n',
    points: { a: 'phases: 1, operatorA: 15.2', b: 'phases: 1' },
    vehicles: each('ab', SINGLE),
    steps: [{ atS: 60, limits: { a: [15.2], b: [16.9] } }],
  },
  {
    name: 'example 59: six in their order behind 36.7 A: 6.1 A each',
    circuits: ['limitA: [36.7, 0, 0]'],
    file: IN_TENTHS,
    points: IN_ORDER,
    vehicles: each(SIX, SINGLE),
    steps: [{ atS: 120, limits: { abcdef: [6.2, 6.1, 6.1, 6.1, 6.1, 6.1] } }],
  },
  {
    name: 'example 59: six in their order behind 35.7 A: the last one waits, the others have 7.1 A',
    circuits: ['limitA: [35.7, 0, 0]'],
    file: IN_TENTHS,
    points: IN_ORDER,
    vehicles: each(SIX, SINGLE),
    steps: [{ atS: 120, limits: { abcde: [7.2, 7.2, 7.1, 7.1, 7.1], f: [0] } }],
  },
  {
    name: 'example 60: 63 A less 10 %, nobody else: 28.3 A for each of two',
    circuits: [LINE],
    file: 'allocation: { stepA: 0.1 }\n',
    points: each('ab', 'phases: 1'),
    vehicles: each('ab', SINGLE),
    buildingA: [0, 0, 0],
    steps: [{ atS: 60, limits: { ab: [28.4, 28.3] } }],
  },
  {
    name: 'example 60: 63 A less 10 % beside 20 A of others: 18.3 A for each of two',
    circuits: [LINE],
    file: 'allocation: { stepA: 0.1 }\n',
    points: each('ab', 'phases: 1'),
    vehicles: each('ab', SINGLE),
    buildingA: [20, 0, 0],
    steps: [{ atS: 60, limits: { ab: [18.4, 18.3] } }],
  },
  {
    name: 'example 61: 9200 W contracted, 32 A at most, 15 A to begin with: 15 A',
    circuits: [
      'limitA: [40, 0, 0], meter: grid, contractW: 9200',
      'id: evse, parent: main, limitA: [40, 0, 0], operatorLimitA: [15, 0, 0]',
    ],
    points: { a: 'circuit: evse, phases: 1' },
    vehicles: { a: SINGLE },
    buildingA: [0, 0, 0],
    steps: [{ atS: 60, limits: { a: [15] } }],
  },
] satisfies readonly WorkedNumber[]);
