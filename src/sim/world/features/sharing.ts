/** Rules of division. */
import type { Rng } from '../../../base/rng.js';
import { type Draft, type Feature, one } from './draft.js';

function drawRedistribution(rng: Rng, { rules, circuits }: Draft): void {
  const amps = one(rng, ['', '', 'thresholdA: 1', 'thresholdA: 4', 'marginA: 0.5']);
  const hold = one(rng, ['', '', 'holdS: 10', 'holdS: 60']);
  rules.set('redistribute', `{ ${[amps, hold].filter((text) => text !== '').join(', ')} }`);
  if (!rng.chance(0.35)) return;
  const [, garage] = circuits;
  garage?.keys.set('redistribute', 'false');
}

export const SHARING_FEATURES: readonly Feature[] = [
  { name: 'redistribution', share: 0.5, draw: drawRedistribution },
  {
    name: 'ramp',
    share: 0.2,
    draw: (rng, { rules }) => {
      rules.set('raiseAPerS', `${one(rng, [0.1, 0.5, 1, 4])}`);
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
