/** Worked numbers of the manuals: fuses, meters, phases and inputs. The other ones: docs/features/numbers.md. */
import { each, loseMeter, playAll, plug, say, SINGLE, type WorkedNumber } from './worked-number.js';

const METERED = 'limitA: 100, meter: grid, meterLocation: excluding';

const GROUPS: readonly WorkedNumber[] = [
  {
    name: 'example 3: four behind 100 A: three have 32 A, the fourth makes it 25 A each',
    circuits: ['limitA: 100, operatorLimitA: 100'],
    points: each('abcd', ''),
    vehicles: each('abc', {}),
    steps: [
      { atS: 30, limits: { abc: [32, 32, 32] } },
      { act: plug('d'), atS: 60, limits: { abcd: [25, 25, 25, 25] } },
    ],
  },
  {
    name: 'example 8: three on a cable of 63 A, each with an operator limit of 21 A, below a fuse of 100 A',
    circuits: ['limitA: 100'],
    points: each('abc', 'operatorA: 21'),
    vehicles: each('a', {}),
    steps: [
      { atS: 30, limits: { a: [21] } },
      {
        act: (scene) => {
          scene.plugIn('b');
          scene.plugIn('c');
        },
        atS: 60,
        limits: { abc: [21, 21, 21] },
      },
    ],
  },
  {
    name: 'example 15: whole amperes: 63 A for two are 32 and 31 A',
    circuits: ['limitA: 63'],
    points: each('ab', ''),
    vehicles: each('ab', {}),
    steps: [{ atS: 30, limits: { ab: [32, 31] } }],
  },
  {
    name: 'example 21: 100 A of which a building may take 37 A, without a meter: 21 A for each of three',
    circuits: ['limitA: 100', 'id: evse, parent: main, limitA: 63'],
    points: each('abc', 'circuit: evse'),
    vehicles: each('abc', {}),
    steps: [{ atS: 30, limits: { abc: [21, 21, 21] } }],
  },
  {
    name: 'examples 22 and 33: one station of 63 A without other consumers has 63 A, which are 44 kW',
    circuits: ['limitA: 63'],
    points: { a: 'maxA: 63' },
    vehicles: { a: { maxA: 63 } },
    steps: [{ atS: 60, limits: { a: [63] } }],
    last: (scene, t) => {
      t.equal(Math.ceil((scene.drawnA('a') * 3 * 230) / 1000), 44);
    },
  },
  {
    name: 'example 23: 20 A, a minimum of 7 A: three vehicles have 10, 10 and 0 A, never 7, 7 and 6',
    circuits: ['limitA: 20, operatorLimitA: 20'],
    points: each('abc', 'minA: 7, disconnectedLimitA: 6'),
    vehicles: each('abc', {}),
    steps: [{ atS: 60, limits: { abc: [10, 10, 0] } }],
  },
  {
    name: 'example 24: a minimum of 10 A: 10 A or nothing; without a master the disconnected limit of 8 A',
    circuits: ['limitA: 16'],
    points: each('ab', 'minA: 10, disconnectedLimitA: 8'),
    vehicles: each('ab', {}),
    steps: [
      { atS: 60, limits: { ab: [16, 0] } },
      { act: (scene) => scene.strike('master-killed', 'master', 1e6), atS: 120, limits: { ab: [8, 8] } },
    ],
  },
  {
    name: 'example 73: a fuse of 100 A beside 60 A of others, one of 63 A below it: 40 A for the charge points',
    circuits: [METERED, 'id: evse, parent: main, limitA: 63'],
    points: each('ab', 'circuit: evse'),
    vehicles: each('ab', {}),
    buildingA: [60, 60, 60],
    steps: [{ atS: 60, limits: { ab: [20, 20] } }],
  },
];

const LOST_METERS: readonly WorkedNumber[] = [
  {
    name: 'example 7: a lost meter with a fallback of 0 A: charging stops',
    circuits: [`${METERED}, fallbackA: 0`],
    points: each('ab', ''),
    vehicles: each('ab', {}),
    buildingA: [20, 40, 10],
    steps: [
      { atS: 60, limits: { ab: [30, 30] } },
      { act: loseMeter, atS: 70, limits: { ab: [0, 0] } },
    ],
  },
  {
    name: 'examples 7, 25 and 30: the meter is lost, a fallback of 9999 A: the 20 A of the group stay, charging goes on',
    circuits: ['limitA: 100, meter: grid, fallbackA: 9999', 'id: evse, parent: main, limitA: 20'],
    points: { a: 'circuit: evse' },
    vehicles: { a: {} },
    buildingA: [10, 10, 10],
    steps: [
      { atS: 60, limits: { a: [20] } },
      { act: loseMeter, atS: 120, limits: { a: [20] } },
    ],
    last: (scene, t) => {
      t.equal(scene.leastA('a', 60), 20);
    },
  },
];

const PHASES: readonly WorkedNumber[] = [
  {
    name: 'example 9: two stations wired RST and STR, STR and TRS behind 50 A, four single-phase vehicles',
    circuits: ['limitA: 50'],
    points: { a: 'rotation: RST', b: 'rotation: STR', c: 'rotation: STR', d: 'rotation: TRS' },
    vehicles: each('abcd', SINGLE),
    steps: [{ atS: 60, limits: { a: [32], bc: [25, 25], d: [32] } }],
  },
  {
    name: 'example 13: a building of 30/10/10 A, imbalance limit 20 A: a vehicle on L2 has 20 A',
    circuits: ['limitA: 63, imbalanceLimitA: 20, meter: grid, backgroundMaxA: 30'],
    points: { a: 'phases: 1, rotation: STR' },
    vehicles: { a: SINGLE },
    buildingA: [30, 10, 10],
    steps: [{ atS: 60, limits: {} }],
    last: (scene, t) => {
      // What the meter shows of the vehicle, and what its slave says, differ by a little.
      t.ok([19, 20].includes(scene.limitA('a')), `${scene.limitA('a')} A`);
    },
  },
  {
    name: 'example 27: RST, STR and TRS: three single-phase vehicles load three phases',
    circuits: ['limitA: 32'],
    points: { a: 'rotation: RST', b: 'rotation: STR', c: 'rotation: TRS' },
    vehicles: each('abc', SINGLE),
    steps: [{ atS: 60, limits: { abc: [32, 32, 32] } }],
  },
];

const INPUTS: readonly WorkedNumber[] = [
  {
    name: 'example 14: an input takes 16 A off a group of 32 A: 8 A each, and 16 A again without it',
    circuits: ['limitA: 32'],
    file: 'inputs:\n  - { id: relay, source: { command: true }, offsetA: 16 }\n',
    points: each('ab', ''),
    vehicles: each('ab', {}),
    steps: [
      { act: say('relay', 'low'), atS: 60, limits: { ab: [16, 16] } },
      { act: say('relay', 'high'), atS: 62, limits: { ab: [8, 8] } },
      { act: say('relay', 'low'), atS: 80, limits: { ab: [16, 16] } },
    ],
  },
];

playAll([...GROUPS, ...LOST_METERS, ...PHASES, ...INPUTS]);
