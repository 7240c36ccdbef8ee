/** What may be wrong with the PV of a scenario: the exact line that its author reads. */
import t from 'tap';
import { edited, type Row } from '../config/support.js';
import { GOOD, scenarioLines } from './scenario-support.js';

const ROWS: readonly Row[] = [
  [
    'steps of PV that go back in time',
    'vehicles:\n',
    'solar: [{ circuit: main, atS: 60, powerW: 1 }, { circuit: main, atS: 60, powerW: [1, 2, 3] }]\nvehicles:\n',
    '18:70 solar[1].atS: expected more than 60 s, the step of main before, got 60 s',
  ],
  [
    'PV of a circuit that is none',
    'vehicles:\n',
    'solar: [{ circuit: mian, atS: 60, powerW: 1 }]\nvehicles:\n',
    '18:20 solar[0].circuit: expected the id of a circuit (main, evse), got "mian"; did you mean "main"?',
  ],
  [
    'a negative power of PV',
    'vehicles:\n',
    'solar: [{ circuit: main, atS: 60, powerW: -1 }]\nvehicles:\n',
    '18:43 solar[0].powerW: expected a power in W, 0 to 5000000, or three of them [L1, L2, L3], got -1',
  ],
];

t.test('PV with one thing wrong', (t) => {
  for (const [what, from, to, ...lines] of ROWS) {
    t.same(
      scenarioLines(edited(GOOD, from, to)),
      lines.map((line) => `f.yaml:${line}`),
      what,
    );
  }
  t.end();
});
