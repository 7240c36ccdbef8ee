/** Which faults exist in a drawn run, and when they strike. */
import type { Rng } from '../../base/rng.js';
import type { Ms } from '../../base/units.js';
import { INJECTORS } from './faults/index.js';
import type { Injector } from './faults/injector.js';
import type { PlannedFault } from './scenario.js';

/** Share of the kinds that a run knows. */
const KINDS_SHARE_MAX = 0.5;
/** From one fault to the next, on average: drawn once for a run. */
const EVERY_MS = [8_000, 90_000] as const;
/** The site has come up by then. */
const FIRST_MS: Ms = 20_000;

export interface FaultWorld {
  readonly chargePoints: readonly string[];
  readonly meters: readonly string[];
  readonly hasStandby: boolean;
  readonly isSigned: boolean;
}

/**
 * Two masters of rank 0 that never hear each other, each with some of the charge points, are a limit that the decisions name
 * (0003): whoever wants two masters makes one a standby. So a rival is not played together with what cuts it off.
 */
const RIVALS: ReadonlySet<string> = new Set(['second-master', 'follows-another']);
const CUTS: ReadonlySet<string> = new Set([
  'partition',
  'partition-of-some',
  'grants-lost',
  'polls-lost',
  'interface-down',
  'loss',
  'late-datagrams',
  'reordering',
  'broadcast-blocked',
  'masters-parted',
]);

function isPossible({ name, target, needsSignature }: Injector, world: FaultWorld): boolean {
  if (target === 'meter' && world.meters.length === 0) return false;
  if (needsSignature && !world.isSigned) return false;
  return name !== 'masters-parted' || world.hasStandby;
}

function drawKinds(rng: Rng, world: FaultWorld): readonly Injector[] {
  const share = rng.between(0.05, KINDS_SHARE_MAX);
  const drawn = INJECTORS.filter((injector) => isPossible(injector, world) && rng.chance(share));
  const hasRival = rng.chance(0.3);
  return drawn.filter(({ name }) => (hasRival ? !CUTS.has(name) : !RIVALS.has(name)));
}

function targetOf(rng: Rng, { target, name }: Injector, { chargePoints, meters, hasStandby }: FaultWorld): string {
  const anyOf = (ids: readonly string[]): string => ids[rng.int(ids.length)] ?? '';
  if (target === 'chargePoint') return anyOf(chargePoints);
  if (target === 'meter') return anyOf(meters);
  if (target === 'network') return 'network';
  return hasStandby && name !== 'masters-parted' && rng.chance(0.3) ? 'standby' : 'master';
}

export function drawFaults(rng: Rng, world: FaultWorld, untilMs: Ms): readonly PlannedFault[] {
  const kinds = drawKinds(rng, world);
  if (kinds.length === 0) return [];
  const everyMs = rng.between(...EVERY_MS);
  const faults: PlannedFault[] = [];
  for (let atMs = FIRST_MS; ; ) {
    atMs += rng.between(0, 2 * everyMs);
    const injector = kinds[rng.int(kinds.length)];
    if (!injector || atMs >= untilMs) return faults;
    const forMs = Math.min(rng.between(...injector.lastsMs), untilMs - atMs);
    faults.push({ atMs, forMs, fault: injector.name, target: targetOf(rng, injector, world) });
  }
}
