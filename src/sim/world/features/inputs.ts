/** Digital inputs of all effects and targets; their contacts close, open, bounce, and those who read them fall silent. */
import type { Rng } from '../../../base/rng.js';
import type { Ms } from '../../../base/units.js';
import type { ContactPlan, ContactState } from '../scenario.js';
import { anyOf, type Draft, type Feature, type Keys, lowerLimit, moments, numberOf, one } from './draft.js';

const INPUTS_MAX = 4;
const CHANGES_MAX = 8;
const BOUNCES_MAX = 20;
/** As `config/build-inputs` has it for Modbus. */
const READ_EVERY_MS: Ms = 500;

type Change = ContactPlan['changes'][number];

function drawEffect(rng: Rng, keys: Keys, draft: Draft): void {
  const isPoint = rng.chance(0.4);
  const [id, own] = anyOf(rng, [...draft.chargePoints]);
  const circuit = anyOf(rng, draft.circuits);
  if (isPoint) keys.set('chargePoint', id);
  else if (circuit !== draft.circuits[0] || rng.chance(0.5)) keys.set('circuit', circuit.id);
  const mostA = isPoint ? numberOf(own, 'maxA', 32) : circuit.fuseA;
  const effect = one(rng, ['offsetA', 'limitA', 'limitA', 'stop']);
  keys.set(effect, effect === 'stop' ? 'true' : lowerLimit(rng, mostA));
}

function level(rng: Rng): ContactState {
  return rng.chance(0.5) ? 'high' : 'low';
}

/** Some of them bounce. */
function drawChanges(rng: Rng, draft: Draft, losses: readonly ContactState[]): readonly Change[] {
  const changes = moments(rng, draft, CHANGES_MAX).flatMap((atMs): readonly Change[] => {
    if (rng.chance(0.25)) return [{ atMs, state: anyOf(rng, losses) }];
    const bounces = rng.chance(0.3) ? 1 + rng.int(BOUNCES_MAX) : 1;
    return Array.from({ length: bounces }, (_, index) => ({ atMs: atMs + 20 * index, state: level(rng) }));
  });
  const last = { atMs: draft.calmFromMs, state: level(rng) };
  return [...changes.filter(({ atMs }) => atMs < last.atMs), last].sort((a, b) => a.atMs - b.atMs);
}

function drawInput(rng: Rng, draft: Draft, index: number): void {
  const id = `input${index + 1}`;
  const isRead = rng.chance(0.5);
  const keys: Keys = new Map([
    ['id', id],
    ['source', isRead ? `{ modbus: { connection: "tcp://192.0.2.9", coil: ${index} } }` : '{ command: true }'],
    ['debounceMs', `${one(rng, [10, 100, 1000, 3000])}`],
    ['active', one(rng, ['high', 'high', 'low'])],
  ]);
  drawEffect(rng, keys, draft);
  draft.inputs.push(keys);
  draft.contacts.push({
    input: id,
    state: level(rng),
    ...(isRead && { readEveryMs: READ_EVERY_MS }),
    changes: drawChanges(rng, draft, isRead ? ['silent', 'lost'] : ['lost']),
  });
}

export const INPUT_FEATURES: readonly Feature[] = [
  {
    name: 'digital inputs',
    share: 0.35,
    draw: (rng, draft) => {
      const count = 1 + rng.int(INPUTS_MAX);
      for (let index = 0; index < count; index++) drawInput(rng, draft, index);
    },
  },
];
