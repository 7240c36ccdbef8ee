/**
 * The judge of the one promise: at no moment do the limits that the slaves enforce add up to more than the fuse, on any
 * phase. It knows what each slave put into force and when, by the slave's own clock.
 */
import type { Daemon } from '../helpers/daemon-process.js';
import { lateMsBetweenDates } from '../helpers/machine.js';
import { numberIn, saidOf } from './bench.js';
import { readStatus, type SeenStatus, toGridMask } from './wire.js';

/** Clocks of several processes are compared no finer than this. */
const CLOCKS_MS = 5;
/** The end of a lease is dated when it was due, where it came later by no more than this and what the machine was late. */
const BUSY_MS = 500;
const EPSILON_A = 1e-6;
const PHASES = [0, 1, 2] as const;

export interface Change {
  readonly atMs: number;
  readonly id: string;
  readonly limitA: number;
  /** Bits of grid phases. */
  readonly gridPhases: number;
}

/**
 * A process that was stopped. Its charge point would have followed the end of the lease by itself, as the firmware of a
 * charger does; the simulated one, which stood still with the process, is dated as if it had.
 */
export interface Stall {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** How much later than it was due a change may be said at this time. */
function forgivenMs(stalls: readonly Stall[], id: string, dueMs: number, atMs: number): number {
  const busyMs = BUSY_MS + lateMsBetweenDates(dueMs, atMs);
  const stall = stalls.find((each) => each.id === id && atMs >= each.fromMs && atMs <= each.toMs + busyMs);
  return stall ? busyMs + stall.toMs - stall.fromMs : busyMs;
}

export interface Verdict {
  /** The highest sum of each grid phase. */
  readonly highestA: readonly [number, number, number];
  /** Empty is good. */
  readonly violations: readonly string[];
}

/** Sweeps over all changes; `fuseA` for each grid phase. Each excess is told once, with how it began. */
export function judge(changes: readonly Change[], fuseA: number): Verdict {
  const inForce = new Map<string, Change>();
  const highestA: [number, number, number] = [0, 0, 0];
  const overSinceMs: (number | undefined)[] = [];
  const violations: string[] = [];
  const ordered = [...changes].sort((a, b) => a.atMs - b.atMs);
  ordered.forEach((change, index) => {
    inForce.set(change.id, change);
    const nextMs = ordered[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    for (const phase of PHASES) {
      const sumA = sumOn(phase, inForce);
      if (sumA <= fuseA + EPSILON_A) {
        highestA[phase] = Math.max(highestA[phase], sumA);
        overSinceMs[phase] = undefined;
        continue;
      }
      const sinceMs = overSinceMs[phase] ?? change.atMs;
      overSinceMs[phase] = sinceMs;
      const isToldNow = nextMs - sinceMs > CLOCKS_MS && change.atMs - sinceMs <= CLOCKS_MS;
      if (isToldNow) violations.push(textOf(phase, sumA, inForce));
    }
  });
  return { highestA, violations };
}

function sumOn(phase: number, inForce: ReadonlyMap<string, Change>): number {
  let sumA = 0;
  for (const { limitA, gridPhases } of inForce.values()) if (gridPhases & (1 << phase)) sumA += limitA;
  return sumA;
}

function textOf(phase: number, sumA: number, inForce: ReadonlyMap<string, Change>): string {
  const who = [...inForce.values()].map((each) => `${each.id} ${each.limitA} A since ${each.atMs.toFixed(1)}`);
  return `L${phase + 1}: ${sumA} A: ${who.join(', ')}`;
}

/** A slave.py as its charge point: who it is, and how it is wired. */
export interface SlavePy {
  readonly id: string;
  readonly rotation: string;
  readonly daemon: Daemon;
}

/** What a slave.py says itself. */
export function changesSaid(slave: SlavePy): Change[] {
  return changesDespite([], slave);
}

/** The same of one that was stopped now and then. */
export function changesDespite(stalls: readonly Stall[], { id, rotation, daemon }: SlavePy): Change[] {
  return saidOf(daemon, 'limit').map((line) => {
    const [atMs, lateMs] = [numberIn(line, 't'), numberIn(line, 'lateMs')];
    return {
      atMs: atMs - Math.min(forgivenMs(stalls, id, atMs - lateMs, atMs), lateMs),
      id,
      limitA: numberIn(line, 'limitA'),
      gridPhases: toGridMask(rotation, numberIn(line, 'phases')),
    };
  });
}

/** A killed slave may only have been cut off: what it held counts on until its last lease ends, then min(L, d). */
export function changesAfterDeath(slave: SlavePy, disconnectedA: number, untilMs: number): Change[] {
  const grant = saidOf(slave.daemon, 'grant').at(-1);
  const last = changesSaid(slave).at(-1);
  if (!grant || !last) return [];
  const atMs = numberIn(grant, 't') - numberIn(grant, 'ageMs') + numberIn(grant, 'leaseMs');
  return atMs < untilMs ? [{ ...last, atMs, limitA: Math.min(last.limitA, disconnectedA) }] : [];
}

interface Heard {
  readonly status: SeenStatus;
  readonly atMs: number;
}

/** What slaves enforce, by every STATUS that they send. */
export class StatusWatch {
  readonly #heard = new Map<string, Heard[]>();
  readonly #last = new Map<string, SeenStatus>();

  hear(bytes: Buffer, atMs: number): void {
    const status = readStatus(bytes);
    if (!status) return;
    const boot = `${status.id} ${status.bootId}`;
    this.#last.set(status.id, status);
    const before = this.#heard.get(boot);
    if (before) before.push({ status, atMs });
    else this.#heard.set(boot, [{ status, atMs }]);
  }

  last(id: string): SeenStatus | undefined {
    return this.#last.get(id);
  }

  changes(ids?: readonly string[], stalls: readonly Stall[] = []): Change[] {
    return [...this.#heard.values()]
      .filter(([first]) => first && (ids?.includes(first.status.id) ?? true))
      .flatMap((heard) => dated(heard, stalls));
  }

  /** What all vehicles draw: for each phase a change of its own. */
  drawn(): Change[] {
    return [...this.#heard.values()].flatMap((heard) => {
      const aheadMs = offsetMs(heard);
      return heard.flatMap(({ status: { id, tauMs, currentA } }) =>
        PHASES.map((phase) => ({
          ...{ atMs: tauMs + aheadMs, id: `${id} L${phase + 1}` },
          ...{ limitA: currentA[phase] ?? 0, gridPhases: 1 << phase },
        })),
      );
    });
  }
}

/** The quickest datagram shows how far the slave's clock is from ours. */
function offsetMs(heard: readonly Heard[]): number {
  return heard.reduce((least, { status, atMs }) => Math.min(least, atMs - status.tauMs), Number.POSITIVE_INFINITY);
}

function dated(heard: readonly Heard[], stalls: readonly Stall[]): Change[] {
  const aheadMs = offsetMs(heard);
  const ordered = heard.map(({ status }) => status).sort((a, b) => a.tauMs - b.tauMs);
  let leaseEndsMs = Infinity;
  return ordered.map((status) => {
    const { id, tauMs, leaseLeftMs, enforcedA: limitA, gridPhases } = status;
    const latestMs = forgivenMs(stalls, id, Math.min(tauMs, leaseEndsMs) + aheadMs, tauMs + aheadMs);
    const dueMs = leaseLeftMs === 0 ? Math.max(tauMs - latestMs, Math.min(tauMs, leaseEndsMs)) : tauMs;
    leaseEndsMs = leaseLeftMs === 0 ? Infinity : tauMs + leaseLeftMs;
    return { atMs: dueMs + aheadMs, id, limitA, gridPhases };
  });
}
