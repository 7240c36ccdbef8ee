/**
 * Checks whether a meter shows a fall of the charge points within one sample. No maker states how old its values may be, so the
 * master reckons with a second. But a current that differs from the previous sample was renewed since that sample. A meter
 * that showed two falls by then is prompt: an older fall hides no rise of the building. Raises do not use this.
 * docs/decisions/0010-several-meters.md has a timeline.
 */
import { assert } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type Amps, mapPhases, type Ms, PHASES, type PhaseAmps, type PhaseIndex } from '../../base/units.js';
import { assertNumbers, assertOrder } from './checks.js';
import { isAlike, minus, REST_A, STEP_A } from './step-watch.js';

/** A value covers ten periods of the grid (IEC 61000-4-30), so it includes what flowed so long before its renewal. */
const MEASURES_MS: Ms = 200;
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

export class PromptWatch {
  #last: Pick<PromptSample, 'currentA' | 'sampledAtMs'> | undefined;
  /** The last sample that no fall preceded within the time that its values may be old. */
  #rest: Point | undefined;
  #fall: Fall | undefined;
  #witnesses = 0;

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

  /** Returns what to subtract for the charge points. `mostSince`: the highest current that they reported since a moment. */
  addSample(sample: PromptSample, mostSince: (fromMs: Ms) => PhaseAmps): PhaseAmps {
    const { currentA, shownA, sampledAtMs, mostA, nowA } = sample;
    assertNumbers(shownA, 'a meter', 'shows');
    assertOrder(nowA, mostA, 'a meter', 'drawn now, and at most since');
    const last = this.#last;
    this.#last = { currentA, sampledAtMs };
    if (isSame(mostA, nowA)) this.#judgeLate({ shownA, drawnA: mostA });
    if (!last || isSame(mostA, nowA)) return mostA;
    const recentA = mostSince(last.sampledAtMs - MEASURES_MS);
    const hasFallen = (p: PhaseIndex): boolean => mostA[p] - recentA[p] > REST_A;
    const isRenewed = (p: PhaseIndex): boolean => currentA[p] !== last.currentA[p];
    if (!PHASES.some(hasFallen)) return mostA;
    if (PHASES.every((p) => isRenewed(p) || !hasFallen(p))) this.#judgePrompt({ shownA, drawnA: recentA });
    const takenA = mapPhases((p) => (this.isPrompt && isRenewed(p) && hasFallen(p) ? recentA[p] : mostA[p]));
    assertOrder(takenA, mostA, 'a meter', 'taken off, and drawn at most');
    return takenA;
  }

  /** Judges the first sample in which a prompt meter shows a fall. Only the first fall after a rest can prove that it does. */
  #judgePrompt({ shownA, drawnA }: Point): void {
    const [rest, fall] = [this.#rest, this.#fall];
    if (!rest || (fall && isSame(fall.drawnA, drawnA))) return;
    const fellA = minus(drawnA, rest.drawnA);
    const shownFallA = minus(shownA, rest.shownA);
    this.#fall = { drawnA, wasMissing: fall?.wasMissing === true || isMissing(shownFallA, fellA) };
    if (!fall && isLarge(fellA) && isAlike(shownFallA, fellA, MISSING_MAX)) {
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
