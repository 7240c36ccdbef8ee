/** Which faults exist in a drawn run, and when they strike. */
import type { Rng } from '../../base/rng.js';
import type { Ms } from '../../base/units.js';
import { INJECTORS } from './faults/index.js';
import type { Injector } from './faults/injector.js';
import type { PlannedFault } from './scenario.js';

/** Share of the kinds that a run knows. */
const KINDS_SHARE_MAX = 0.5;
/** Share of the runs with a theme. */
const THEME_SHARE = 0.4;
/** From one fault to the next, on average: drawn once for a run. */
const EVERY_MS = [8_000, 90_000] as const;
/** The site has come up by then. */
const FIRST_MS: Ms = 20_000;

export interface FaultWorld {
  readonly chargePoints: readonly string[];
  readonly meters: readonly string[];
  /** Those of them that sit beside the charge points, and see nothing of them. */
  readonly metersBeside: readonly string[];
  readonly leaseMs: Ms;
  readonly hasStandby: boolean;
  readonly isSigned: boolean;
}

const CUTS: readonly string[] = [
  'partition',
  'partition-of-some',
  'swizzled-partitions',
  'grants-lost',
  'polls-lost',
  'interface-down',
  'grants-late',
  'loss',
  'late-datagrams',
  'reordering',
  'broadcast-blocked',
  'broadcast-blocked-fixed',
  'masters-parted',
];
/** Cuts between masters. */
const DEAF_MASTERS: readonly string[] = [
  'interface-down',
  'broadcast-blocked',
  'broadcast-blocked-fixed',
  'masters-parted',
];
const POWER: readonly string[] = ['slave-reboots', 'slave-moves', 'slave-disconnected-limit', 'voltage-dip'];
const RESTARTS: readonly string[] = [
  'master-killed',
  'master-lost-state',
  'master-killed-again',
  'master-out-of-memory',
  'master-stopped',
  'master-frozen',
  'disk-read-only',
  'state-corrupt',
  'fuse-lowered',
];

/**
 * What is not played in one run, because the decisions name it as a limit: two masters of rank 0 that do not hear each other
 * (0003: make one a standby; each believes that it is alone, and that who is silent has gone down); two boxes with one id, of
 * which the known one falls silent (0007); another meter in the place of one while the master starts (0010: what it finds then
 * is taken for the right one, and the right one is refused for ever); a charger that outlasts its lease while nobody hears that.
 */
const LIMITS: readonly { readonly names: readonly string[]; readonly without: readonly string[] }[] = [
  { names: ['second-master', 'follows-another'], without: DEAF_MASTERS },
  { names: ['slave-doubled'], without: [...CUTS, ...POWER, ...RESTARTS, 'charger-outlasts-lease'] },
  { names: ['meter-stranger'], without: RESTARTS },
  { names: ['charger-outlasts-lease'], without: [...CUTS, ...RESTARTS] },
];
/** How a meter is connected shows in what the charge points do: beside them nothing shows it (0010), so there it stays right. */
const WIRING: readonly string[] = ['meter-phases-swapped', 'meter-backwards'];
const OUTLASTS = 'charger-outlasts-lease';
/** A charge point behind one of these is heard by no master. */
const NOT_HEARD: readonly string[] = [
  'partition',
  'partition-of-some',
  'swizzled-partitions',
  'interface-down',
  'broadcast-blocked',
  'broadcast-blocked-fixed',
];
/**
 * What nobody can know of who is not heard: which of two it is, for a master that is cut off from all charge points but one, and
 * not from a twin; that a box is there which nobody has listed, and which hears no BEACON from its start on; that a listed one
 * has another disconnected limit than the configuration says, for a master that has lost its memory (0003, the gap).
 */
const UNHEARD: readonly { readonly name: string; readonly besideAll: readonly (readonly string[])[] }[] = [
  { name: 'slave-doubled', besideAll: [['follows-another']] },
  { name: 'slave-unknown', besideAll: [['broadcast-blocked']] },
  { name: 'slave-disconnected-limit', besideAll: [['master-lost-state', 'state-corrupt'], NOT_HEARD] },
];
/** Whoever hears no BEACON speaks on for 30 s: in that time its lease must end, and show. */
const LEASE_HEARD_MS: Ms = 20_000;
/** How often a run is about one of these limits. */
const LIMIT_SHARE = 0.25;

function isPossible({ name, target, needsSignature }: Injector, world: FaultWorld): boolean {
  if (target === 'meter' && world.meters.length === 0) return false;
  if (needsSignature && !world.isSigned) return false;
  return name !== 'masters-parted' || world.hasStandby;
}

/** Some runs are about one or two faults, again and again. */
function drawTheme(rng: Rng, possible: readonly Injector[]): readonly Injector[] {
  const names = Array.from({ length: 1 + rng.int(2) }, () => possible[rng.int(possible.length)]?.name);
  return possible.filter(({ name }) => names.includes(name));
}

function drawKinds(rng: Rng, world: FaultWorld): readonly Injector[] {
  const possible = withinLimits(
    rng,
    INJECTORS.filter((injector) => isPossible(injector, world)),
  );
  if (rng.chance(THEME_SHARE)) return allHeard(drawTheme(rng, possible), world);
  const share = rng.between(0.05, KINDS_SHARE_MAX);
  return allHeard(
    possible.filter(() => rng.chance(share)),
    world,
  );
}

function allHeard(kinds: readonly Injector[], { leaseMs }: FaultWorld): readonly Injector[] {
  const isAmong = (names: readonly string[]): boolean => kinds.some(({ name }) => names.includes(name));
  const left = UNHEARD.filter(({ besideAll }) => besideAll.every(isAmong)).map(({ name }) => name);
  if (leaseMs > LEASE_HEARD_MS) left.push(OUTLASTS);
  return kinds.filter(({ name }) => !left.includes(name));
}

function withinLimits(rng: Rng, possible: readonly Injector[]): readonly Injector[] {
  return LIMITS.reduce((kinds, { names, without }) => {
    const left = rng.chance(LIMIT_SHARE) ? without : names;
    return kinds.filter(({ name }) => !left.includes(name));
  }, possible);
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
    const target = targetOf(rng, injector, world);
    if (WIRING.includes(injector.name) && world.metersBeside.includes(target)) continue;
    faults.push({ atMs, forMs, fault: injector.name, target });
  }
}
