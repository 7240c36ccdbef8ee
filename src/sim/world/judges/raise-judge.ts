/**
 * Where the site has a ramp (`raiseAPerS`), no limit rises faster: neither at once nor step by step. A vehicle starts with what it needs.
 * A charge point that followed no grant for a while has again what it was granted: that is no raise of its master.
 */
import type { Amps, Ms } from '../../../base/units.js';
import { CLOCK_DRIFT } from '../../../dlm/leases/lease-rules.js';
import type { SlaveBox } from '../slave-box.js';

/** The most that any vehicle needs to start. */
const START_A: Amps = 11;
/** One cycle more, and what a datagram is late. */
const AHEAD_MS: Ms = 2_500;

export interface RaiseTerms {
  /** Absent: there is no ramp. */
  readonly aPerS: number | undefined;
  readonly stepA: Amps;
  readonly nowMs: () => Ms;
  readonly violate: (judge: string, text: string) => void;
}

/** The first grant to a box that has started is 0 A, and what it had before follows, once its master hears it well. */
const RESUME_MS: Ms = 30_000;

/** The highest limit that the ramp allows, and when. */
interface Level {
  /** Of this master: another one goes on with what it knows. */
  readonly masterId: string | undefined;
  readonly levelA: Amps;
  readonly atMs: Ms;
  /** What it had when it followed a grant last. It may have that again, and what the ramp went on meanwhile: its master did not know. */
  readonly resumes?: { readonly hadA: Amps; readonly limitA: Amps; readonly sinceMs: Ms; readonly untilMs?: Ms };
}

export class RaiseJudge {
  readonly #terms: RaiseTerms;
  readonly #levels = new Map<SlaveBox, Level>();

  constructor(terms: RaiseTerms) {
    this.#terms = terms;
  }

  /** What a box enforces has changed. */
  enforces(box: SlaveBox): void {
    const { aPerS: byItsClockAPerS, stepA, nowMs, violate } = this.#terms;
    if (byItsClockAPerS === undefined) return;
    const aPerS = byItsClockAPerS * (1 + CLOCK_DRIFT);
    const { limitA, reason } = box.enforced;
    const atMs = nowMs();
    const before = this.#levels.get(box);
    if (reason !== 'grant') {
      if (before) this.#levels.set(box, interrupted(before, aPerS, atMs));
      return;
    }
    const masterId = box.followedMasterId;
    const mostA = before && before.masterId === masterId ? highest(before, aPerS, atMs) : limitA;
    const isBack = limitA >= (before?.resumes?.hadA ?? 0);
    const resumes = isBack ? undefined : before?.resumes && { untilMs: atMs + RESUME_MS, ...before.resumes };
    this.#levels.set(box, { masterId, levelA: Math.min(limitA, mostA), atMs, ...(resumes && { resumes }) });
    const allowedA = mostA + stepA + (aPerS * AHEAD_MS) / 1000;
    if (limitA > allowedA) violate('raise', `${box.id} has ${limitA} A, its ramp allows ${allowedA.toFixed(1)} A`);
  }
}

function interrupted(before: Level, aPerS: number, nowMs: Ms): Level {
  const limitA = before.levelA === 0 ? resumedA(before, aPerS, nowMs) : highest(before, aPerS, nowMs);
  const hadA = before.levelA === 0 ? (before.resumes?.hadA ?? 0) : before.levelA;
  return { ...before, resumes: { hadA, limitA, sinceMs: nowMs } };
}

function highest(before: Level, aPerS: number, nowMs: Ms): Amps {
  const { levelA, atMs } = before;
  const rampedA = levelA === 0 ? START_A : levelA + (aPerS * (nowMs - atMs)) / 1000;
  return Math.max(rampedA, resumedA(before, aPerS, nowMs));
}

function resumedA({ resumes }: Level, aPerS: number, nowMs: Ms): Amps {
  return resumes && nowMs <= (resumes.untilMs ?? nowMs)
    ? resumes.limitA + (aPerS * (nowMs - resumes.sinceMs)) / 1000
    : 0;
}
