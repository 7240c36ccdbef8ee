/** The slave's side of wake-ups (S9): each is done once, and counted. */
import t from 'tap';
import type { ChargePointState } from '../../src/base/messages.js';
import { perPhase } from '../../src/base/units.js';
import { WakeUps } from '../../src/dlm/leases/wake-ups.js';
import { grantOf } from '../helpers/messages.js';

const seen = (state: ChargePointState = 'SuspendedEV', amps = 0, sessionId = 1) => ({
  state,
  sessionId,
  currentA: perPhase(amps),
});
const asking = (wakeUp: number) => grantOf('a', { wakeUp });

t.test('the next number is done once, however often it is asked for', async (t) => {
  const wakeUps = new WakeUps();
  wakeUps.observe(seen());
  t.notOk(wakeUps.isAskedBy(grantOf('a'), seen(), 0), 'a GRANT without the field');
  t.notOk(wakeUps.isAskedBy(asking(2), seen(), 0), 'not the next one');
  t.ok(wakeUps.isAskedBy(asking(1), seen(), 0));
  t.notOk(wakeUps.isAskedBy(asking(1), seen(), 40_000), 'repeated');
  t.equal(wakeUps.count, 1);
  t.notOk(wakeUps.isAskedBy(asking(2), seen(), 29_999), 'too soon');
  t.ok(wakeUps.isAskedBy(asking(2), seen(), 30_000));
  t.equal(wakeUps.count, 2);
});

t.test('only for a vehicle that takes nothing of its offer', async (t) => {
  for (const state of ['Available', 'Preparing', 'Charging', 'SuspendedEVSE', 'Finishing', 'Faulted'] as const) {
    t.notOk(new WakeUps().isAskedBy(asking(1), seen(state), 0), state);
  }
});

t.test('counted anew for another vehicle, and for one that draws current', async (t) => {
  for (const next of [seen('Charging', 6), seen('SuspendedEV', 0, 2)]) {
    const wakeUps = new WakeUps();
    wakeUps.observe(seen());
    wakeUps.isAskedBy(asking(1), seen(), 0);
    wakeUps.observe(seen('SuspendedEV', 0.5));
    t.equal(wakeUps.count, 1, 'noise is no current');
    wakeUps.observe(next);
    t.equal(wakeUps.count, 0);
  }
});
