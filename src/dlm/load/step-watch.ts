/**
 * Checks that a meter which includes the charge points shows what they do: on the same phases, in the same direction. When a
 * charge point changes by some amperes and comes to rest, the meter must have changed alike. Only this tells swapped phases, a
 * reversed current transformer or a loose one from an odd building.
 */
import { assert } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { type Amps, mapPhases, type Ms, PHASES, type PhaseAmps, type PhaseIndex } from '../../base/units.js';
import { assertNumbers, assertOrder } from './checks.js';
import { NEWS_A } from './standing-phase.js';

/** Smaller changes of the charge points prove nothing. */
export const STEP_A: Amps = 5;
/** The charge points are at rest if they change by no more within the time that a sample covers. */
export const REST_A: Amps = 0.5;
/** A change that takes longer from rest to rest proves nothing: the building changes too. */
const STEP_MAX_MS: Ms = 20_000;
/** The meter may differ from the expected change by this share of it. */
const LIKENESS = 0.3;
/** So many changes in a row must agree before a fault is reported, or withdrawn. */
const WITNESSES = 2;

/** A phase is blind if it missed changes and stood still for so long before and after. A connected building always moves a little. */
const BLIND_AFTER_MS: Ms = 30_000;

const SWAPS: readonly (readonly [PhaseIndex, PhaseIndex, PhaseIndex])[] = [
  [0, 2, 1],
  [1, 0, 2],
  [2, 1, 0],
  [1, 2, 0],
  [2, 0, 1],
];

export interface Seen {
  /** When any of the meter's values last changed. */
  readonly movedAtMs: Ms;
  /** What the meter shows. */
  readonly shownA: PhaseAmps;
  /** The highest and lowest current that the charge points below reported while the sample may have been measured. */
  readonly mostA: PhaseAmps;
  readonly leastA: PhaseAmps;
}

interface Rest {
  readonly atMs: Ms;
  readonly movedAtMs: Ms;
  readonly shownA: PhaseAmps;
  readonly drawnA: PhaseAmps;
}

/** A phase that stands still. */
interface Still {
  readonly sinceMs: Ms;
  readonly shownA: Amps;
  /** Changes of the charge points that the phase should have shown. */
  readonly missed: number;
  readonly firstMissedAtMs: Ms;
}

export class StepWatch {
  #rest: Rest | undefined;
  #swapped = 0;
  #right = 0;
  #reversed: [number, number, number] = [0, 0, 0];
  /** Changes in a row that a phase showed in the right direction. */
  #proven: [number, number, number] = [0, 0, 0];
  readonly #still = new Map<PhaseIndex, Still>();

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#rest = carrier.value('rest', this.#rest);
    this.#swapped = carrier.value('swapped', this.#swapped);
    this.#right = carrier.value('right', this.#right);
    this.#reversed = carrier.value('reversed', this.#reversed);
    this.#proven = carrier.value('proven', this.#proven);
    carrier.values('still', this.#still);
  }

  /** The phases that show nothing of the charge points. */
  blindPhases(nowMs: Ms): readonly PhaseIndex[] {
    return PHASES.filter((p) => {
      const still = this.#still.get(p);
      return still !== undefined && still.missed >= WITNESSES && nowMs - still.firstMissedAtMs >= BLIND_AFTER_MS;
    });
  }

  /** True if the meter shows the charge points on other phases. */
  get isSwapped(): boolean {
    return this.#swapped >= WITNESSES;
  }

  /** The phases that the meter counts backwards. */
  get reversed(): readonly PhaseIndex[] {
    return PHASES.filter((p) => this.#reversed[p] >= WITNESSES);
  }

  /** The phases of which the charge points have shown that the meter counts them forwards. */
  get proven(): readonly PhaseIndex[] {
    return PHASES.filter((p) => this.#proven[p] >= WITNESSES);
  }

  addSample({ movedAtMs, shownA, mostA, leastA }: Seen, nowMs: Ms): void {
    assertNumbers(shownA, 'a meter', 'shows');
    assertOrder(leastA, mostA, 'a meter', 'drawn at least, and at most');
    for (const p of PHASES) this.#watchStill(p, shownA[p], nowMs);
    if (PHASES.some((p) => mostA[p] - leastA[p] > REST_A)) return;
    const before = this.#rest;
    const stepA = minus(mostA, before?.drawnA ?? mostA);
    // If the whole meter stands still, even its voltage, a missed change says nothing about one phase.
    if (before?.movedAtMs === movedAtMs && PHASES.some((p) => Math.abs(stepA[p]) > REST_A)) return;
    assert(!before || nowMs >= before.atMs, `at rest at ${nowMs} ms, before at ${before?.atMs} ms`);
    this.#rest = { atMs: nowMs, movedAtMs, shownA, drawnA: mostA };
    if (!before) return;
    if (PHASES.every((p) => Math.abs(stepA[p]) < STEP_A) || nowMs - before.atMs > STEP_MAX_MS) return;
    this.#judge(stepA, minus(shownA, before.shownA), nowMs);
  }

  #watchStill(p: PhaseIndex, shownA: Amps, nowMs: Ms): void {
    const still = this.#still.get(p);
    if (still && Math.abs(shownA - still.shownA) <= NEWS_A) return;
    this.#still.set(p, { sinceMs: nowMs, shownA, missed: 0, firstMissedAtMs: Number.POSITIVE_INFINITY });
  }

  #judge(stepA: PhaseAmps, shownA: PhaseAmps, nowMs: Ms): void {
    for (const p of PHASES) {
      if (Math.abs(stepA[p]) < STEP_A) continue;
      this.#proven[p] = Math.abs(shownA[p] - stepA[p]) <= LIKENESS * Math.abs(stepA[p]) ? this.#proven[p] + 1 : 0;
    }
    if (isAlike(shownA, stepA)) {
      this.#right += 1;
      if (this.#right >= WITNESSES) this.#forget(stepA);
      return;
    }
    const backwards = PHASES.filter((p) => isReversed(stepA[p], shownA[p]));
    if (
      backwards.length > 0 &&
      isAlike(
        shownA,
        mapPhases((p) => (backwards.includes(p) ? -stepA[p] : stepA[p])),
      )
    ) {
      for (const p of backwards) this.#reversed[p] += 1;
      this.#right = 0;
    } else if (SWAPS.some((order) => isSwap(order, stepA, shownA))) {
      this.#swapped += 1;
      this.#right = 0;
    } else {
      for (const p of PHASES) if (Math.abs(stepA[p]) >= STEP_A && Math.abs(shownA[p]) <= NEWS_A) this.#miss(p, nowMs);
    }
  }

  /**
   * A meter may show a change before its STATUS arrives. If all vehicles stop at once, each late STATUS then looks like a change
   * that the meter missed. So the phase must have stood still for long before the change.
   */
  #miss(p: PhaseIndex, nowMs: Ms): void {
    const still = this.#still.get(p);
    if (!still || nowMs - still.sinceMs < BLIND_AFTER_MS) return;
    const firstMissedAtMs = Math.min(still.firstMissedAtMs, nowMs);
    assert(still.sinceMs <= firstMissedAtMs, `stands still since ${still.sinceMs} ms, missed at ${firstMissedAtMs} ms`);
    assert(firstMissedAtMs <= nowMs, `missed ${still.missed}, the first at ${firstMissedAtMs} ms, now ${nowMs} ms`);
    this.#still.set(p, { ...still, missed: still.missed + 1, firstMissedAtMs });
  }

  /** Withdraws the faults of the phases that showed this change correctly. */
  #forget(stepA: PhaseAmps): void {
    this.#swapped = 0;
    for (const p of PHASES) if (Math.abs(stepA[p]) >= STEP_A) this.#reversed[p] = 0;
  }
}

export function minus(a: PhaseAmps, b: PhaseAmps): PhaseAmps {
  return mapPhases((p) => a[p] - b[p]);
}

function sizeOf(a: PhaseAmps): Amps {
  return Math.abs(a[0]) + Math.abs(a[1]) + Math.abs(a[2]);
}

export function isAlike(a: PhaseAmps, b: PhaseAmps, likeness = LIKENESS): boolean {
  return sizeOf(minus(a, b)) <= likeness * sizeOf(b);
}

function isReversed(stepA: Amps, shownA: Amps): boolean {
  return Math.abs(stepA) >= STEP_A && Math.abs(shownA + stepA) <= LIKENESS * Math.abs(stepA);
}

/** An equal change on all phases says nothing about their order. */
function isSwap(order: readonly [PhaseIndex, PhaseIndex, PhaseIndex], stepA: PhaseAmps, shownA: PhaseAmps): boolean {
  const expectedA = mapPhases((p) => stepA[order[p]]);
  return sizeOf(minus(expectedA, stepA)) > sizeOf(stepA) / 2 && isAlike(shownA, expectedA);
}

/** The phases whose export, beside the charge points, exceeds the fuse: the meter counts them backwards. */
export function showsTooLittle({ shownA, leastA }: Seen, limitA: PhaseAmps): readonly PhaseIndex[] {
  return PHASES.filter((p) => shownA[p] < 0 && shownA[p] - leastA[p] < -limitA[p]);
}

/**
 * The load that counts for a faulty meter. If it counts one phase backwards, all values lose their sign. If phases are swapped,
 * the highest value counts for all.
 */
export function corrected(shownA: PhaseAmps, reversed: readonly PhaseIndex[], isSwapped: boolean): PhaseAmps {
  const unsignedA = reversed.length > 0 ? mapPhases((p) => Math.abs(shownA[p])) : shownA;
  const highestA = Math.max(...unsignedA);
  const countsA = isSwapped ? mapPhases(() => highestA) : unsignedA;
  // A fault may make a load larger, never smaller.
  assertOrder(shownA, countsA, 'a meter', 'shown, and corrected');
  return countsA;
}
