/** Every reason has its phrase, and names the circuit and the phase where there is one. */
import t from 'tap';
import { type LimitReason, reasonText } from '../../src/base/reason.js';

/** One row for each kind: a new kind does not compile until it has one. */
const ROWS: { readonly [K in LimitReason['kind']]: readonly [Extract<LimitReason, { kind: K }>, string] } = {
  maximum: [{ kind: 'maximum', cause: 'operator' }, 'its operator limit'],
  circuit: [{ kind: 'circuit', circuit: 'garage', phase: 1 }, 'garage L2 full'],
  fallback: [
    { kind: 'fallback', circuit: 'house', phase: 2, fallbackA: 20 },
    'meter of house lost, fallback 20 A on L3',
  ],
  power: [{ kind: 'power', circuit: 'house' }, 'power limit of house reached'],
  imbalance: [{ kind: 'imbalance', circuit: 'house', phases: [0, 2] }, 'imbalance L1-L3 of house'],
  shortage: [
    { kind: 'shortage', circuit: 'garage', phase: 0, yieldsTo: ['cp1', 'cp2', 'cp3'] },
    'paused, garage L1 has no minimum left, yields to cp1 and 2 more',
  ],
  step: [{ kind: 'step', circuit: 'garage', phase: 2 }, 'garage L3 full, remainder of the division'],
  waiting: [{ kind: 'waiting', circuit: 'garage', phase: 0 }, 'waits for current on garage L1 to be confirmed free'],
  startup: [{ kind: 'startup' }, 'start: old grants may still be in force'],
  noVehicle: [{ kind: 'noVehicle' }, 'no vehicle'],
  overdraw: [{ kind: 'overdraw' }, 'draws more than its limit'],
  unsteady: [{ kind: 'unsteady' }, 'paused, its room wandered: it starts once the room is steady'],
  calming: [{ kind: 'calming' }, 'kept for a moment: its room wanders'],
  vehiclePaused: [{ kind: 'vehiclePaused' }, 'vehicle does not charge, minimum kept open'],
  declined: [
    { kind: 'declined', circuit: 'garage', phase: 1 },
    'vehicle does not charge, others need its minimum on garage L2',
  ],
  unavailable: [{ kind: 'unavailable' }, 'charge point out of service'],
  offline: [{ kind: 'offline' }, 'not heard, disconnected limit reserved'],
  notAdopted: [{ kind: 'notAdopted' }, 'not adopted'],
  passive: [{ kind: 'passive' }, 'another master is active'],
  fallbackUnsafe: [{ kind: 'fallbackUnsafe', circuit: 'house' }, 'disconnected limits of house exceed its fuse'],
};

t.test('the text of every reason', async (t) => {
  for (const [kind, [reason, text]] of Object.entries(ROWS)) t.equal(reasonText(reason), text, kind);
  const texts = Object.values(ROWS).map(([reason]) => reasonText(reason));
  t.equal(new Set(texts).size, texts.length, 'no two read the same');
});
