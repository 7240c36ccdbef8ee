/** Limits that the configuration says: of circuits and charge points, in A, in W and as shares. */
import type { Rng } from '../../../base/rng.js';
import { NOMINAL_VOLTAGE_V } from '../../../dlm/types.js';
import { anyOf, type Draft, type DraftCircuit, type Feature, lowerLimit, numberOf, one, some } from './draft.js';

const PHASES = 3;

/** Charge points and building fit also while everybody is alone. */
function drawWatts(rng: Rng, { reservedA }: Draft, { fuseA, othersA }: DraftCircuit): string {
  const leastA = Math.min(fuseA, reservedA + othersA);
  return `${Math.ceil(rng.between(leastA, fuseA) * PHASES * NOMINAL_VOLTAGE_V)}`;
}

/** What is left of the fuse beside it stays enough for the fallback. */
function drawHeadroom(rng: Rng, { keys, fuseA, othersA }: DraftCircuit): void {
  const isShare = rng.chance(0.5);
  const share = 1 + rng.int(15);
  const ownA = isShare ? (fuseA * share) / 100 : rng.int(5);
  keys.set('headroomA', isShare ? `"${share} %"` : `${ownA}`);
  const fallbackA = numberOf(keys, 'fallbackA', 0);
  if (fallbackA > 0) keys.set('fallbackA', `${Math.max(0, Math.min(fallbackA, Math.floor(fuseA - othersA - ownA)))}`);
}

/** Of the fuse, or of the operator's limit: never more than what the building leaves. */
function drawFallback(rng: Rng, { keys, fuseA }: DraftCircuit): void {
  const mostA = numberOf(keys, 'fallbackA', 0);
  const share = Math.floor((mostA / fuseA) * 100 * rng.between(0.3, 1));
  if (share > 0) keys.set('fallbackA', `"${share} %"`);
}

function drawInstallation(rng: Rng, { chargePoints }: Draft): void {
  for (const keys of some(rng, [...chargePoints.values()])) {
    const leastA = Math.max(numberOf(keys, 'minA', 6), numberOf(keys, 'disconnectedLimitA', 6));
    const mostA = numberOf(keys, 'maxA', 32);
    keys.set('installationA', `${Math.floor(rng.between(leastA, mostA + 1))}`);
  }
}

function drawOperator(rng: Rng, { chargePoints }: Draft): void {
  for (const keys of some(rng, [...chargePoints.values()])) {
    const mostA = numberOf(keys, 'installationA', numberOf(keys, 'maxA', 32));
    const ownA = Math.floor(rng.between(numberOf(keys, 'minA', 6), mostA + 1));
    keys.set('operatorA', rng.chance(0.1) ? '0' : `${ownA}`);
  }
}

/** What charge points leave out, the defaults say. */
function drawDefaults(rng: Rng, { chargePoints, defaults }: Draft): void {
  const [first] = chargePoints.values();
  for (const name of ['maxA', 'minA', 'disconnectedLimitA']) {
    const value = first?.get(name);
    if (value === undefined || rng.chance(0.3)) continue;
    defaults.set(name, value);
    for (const keys of chargePoints.values()) if (keys.get(name) === value) keys.delete(name);
  }
}

function drawSessions(rng: Rng, { chargePoints }: Draft): void {
  for (const keys of some(rng, [...chargePoints.values()])) {
    const time = `maxMin: ${2 + rng.int(30)}`;
    const energy = `maxKwh: ${(0.1 + rng.between(0, 3)).toFixed(1)}`;
    keys.set('session', `{ ${one(rng, [time, energy, `${time}, ${energy}`])} }`);
  }
}

/** Drawn last: the other rows see what each charge point has. */
export const DEFAULTS_FEATURE: Feature = { name: 'defaults', share: 0.2, draw: drawDefaults };

export const LIMIT_FEATURES: readonly Feature[] = [
  {
    name: 'minimum of a charge point',
    share: 0.2,
    draw: (rng, { chargePoints }) => {
      for (const keys of some(rng, [...chargePoints.values()])) keys.set('minA', `${7 + rng.int(2)}`);
    },
  },
  {
    name: 'operator limit of a circuit',
    share: 0.2,
    draw: (rng, { circuits }) => {
      const { keys, fuseA } = anyOf(rng, circuits);
      keys.set('operatorLimitA', lowerLimit(rng, fuseA));
    },
  },
  {
    name: 'headroom',
    share: 0.25,
    draw: (rng, { circuits }) => {
      for (const circuit of some(rng, circuits)) drawHeadroom(rng, circuit);
    },
  },
  {
    name: 'fallback as a share',
    share: 0.3,
    draw: (rng, { circuits }) => {
      for (const circuit of circuits) if (circuit.isMetered) drawFallback(rng, circuit);
    },
  },
  {
    name: 'power limit',
    share: 0.2,
    draw: (rng, draft) => {
      const circuit = anyOf(rng, draft.circuits);
      circuit.keys.set('limitW', drawWatts(rng, draft, circuit));
    },
  },
  {
    name: 'contract',
    share: 0.15,
    draw: (rng, draft) => {
      for (const circuit of draft.circuits.filter(({ isMetered }) => isMetered).slice(0, 1)) {
        circuit.keys.set('contractW', drawWatts(rng, draft, circuit));
      }
    },
  },
  { name: 'installation limit', share: 0.2, draw: drawInstallation },
  { name: 'operator limit of a charge point', share: 0.2, draw: drawOperator },
  {
    name: 'imbalance limit of a charge point',
    share: 0.2,
    draw: (rng, { chargePoints }) => {
      for (const keys of some(rng, [...chargePoints.values()])) keys.set('imbalanceLimitA', `${10 + rng.int(11)}`);
    },
  },
  { name: 'session limits', share: 0.2, draw: drawSessions },
];
