/** Rules of division. */
import type { Rng } from '../../../base/rng.js';
import type { Ms } from '../../../base/units.js';
import { NOMINAL_VOLTAGE_V } from '../../../dlm/types.js';
import { type Draft, type Feature, numberOf, one, some } from './draft.js';

function drawRedistribution(rng: Rng, { rules, circuits }: Draft): void {
  const amps = one(rng, ['', '', 'thresholdA: 1', 'thresholdA: 4', 'marginA: 0.5']);
  const hold = one(rng, ['', '', 'holdS: 10', 'holdS: 60']);
  rules.set('redistribute', `{ ${[amps, hold].filter((text) => text !== '').join(', ')} }`);
  if (!rng.chance(0.35)) return;
  const [, garage] = circuits;
  garage?.keys.set('redistribute', 'false');
}

/** Some of those with three phases, and soon enough to happen in a short run. */
function drawSwitches(rng: Rng, { chargePoints, rules }: Draft): void {
  const able = [...chargePoints.values()].filter((keys) => keys.get('phases') === '3');
  if (able.length === 0) return;
  for (const keys of some(rng, able)) keys.set('phaseSwitch', one(rng, ['one-three', 'best-phase']));
  rules.set('phaseSwitch', `{ holdMin: 1, sessionMin: ${rng.int(3)}, gainA: ${1 + rng.int(4)} }`);
}

export const SHARING_FEATURES: readonly Feature[] = [
  {
    name: 'all phases count',
    share: 0.1,
    draw: (rng, { chargePoints }) => {
      for (const keys of some(rng, [...chargePoints.values()])) keys.set('activePhases', 'connected');
    },
  },
  { name: 'phase switches', share: 0.2, draw: drawSwitches },
  { name: 'redistribution', share: 0.5, draw: drawRedistribution },
  {
    name: 'ramp',
    share: 0.2,
    draw: (rng, { rules }) => {
      rules.set('raiseAPerS', `${one(rng, [0.1, 0.5, 1, 4])}`);
    },
  },
  {
    name: 'least share',
    share: 0.2,
    draw: (rng, { rules }) => {
      rules.set('leastMinPerHour', `${one(rng, [0, 1, 10])}`);
    },
  },
  {
    name: 'steady time',
    share: 0.2,
    draw: (rng, { rules }) => {
      rules.set('steadyMin', `${one(rng, [0, 1, 10])}`);
    },
  },
];

const POWER_KEYS = ['limitW', 'contractW', 'section14a', 'dlb', 'alm'];

/** From one change of the voltage to the next, at least and at most. */
const VOLTAGE_MS: readonly [Ms, Ms] = [30_000, 400_000];

/** Where a limit is in W: a grid that is high or low, and wanders. */
export const VOLTAGE_FEATURE: Feature = {
  name: 'voltage',
  share: 0.6,
  draw: (rng, draft) => {
    const [root] = draft.circuits;
    const hasPower = draft.circuits.some(({ keys }) => POWER_KEYS.some((key) => keys.has(key)));
    if (!hasPower || !root?.isMetered) return;
    const nominalV = numberOf(draft.site, 'voltageV', NOMINAL_VOLTAGE_V);
    const baseV = nominalV * rng.between(0.95, 1.07);
    for (let atMs = 0; atMs < draft.calmFromMs; atMs += Math.floor(rng.between(...VOLTAGE_MS))) {
      draft.voltage.push({ atMs, voltageV: baseV + rng.between(-4, 4) });
    }
  },
};

/** Drawn last: what is drawn in W, and phase switches, are drawn for a neutral. */
export const NETWORK_FEATURE: Feature = {
  name: 'IT network',
  share: 0.2,
  draw: (_rng, { circuits, rules, surplus, site }) => {
    const hasPower = circuits.some(({ keys }) => POWER_KEYS.some((key) => keys.has(key)));
    if (!hasPower && !rules.has('phaseSwitch') && surplus.size === 0) site.set('network', 'IT');
  },
};
