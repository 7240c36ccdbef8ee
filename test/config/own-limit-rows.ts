/** The limits of one charge point that do not fit together, and the site's defaults for them. */
import { GOOD, type Row, walk } from './support.js';

const ROWS: readonly Row[] = [
  [
    'A2: an operator above the installation of its charge point',
    'minA: 6\n    maxA: 32',
    'minA: 6\n    maxA: 32\n    installationA: 10\n    operatorA: 16',
    '29:16 chargePoints[0].operatorA: expected at most installationA, 10 A (the order is operatorA 16 A <= installationA 10 A <= maxA 32 A), got 16 A',
  ],
  [
    'an installation above the hardware',
    'minA: 6\n    maxA: 32',
    'minA: 6\n    maxA: 16\n    installationA: 20\n    operatorA: 10',
    '28:20 chargePoints[0].installationA: expected at most maxA, 16 A (the order is operatorA 10 A <= installationA 20 A <= maxA 16 A), got 20 A',
  ],
  [
    'an operator above the hardware, which nothing else says',
    'minA: 6\n    maxA: 32',
    'minA: 6\n    maxA: 16\n    operatorA: 20',
    '28:16 chargePoints[0].operatorA: expected at most maxA, 16 A (the order is operatorA 20 A <= maxA 16 A), got 20 A',
  ],
  [
    'an operator below the minimum',
    'minA: 6\n    maxA: 32',
    'minA: 8\n    maxA: 32\n    operatorA: 7',
    '28:16 chargePoints[0].operatorA: expected at least minA (8 A), or 0 so that it gets nothing, got 7 A',
  ],
  ['an operator who stops a charge point', 'maxA: 32', 'maxA: 32\n    operatorA: 0'],
  [
    'a share that leaves too little for the fallback',
    '    fallbackA: 50\n',
    '    headroomA: 31 %\n    fallbackA: 50 %\n',
    '8:16 circuits[0].fallbackA: expected at most 49 A on each phase (limitA 100 A - headroomA 31 A - backgroundMaxA 20 A), or 9999 to ignore the loss of the meter, got 50 A',
  ],
  [
    'an imbalance limit below the minimum',
    'minA: 6\n    maxA: 32',
    'minA: 8\n    maxA: 32\n    imbalanceLimitA: 7',
    '28:22 chargePoints[0].imbalanceLimitA: expected at least minA (8 A), got 7 A',
  ],
  [
    'an imbalance limit beyond its range',
    'maxA: 32',
    'maxA: 32\n    imbalanceLimitA: 0',
    '28:22 chargePoints[0].imbalanceLimitA: expected a current in A, 6 to 500, got 0',
  ],
  ['four limits in their order', 'maxA: 32', 'maxA: 32\n    installationA: 25\n    operatorA: 25'],
  [
    'more without a master than the supply line carries',
    'minA: 6\n    maxA: 32',
    'minA: 8\n    installationA: 8\n    disconnectedLimitA: 10',
    '27:20 chargePoints[0].installationA: expected at least disconnectedLimitA (10 A), got 8 A',
  ],
  [
    'a minimum above the supply line',
    'minA: 6\n    maxA: 32',
    'minA: 8\n    installationA: 7',
    '27:20 chargePoints[0].installationA: expected at least minA (8 A), got 7 A',
  ],
  [
    'an installation beyond its range',
    'maxA: 32',
    'maxA: 32\n    installationA: 5',
    '28:20 chargePoints[0].installationA: expected a current in A, 6 to 500, got 5',
  ],
  [
    'an operator beyond its range',
    'maxA: 32',
    'maxA: 32\n    operatorA: -1',
    '28:16 chargePoints[0].operatorA: expected a current in A, 0 to 500, got -1',
  ],
  [
    'defaults that contradict each other',
    'discovery:\n',
    'defaults: { minA: 16, maxA: 10, disconnectedLimitA: 11 }\ndiscovery:\n',
    '20:29 defaults.maxA: expected at least minA (16 A), got 10 A',
    '20:29 defaults.maxA: expected at least disconnectedLimitA (11 A), got 10 A',
  ],
  [
    'a charge point that does not fit the defaults',
    'chargePoints:\n  - id: cp1\n    circuit: evse\n    minA: 6\n    maxA: 32\n',
    'defaults: { minA: 16 }\nchargePoints:\n  - id: cp1\n    circuit: evse\n    maxA: 10\n',
    '27:11 chargePoints[0].maxA: expected at least minA (16 A, its default), got 10 A',
  ],
  ['a phase switch', 'maxA: 32', 'maxA: 32\n    phaseSwitch: one-three'],
  [
    'a phase switch of another kind',
    'maxA: 32',
    'maxA: 32\n    phaseSwitch: one-two',
    '28:18 chargePoints[0].phaseSwitch: expected one of one-three, best-phase, got "one-two"',
  ],
  [
    'a phase switch at one phase',
    'maxA: 32',
    'maxA: 32\n    phases: 1\n    phaseSwitch: one-three',
    '29:18 chargePoints[0].phaseSwitch: expected phases 3 of the charge point, or no phaseSwitch, got one-three and phases 1',
  ],
  [
    'more switches than there may be',
    'discovery:\n',
    'allocation: { phaseSwitch: { maxPerHour: 60 } }\ndiscovery:\n',
    '20:42 allocation.phaseSwitch.maxPerHour: expected a whole number, 1 to 20, got 60',
  ],
  [
    'a key that defaults do not have',
    'discovery:\n',
    'defaults: { minA: 8, phase: 1 }\ndiscovery:\n',
    '20:22 defaults.phase: expected one of the keys maxA, minA, disconnectedLimitA, activePhases, wakeUp, got "phase"',
  ],
  [
    'a default beyond its range',
    'discovery:\n',
    'defaults: { minA: 5 }\ndiscovery:\n',
    '20:19 defaults.minA: expected a current in A, 6 to 80, got 5',
  ],
  [
    'a wake-up that is neither on nor off',
    'maxA: 32',
    'maxA: 32\n    wakeUp: 3',
    '28:13 chargePoints[0].wakeUp: expected true or false, got 3',
  ],
];

walk('A2: limits of a charge point in their order', GOOD, ROWS);

const IN_IT = GOOD.replace('discovery:\n', 'network: IT\ndiscovery:\n');
walk('a phase switch in an IT network', IN_IT, [
  ['none', 'maxA: 32', 'maxA: 16'],
  [
    'one',
    'maxA: 32',
    'maxA: 32\n    phaseSwitch: one-three',
    '29:18 chargePoints[0].phaseSwitch: expected nothing in an IT network, got one-three',
  ],
]);
