/** Every reason has its phrase, and names the circuit and the phase where there is one. */
import t from 'tap';
import { type LimitReason, reasonText } from '../../src/base/reason.js';

/** One row for each kind: a new kind does not compile until it has one. */
const ROWS: { readonly [K in LimitReason['kind']]: readonly [Extract<LimitReason, { kind: K }>, string] } = {
  maximum: [{ kind: 'maximum', cause: { source: 'installation', limitA: 16 } }, 'its installation limit 16 A'],
  circuit: [{ kind: 'circuit', circuit: 'garage', phase: 1 }, 'garage L2 full'],
  paused: [{ kind: 'paused' }, 'paused by the operator'],
  blocked: [{ kind: 'blocked' }, 'blocked by the operator'],
  belowMinimum: [
    { kind: 'belowMinimum', cause: { source: 'operator', limitA: 5 }, minA: 6 },
    'paused: operator limit 5 A, its vehicle needs 6 A',
  ],
  power: [
    {
      kind: 'power',
      circuit: 'house',
      power: { source: 'section14a', limitW: 7560 },
      reserve: { mode: 'DLB', reservedW: 4140, for: ['cp4', 'cp5'] },
    },
    'power limit of house reached (grid operator by section 14a 7560 W), DLB keeps 4140 W for cp4 and 1 more',
  ],
  imbalance: [{ kind: 'imbalance', circuit: 'house', phases: [0, 2] }, 'imbalance L1-L3 of house'],
  shortage: [
    { kind: 'shortage', circuit: 'garage', phase: 0, yieldsTo: ['cp1', 'cp2', 'cp3'] },
    'paused, garage L1 has no minimum left, yields to cp1 and 2 more',
  ],
  step: [{ kind: 'step', circuit: 'garage', phase: 2 }, 'garage L3 full, remainder of the division'],
  waiting: [{ kind: 'waiting', circuit: 'garage', phase: 0 }, 'waits for current on garage L1 to be confirmed free'],
  startup: [{ kind: 'startup' }, 'start: old grants may still be in force'],
  noVehicle: [{ kind: 'noVehicle' }, 'no vehicle'],
  switching: [{ kind: 'switching', phases: [1] }, 'switches to one phase, L2'],
  overdraw: [{ kind: 'overdraw' }, 'draws more than its limit'],
  unsteady: [
    { kind: 'unsteady' },
    'paused: current for it came and went, it starts once enough is there for the steady time',
  ],
  calming: [
    { kind: 'calming', held: 'takenBack' },
    'raised as far as leaves something to spare: a raise was taken back',
  ],
  session: [{ kind: 'session', maxMin: 120 }, 'session time of 120 min used up, unplug the vehicle for a new session'],
  vehiclePaused: [{ kind: 'vehiclePaused' }, 'vehicle does not charge, minimum kept open'],
  declined: [
    { kind: 'declined', circuit: 'garage', phase: 1 },
    'vehicle does not charge, others need its minimum on garage L2',
  ],
  unused: [{ kind: 'unused', drawnA: 13.04 }, 'draws 13 A, others use the rest'],
  unavailable: [{ kind: 'unavailable' }, 'charge point out of service'],
  offline: [{ kind: 'offline' }, 'not heard: what it may take stays reserved'],
  notAdopted: [{ kind: 'notAdopted' }, 'not adopted'],
  passive: [{ kind: 'passive' }, 'another master is active'],
  fallbackUnsafe: [{ kind: 'fallbackUnsafe', circuit: 'house' }, 'disconnected limits of house exceed its fuse'],
};

t.test('the effect with its cause', async (t) => {
  const full = { kind: 'circuit', circuit: 'house', phase: 2 } as const;
  const rows: readonly (readonly [LimitReason, string])[] = [
    [{ ...full, cause: { source: 'fuse', limitA: 63 } }, 'house L3 full'],
    [{ ...full, cause: { source: 'operator', limitA: 40 } }, 'house L3 full (operator limit 40 A)'],
    [{ ...full, cause: { source: 'fallback', limitA: 20 } }, 'house L3 full (meter lost, fallback 20 A)'],
    [
      { kind: 'shortage', circuit: 'house', phase: 0, yieldsTo: ['cp1'], cause: { source: 'operator', limitA: 9 } },
      'paused, house L1 has no minimum left (operator limit 9 A), yields to cp1',
    ],
    [{ kind: 'maximum', cause: { source: 'operator', limitA: 10 } }, 'operator limit 10 A'],
    [{ ...full, cause: { source: 'input', name: 'input relay', limitA: 47 } }, 'house L3 full (input relay 47 A)'],
  ];
  for (const [reason, text] of rows) t.equal(reasonText(reason), text);
});

t.test('the text of every reason', async (t) => {
  for (const [kind, [reason, text]] of Object.entries(ROWS)) t.equal(reasonText(reason), text, kind);
  const texts = Object.values(ROWS).map(([reason]) => reasonText(reason));
  t.match(reasonText({ kind: 'session', maxKwh: 10 }), 'session energy of 10 kWh used up');
  t.equal(new Set(texts).size, texts.length, 'no two read the same');
});
