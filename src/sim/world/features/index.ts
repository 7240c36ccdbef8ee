/** What a drawn run may have beside its site: one row for each. A row that is added changes no other one. */
import { seededRng } from '../../../base/rng.js';
import { CALENDAR_FEATURES } from './calendar.js';
import type { Draft, Feature } from './draft.js';
import { INPUT_FEATURES } from './inputs.js';
import { DEFAULTS_FEATURE, LIMIT_FEATURES } from './limits.js';
import { MODE_FEATURES } from './modes.js';
import { PEOPLE_FEATURES } from './people.js';
import { NETWORK_FEATURE, SHARING_FEATURES, VOLTAGE_FEATURE } from './sharing.js';
import { SOLAR_FEATURES } from './solar.js';

/** In the order in which they are drawn: a later one sees what an earlier one has written. */
export const FEATURES: readonly Feature[] = [
  ...CALENDAR_FEATURES.filter(({ name }) => name === 'time of the year'),
  ...LIMIT_FEATURES,
  ...SHARING_FEATURES,
  ...CALENDAR_FEATURES.filter(({ name }) => name !== 'time of the year'),
  ...INPUT_FEATURES,
  ...MODE_FEATURES,
  ...SOLAR_FEATURES,
  ...PEOPLE_FEATURES,
  DEFAULTS_FEATURE,
  NETWORK_FEATURE,
  VOLTAGE_FEATURE,
];

/** The names of those that this seed has. */
export function drawFeatures(seed: number, draft: Draft): readonly string[] {
  const drawn: string[] = [];
  for (const { name, share, draw } of FEATURES) {
    const rng = seededRng(seedOf(seed, name));
    if (!rng.chance(share)) continue;
    draw(rng, draft);
    drawn.push(name);
  }
  draft.actions.sort((a, b) => a.atMs - b.atMs);
  return drawn;
}

/** Of its own for each feature (FNV-1a). */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of `${seed} ${name}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}
