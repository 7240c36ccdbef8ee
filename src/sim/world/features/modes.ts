/** DLB, ALM and section 14a EnWG. */
import type { Rng } from '../../../base/rng.js';
import type { Watts } from '../../../base/units.js';
import { NOMINAL_VOLTAGE_V } from '../../../dlm/types.js';
import { anyOf, type Draft, type DraftCircuit, type Feature, moments } from './draft.js';

const W_PER_A = 3 * NOMINAL_VOLTAGE_V;
/** ALM keeps 5 % and this. */
const RESERVE_PERCENT = 10;
const ALM_SHARE = (100 - 5 - RESERVE_PERCENT) / 100;
const ACTIONS_MAX = 6;
const FAILSAFE_MIN = [1, 3, 120];

/** All that are alone fit beside the building. */
function powerOf(rng: Rng, { reservedA }: Draft, { fuseA, othersA }: DraftCircuit): Watts {
  return rng.between(Math.min(fuseA, reservedA + othersA), fuseA) * W_PER_A;
}

function drawDlb(rng: Rng, draft: Draft): void {
  const circuit = anyOf(rng, draft.circuits);
  circuit.keys.set('dlb', `{ powerW: ${Math.ceil(powerOf(rng, draft, circuit))} }`);
}

function drawAlm(rng: Rng, draft: Draft): void {
  const circuit = draft.circuits.find(({ keys, isMetered }) => isMetered && !keys.has('dlb'));
  if (!circuit) return;
  const { keys, fuseA, othersA } = circuit;
  const limitW = powerOf(rng, draft, circuit);
  const powerW = Math.ceil(limitW / ALM_SHARE);
  // What is left beside the building and the headroom, of which ALM takes it.
  const [limitKeyW, contractW] = ['limitW', 'contractW'].map((key) =>
    Number(keys.get(key) ?? Number.POSITIVE_INFINITY),
  );
  const ownW = Math.min(limitKeyW ?? 0, contractW ?? 0);
  const leftW = Math.max(0, Math.min(fuseA * W_PER_A * 0.8, limitW, ownW) - othersA * W_PER_A);
  const lost = rng.chance(0.5) ? Math.min(50, Math.floor((leftW / powerW) * 100)) : 0;
  keys.set('alm', `{ powerW: ${powerW}, reservePercent: ${RESERVE_PERCENT}, meterLostPercent: ${lost} }`);
  keys.delete('fallbackA');
}

/** By an input, by people, or both. */
function drawSection14a(rng: Rng, draft: Draft): void {
  const circuit = anyOf(rng, draft.circuits);
  const failsafeW = rng.chance(0.5) ? 4200 : rng.int(8000);
  const rules = `devices: ${1 + rng.int(6)}, failsafeAfterMin: ${anyOf(rng, FAILSAFE_MIN)}, failsafeW: ${failsafeW}`;
  circuit.keys.set('section14a', `{ ${rules} }`);
  for (const keys of draft.inputs.slice(0, 1)) {
    for (const name of ['circuit', 'chargePoint', 'offsetA', 'limitA', 'stop']) keys.delete(name);
    keys.set('section14a', 'true');
  }
  if (draft.inputs.length > 0 && rng.chance(0.5)) return;
  for (const atMs of moments(rng, draft, ACTIONS_MAX)) {
    draft.actions.push({ atMs, target: circuit.id, action: { what: 'section14a', isOn: rng.chance(0.5) } });
  }
}

export const MODE_FEATURES: readonly Feature[] = [
  { name: 'DLB', share: 0.15, draw: drawDlb },
  { name: 'ALM', share: 0.2, draw: drawAlm },
  { name: 'section 14a', share: 0.2, draw: drawSection14a },
];
