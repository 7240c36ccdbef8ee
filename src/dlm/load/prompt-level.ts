/**
 * Checks whether a meter, whose values cover a certain time, shows falls of the charge points promptly (prompt-watch). One fall
 * after a rest, shown in time, is one witness.
 */
import { assert } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type Amps, mapPhases, type Ms, PHASES, type PhaseAmps, type PhaseIndex } from '../../base/units.js';
import { isAlike, minus, REST_A, STEP_A } from './step-watch.js';

/** The sample that must show a fall may miss at most this share of it. */
const MISSING_MAX = 0.15;
/** So many falls shown in time make a meter prompt. */
const WITNESSES = 2;
/** At most so many are counted, and one fall shown late costs so many. */
const WITNESSES_MAX = 8;

export interface PromptSample {
  /** As the meter gave it. An identical value may be the same measurement. */
  readonly currentA: PhaseAmps;
  /** After the correction of faults. */
  readonly shownA: PhaseAmps;
  readonly sampledAtMs: Ms;
  /** The highest current that the charge points reported while the sample may have been measured. */
  readonly mostA: PhaseAmps;
  /** By the last STATUS of each. */
  readonly nowA: PhaseAmps;
}

/** What the meter showed while the charge points drew so much. */
interface Point {
  readonly shownA: PhaseAmps;
  readonly drawnA: PhaseAmps;
}

/** Falls since the last rest, by the first sample in which a prompt meter shows each. */
interface Fall {
  readonly drawnA: PhaseAmps;
  /** True if such a sample missed a part. */
  readonly wasMissing: boolean;
}

/** Checks this for a meter whose values cover so long before their renewal. */
export class PromptLevel {
  readonly coversMs: Ms;
  #last: Pick<PromptSample, 'currentA' | 'sampledAtMs'> | undefined;
  /** The last sample that no fall preceded within the time that its values may be old. */
  #rest: Point | undefined;
  #fall: Fall | undefined;
  #witnesses = 0;

  constructor(coversMs: Ms) {
    this.coversMs = coversMs;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#last = carrier.value('last', this.#last);
    this.#rest = carrier.value('rest', this.#rest);
    this.#fall = carrier.value('fall', this.#fall);
    this.#witnesses = carrier.value('witnesses', this.#witnesses);
  }

  get isPrompt(): boolean {
    return this.#witnesses >= WITNESSES;
  }

  /** Returns what to subtract for the charge points, if the meter is prompt. */
  addSample(sample: PromptSample, mostSince: (fromMs: Ms) => PhaseAmps): PhaseAmps {
    const { currentA, shownA, sampledAtMs, mostA, nowA } = sample;
    const last = this.#last;
    this.#last = { currentA, sampledAtMs };
    if (isSame(mostA, nowA)) this.#judgeLate({ shownA, drawnA: mostA });
    if (!last || isSame(mostA, nowA)) return mostA;
    const recentA = mostSince(last.sampledAtMs - this.coversMs);
    const hasFallen = (p: PhaseIndex): boolean => mostA[p] - recentA[p] > REST_A;
    const isRenewed = (p: PhaseIndex): boolean => currentA[p] !== last.currentA[p];
    if (!PHASES.some(hasFallen)) return mostA;
    const isComplete = isSame(recentA, nowA);
    if (PHASES.every((p) => isRenewed(p) || !hasFallen(p))) this.#judgePrompt({ shownA, drawnA: recentA }, isComplete);
    return mapPhases((p) => (isRenewed(p) && hasFallen(p) ? recentA[p] : mostA[p]));
  }

  /**
   * Judges a sample in which a prompt meter shows at least a fall to `drawnA`. Only the first fall after a rest can prove that
   * it does, and only when no other one follows.
   */
  #judgePrompt({ shownA, drawnA }: Point, isComplete: boolean): void {
    const [rest, fall] = [this.#rest, this.#fall];
    if (!rest || (fall && isSame(fall.drawnA, drawnA))) return;
    const fellA = minus(drawnA, rest.drawnA);
    const shownFallA = minus(shownA, rest.shownA);
    this.#fall = { drawnA, wasMissing: fall?.wasMissing === true || isMissing(shownFallA, fellA) };
    if (isComplete && !fall && isLarge(fellA) && isAlike(shownFallA, fellA, MISSING_MAX)) {
      this.#witnesses = Math.min(WITNESSES_MAX, this.#witnesses + 1);
    }
  }

  /**
   * The charge points are at rest again. A fall that was missing and is shown now came late. If it is still missing, the
   * building rose.
   */
  #judgeLate(now: Point): void {
    const [rest, fall] = [this.#rest, this.#fall];
    assert(this.#witnesses <= WITNESSES_MAX, `${this.#witnesses} witnesses of ${WITNESSES_MAX}`);
    this.#rest = now;
    this.#fall = undefined;
    if (!rest || !fall?.wasMissing) return;
    const fellA = minus(now.drawnA, rest.drawnA);
    if (isLarge(fellA) && isAlike(minus(now.shownA, rest.shownA), fellA)) this.#witnesses -= WITNESSES_MAX;
  }
}

function isSame(a: PhaseAmps, b: PhaseAmps): boolean {
  return PHASES.every((p) => Math.abs(a[p] - b[p]) <= REST_A);
}

function isLarge(fellA: PhaseAmps): boolean {
  return fellA.some((amps: Amps) => amps <= -STEP_A);
}

/** True if the meter shows less of a fall than it must. */
function isMissing(shownFallA: PhaseAmps, fellA: PhaseAmps): boolean {
  const sumA = (valueA: (p: PhaseIndex) => Amps): Amps => valueA(0) + valueA(1) + valueA(2);
  return sumA((p) => Math.max(0, shownFallA[p] - fellA[p])) > MISSING_MAX * sumA((p) => Math.abs(fellA[p]));
}
