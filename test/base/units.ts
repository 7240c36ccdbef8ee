/** Triples of phases keep the order L1, L2, L3. */
import t from 'tap';
import { mapPhases, NO_AMPS, PHASE_NAMES, PHASES, perPhase } from '../../src/base/units.js';

t.test('phases', async (t) => {
  t.strictSame([...PHASES], [0, 1, 2]);
  t.strictSame(
    PHASES.map((phase) => PHASE_NAMES[phase]),
    ['L1', 'L2', 'L3'],
  );
  t.strictSame(perPhase(16), [16, 16, 16]);
  t.strictSame(
    mapPhases((phase) => phase * 10),
    [0, 10, 20],
  );
  t.strictSame(NO_AMPS, [0, 0, 0]);
});
