/** S6 within one millisecond: the slave looks at its charge point before each STATUS, and once only where it sends several. */
import t from 'tap';
import { NO_AMPS } from '../../src/base/units.js';
import type { ChargerPort, ChargerSnapshot } from '../../src/ports/charger-port.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { SlaveRig } from './slave-rig.js';

const MASTER = '10.0.0.1:16031';
const OTHER = '10.0.0.2:16031';

class Charger implements ChargerPort {
  readonly reactionMs = 0;
  now: ChargerSnapshot = { state: 'Charging', sessionId: 1, currentA: NO_AMPS };
  #limitA = 0;

  snapshot(): ChargerSnapshot {
    return this.now;
  }

  setLimit(limitA: number): void {
    this.#limitA = limitA;
  }

  inForceA(): number {
    return this.#limitA;
  }

  plugIn(): void {
    this.now = { ...this.now, sessionId: this.now.sessionId + 1 };
  }
}

function rigWith(charger: Charger): SlaveRig {
  const rig = new SlaveRig({}, charger);
  rig.beacon(MASTER);
  rig.run(950);
  return rig;
}

t.test('a STATUS that a BEACON draws tells of a vehicle that came since the last step', (t) => {
  const charger = new Charger();
  const rig = rigWith(charger);
  charger.plugIn();
  rig.beacon(OTHER);
  t.match(rig.lastStatus, { tauMs: 950, sessionId: 2 });
  rig.grant(OTHER, 16, { tauMs: 950 });
  t.equal(rig.runtime.applied.reason, 'grant', 'this GRANT is for the new vehicle');
  t.end();
});

t.test('a vehicle that comes within the millisecond of a STATUS has no part in its answer', (t) => {
  const charger = new Charger();
  const rig = rigWith(charger);
  rig.beacon(OTHER);
  charger.plugIn();
  rig.beacon('10.0.0.3:16031');
  t.match(rig.lastStatus, { tauMs: 950, sessionId: 1 }, 'both STATUS of this millisecond say the same');
  rig.grant(OTHER, 16, { tauMs: 950 });
  rig.run(100);
  t.match(rig.runtime.applied, { limitA: 6, reason: 'newVehicle' });
  rig.grant(OTHER, 16);
  t.equal(rig.runtime.applied.reason, 'grant');
  t.end();
});

t.test('a clock with fractions is rounded down, the same for tau and for since', (t) => {
  const charger = new Charger();
  const rig = new SlaveRig({}, charger, new VirtualTime());
  rig.beacon(MASTER);
  rig.run(950.7);
  charger.plugIn();
  rig.beacon(OTHER);
  t.match(rig.lastStatus, { tauMs: 950, sessionId: 2 });
  rig.grant(OTHER, 16, { tauMs: 950 });
  t.equal(rig.runtime.applied.reason, 'grant');
  t.end();
});
