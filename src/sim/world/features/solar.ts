/** PV at the grid connection, charge points that take its surplus, and a contract that it lifts. */
import { CHARGE_MODES } from '../../../base/operator-action.js';
import type { Rng } from '../../../base/rng.js';
import { type Ms, mapPhases, type PerPhase, type Watts } from '../../../base/units.js';
import { NOMINAL_VOLTAGE_V } from '../../../dlm/types.js';
import { anyOf, type Draft, type DraftCircuit, type Feature, moments, some } from './draft.js';

const ACTIONS_MAX = 4;
/** From one cloud to the next, at least and at most. */
const CLOUD_MS: readonly [Ms, Ms] = [20_000, 300_000];
const START_S = [0, 10, 60];
const STOP_S = [0, 30, 180];

/** The sun of a day that wanders, on three phases or on one. */
function shine(rng: Rng, draft: Draft, { id, fuseA }: DraftCircuit): void {
  const peakW: Watts = fuseA * NOMINAL_VOLTAGE_V * rng.between(0.2, 0.8);
  const onlyPhase = rng.chance(0.3) ? rng.int(3) : undefined;
  const on = (watts: Watts): PerPhase<Watts> =>
    mapPhases((p) => (onlyPhase === undefined || p === onlyPhase ? watts : 0));
  for (let atMs = 0; atMs < draft.calmFromMs; atMs += Math.floor(rng.between(...CLOUD_MS))) {
    draft.solar.push({ circuit: id, atMs, powerW: on(rng.between(0, peakW)) });
  }
}

function drawSolar(rng: Rng, draft: Draft): void {
  const [root] = draft.circuits;
  if (!root?.isMetered || root.keys.get('meterLocation') === 'excluding') return;
  shine(rng, draft, root);
  draft.surplus.set('meter', root.keys.get('meter') ?? '');
  draft.surplus.set('mode', anyOf(rng, [...CHARGE_MODES]));
  draft.surplus.set('startAfterS', `${anyOf(rng, START_S)}`);
  draft.surplus.set('stopAfterS', `${anyOf(rng, STOP_S)}`);
  for (const keys of some(rng, [...draft.chargePoints.values()])) keys.set('mode', anyOf(rng, [...CHARGE_MODES]));
  if (root.keys.has('contractW') && rng.chance(0.7)) root.keys.set('exportMakesRoom', 'true');
  if (rng.chance(0.5)) return;
  for (const atMs of moments(rng, draft, ACTIONS_MAX)) {
    const target = anyOf(rng, [...draft.chargePoints.keys()]);
    draft.actions.push({ atMs, target, action: { what: 'mode', mode: anyOf(rng, [...CHARGE_MODES, null]) } });
  }
}

export const SOLAR_FEATURES: readonly Feature[] = [{ name: 'PV surplus', share: 0.2, draw: drawSolar }];
