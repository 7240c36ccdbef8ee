/** What a run was worth to the drivers, and how it used the fuse. */
import { CLASSES, type Delivered, type EvaluationSite, type PriorityClass, type Session } from './site.js';

export interface Measures {
  readonly energyWh: number;
  /** Of the demand of all. */
  readonly servedShare: number;
  /** The same of those of each class. */
  readonly servedByClass: Readonly<Record<PriorityClass, number>>;
  /** Jain's index over the served shares of the sessions: 1 where all have the same share, 1/n where one has all. */
  readonly jain: number;
  /** The served share below which a tenth of the sessions are. */
  readonly tenthShare: number;
  /** Of the sessions, those that got less than nine tenths of their demand. */
  readonly shortSessions: number;
  /** Of the fuse, while somebody wants energy. */
  readonly utilisation: number;
  /** The highest current on any phase, as a share of the fuse. */
  readonly worstShare: number;
  readonly minutesOver: number;
}

/** Who gets less than this share of the demand went short. */
const ENOUGH_SHARE = 0.9;

interface Served {
  readonly session: Session;
  readonly priority: PriorityClass;
  readonly energyWh: number;
}

/** Sessions without demand are left out of the shares. */
export function measure(site: EvaluationSite, { energyWh, use }: Delivered): Measures {
  const all = site.chargePoints.flatMap(({ sessions, priority }, point) =>
    sessions.map((session, at): Served => ({ session, priority, energyWh: energyWh[point]?.[at] ?? 0 })),
  );
  const wanted = all.filter(({ session }) => session.demandWh > 0);
  const shares = wanted.map((each) => each.energyWh / each.session.demandWh);
  const ofClass = (priority: PriorityClass): number => servedShare(wanted.filter((each) => each.priority === priority));
  return {
    energyWh: sum(all.map((each) => each.energyWh)),
    servedShare: servedShare(wanted),
    servedByClass: { [CLASSES[0]]: ofClass(CLASSES[0]), [CLASSES[1]]: ofClass(CLASSES[1]) },
    jain: jainIndex(shares),
    tenthShare: shareAt(shares, 0.1),
    shortSessions: shares.filter((share) => share < ENOUGH_SHARE).length / Math.max(1, shares.length),
    utilisation: use.utilisation,
    worstShare: Math.max(...use.worstA) / site.fuseA,
    minutesOver: use.minutesOver,
  };
}

function servedShare(served: readonly Served[]): number {
  const demandWh = sum(served.map(({ session }) => session.demandWh));
  return demandWh > 0 ? sum(served.map(({ energyWh }) => energyWh)) / demandWh : 1;
}

export function jainIndex(shares: readonly number[]): number {
  const squares = sum(shares.map((share) => share * share));
  return squares > 0 ? sum(shares) ** 2 / (shares.length * squares) : 1;
}

/** Nearest rank. */
function shareAt(shares: readonly number[], level: number): number {
  const sorted = [...shares].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(level * sorted.length) - 1)] ?? 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
