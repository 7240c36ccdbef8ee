/** The uncontrolled load behind one meter: what its samples say about it, and how long a sample holds. */
import { defined, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import {
  type Amps,
  mapPhases,
  maxOf,
  type Ms,
  NO_AMPS,
  PHASE_NAMES,
  PHASES,
  type PhaseAmps,
  type PhaseIndex,
  perPhase,
  type Volts,
} from '../../base/units.js';
import { assertNumbers, assertOrder } from './checks.js';
import { StandingPhase } from './standing-phase.js';

/** A fall of the uncontrolled load counts after no higher value was seen for so long. */
export const FALL_HOLD_MS: Ms = 5_000;
/** If more samples fall into the hold time, the oldest are dropped. */
const HELD_SAMPLES_MAX = 256;
/** An overload counts for so long after it was last seen. */
const OVERLOAD_HOLD_MS: Ms = 5_000;
/** A lost meter may hide the highest load of the last minutes. */
const REMEMBERED_MINUTES = 15;
const MS_PER_MINUTE = 60_000;

/** What a meter showed, and what the charge points below drew meanwhile. Grid order. */
export interface LoadSample {
  readonly shownA: PhaseAmps;
  /** The highest and lowest current that they reported while the sample may have been measured. */
  readonly mostA: PhaseAmps;
  readonly leastA: PhaseAmps;
  /** What is subtracted for them: at most `mostA`, and less only for a prompt meter. */
  readonly drawnA: PhaseAmps;
  /** Where the charge points have shown that the meter counts in the right direction. Absent: nowhere. */
  readonly provenPhases?: readonly PhaseIndex[];
  /** The highest of the phases, between phase and neutral. Absent: the meter shows none. */
  readonly voltageV?: Volts | undefined;
  readonly sampledAtMs: Ms;
  /** The values may be older than `sampledAtMs` by so much. */
  readonly updateMs: Ms;
  /** Time from this sample to the next one. */
  readonly periodMs: Ms;
}

interface Held {
  readonly atMs: Ms;
  readonly valueA: PhaseAmps;
}

const LOWEST: PhaseAmps = perPhase(Number.NEGATIVE_INFINITY);

/** The hold lasts until a meter that follows late has followed. */
function holdMs({ updateMs, periodMs }: LoadSample): Ms {
  return Math.max(FALL_HOLD_MS, updateMs + 3 * periodMs);
}

export class MeteredLoad {
  /** The circuit at whose supply the meter sits. */
  readonly #id: string;
  #held: readonly Held[] = [];
  #isHeard = false;
  /** When the meter came back after a loss. */
  #backAtMs: Ms = Number.NEGATIVE_INFINITY;
  #last: LoadSample | undefined;
  readonly #phases = mapPhases(() => new StandingPhase());
  /** How old the last sample was when it arrived. */
  #latencyMs: Ms = 0;
  #openA: PhaseAmps = NO_AMPS;
  #isDoubtful = false;
  #overload: Held | undefined;
  /** How much the phases of the load differed when the meter was heard last. */
  #differenceA: Amps = 0;
  /** The highest load of each minute, oldest first. */
  #minutes: readonly Held[] = [];

  constructor(id: string) {
    this.#id = id;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#held = carrier.value('held', this.#held);
    this.#isHeard = carrier.value('isHeard', this.#isHeard);
    this.#backAtMs = carrier.value('backAtMs', this.#backAtMs);
    this.#last = carrier.value('last', this.#last);
    for (const p of PHASES) carrier.part(PHASE_NAMES[p], this.#phases[p]);
    this.#latencyMs = carrier.value('latencyMs', this.#latencyMs);
    this.#openA = carrier.value('openA', this.#openA);
    this.#isDoubtful = carrier.value('isDoubtful', this.#isDoubtful);
    this.#overload = carrier.value('overload', this.#overload);
    this.#minutes = carrier.value('minutes', this.#minutes);
    this.#differenceA = carrier.value('differenceA', this.#differenceA);
  }

  get measuredA(): PhaseAmps | null {
    return this.#isHeard ? (this.#last?.shownA ?? null) : null;
  }

  /** `null` while the meter is lost. */
  get backgroundA(): PhaseAmps | null {
    return this.#isHeard ? this.#held.reduce((most, { valueA }) => maxOf(most, valueA), LOWEST) : null;
  }

  /** The phases whose export is believed to be one. */
  get provenPhases(): readonly PhaseIndex[] {
    return this.#last?.provenPhases ?? [];
  }

  addSample(sample: LoadSample, isIncluding: boolean, nowMs: Ms): void {
    const { shownA, mostA, drawnA } = sample;
    const nowA = isIncluding ? mapPhases((p) => shownA[p] - drawnA[p]) : shownA;
    assertNumbers(shownA, this.#id, 'its meter shows');
    assertOrder(drawnA, mostA, this.#id, 'taken off, and drawn at most');
    assertOrder(sample.leastA, mostA, this.#id, 'drawn at least, and at most');
    if (!(sample.periodMs > 0 && sample.updateMs >= 0))
      failInvariant(`${this.#id}: every ${sample.periodMs} ms, ${sample.updateMs} ms old`);
    const loadA = mapPhases((p) => this.#phases[p].addSample(shownA[p], nowA[p], nowMs));
    assertOrder(nowA, loadA, this.#id, 'what the sample leaves, and what counts');
    if (!this.#isHeard && this.#last !== undefined) this.#backAtMs = nowMs;
    if (this.#isHeard) this.#bridge(sample, nowMs);
    this.#isHeard = true;
    this.#hold(at(nowMs, loadA), holdMs(sample));
    this.#last = sample;
    this.#latencyMs = Math.max(0, nowMs - sample.sampledAtMs);
    this.#openA = isIncluding ? mapPhases((p) => mostA[p] - sample.leastA[p]) : NO_AMPS;
    this.#isDoubtful = false;
    this.#remember(loadA, nowMs);
  }

  #hold(held: Held, keptMs: Ms): void {
    const before = this.#held;
    const keptFromMs = held.atMs - keptMs;
    const rest = before.filter(({ atMs }) => atMs > keptFromMs).slice(1 - HELD_SAMPLES_MAX);
    const dropped = before[before.length - rest.length - 1];
    const isFull = rest.length === HELD_SAMPLES_MAX - 1;
    if (!(keptMs >= FALL_HOLD_MS)) failInvariant(`${this.#id}: a fall is held for ${keptMs} ms`);
    if (dropped && dropped.atMs > keptFromMs && !isFull)
      failInvariant(`${this.#id}: a load of ${dropped.atMs} ms is held no more`);
    const last = rest.at(-1);
    if (last && !(last.atMs <= held.atMs))
      failInvariant(`${this.#id}: a load of ${held.atMs} ms after one of ${last.atMs} ms`);
    this.#held = [...rest, held];
  }

  /** While samples were missed, the load may have fallen just now. So the last value before the gap holds from now on. */
  #bridge({ periodMs }: LoadSample, nowMs: Ms): void {
    const last = this.#held.at(-1);
    if (!last || nowMs - last.atMs <= 2 * periodMs) return;
    if (!(nowMs > last.atMs)) failInvariant(`${this.#id}: a load of ${last.atMs} ms is put off to ${nowMs} ms`);
    this.#held = [...this.#held.slice(0, -1), at(nowMs, last.valueA)];
  }

  #remember(loadA: PhaseAmps, nowMs: Ms): void {
    const last = this.#minutes.at(-1);
    if (last && nowMs - last.atMs < MS_PER_MINUTE) {
      this.#minutes = [...this.#minutes.slice(0, -1), at(last.atMs, maxOf(last.valueA, loadA))];
    } else this.#minutes = [...this.#minutes.slice(1 - REMEMBERED_MINUTES), at(nowMs, loadA)];
    const [newest, previous] = [defined(this.#minutes.at(-1), 'the minute of now'), this.#minutes.at(-2)];
    if (!(this.#minutes.length <= REMEMBERED_MINUTES))
      failInvariant(`${this.#id}: ${this.#minutes.length} minutes are remembered`);
    if (previous && !(newest.atMs - previous.atMs >= MS_PER_MINUTE))
      failInvariant(`${this.#id}: a minute begins at ${newest.atMs} ms`);
    assertOrder(loadA, newest.valueA, this.#id, 'a load, and the highest of its minute');
  }

  /** Blocks raises until the next sample. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  addOverload(loadA: PhaseAmps, nowMs: Ms): void {
    assertNumbers(loadA, this.#id, 'overload');
    this.#overload = at(nowMs, loadA);
  }

  overloadA(nowMs: Ms): PhaseAmps | null {
    return this.#overload && nowMs - this.#overload.atMs < OVERLOAD_HOLD_MS ? this.#overload.valueA : null;
  }

  loseMeter(nowMs: Ms): void {
    const background = this.backgroundA;
    if (background) {
      this.#remember(background, nowMs);
      const loadA = mapPhases((p) => Math.max(0, background[p]));
      this.#differenceA = Math.max(...loadA) - Math.min(...loadA);
    }
    // The held samples stay: if the meter comes back soon, they hold for the rest of their time.
    this.#isHeard = false;
    this.#isDoubtful = false;
    if (this.backgroundA !== null) failInvariant(`${this.#id}: a load is known of a lost meter`);
  }

  /** What the load may add to an imbalance while the meter is lost: nobody knows on which phases. 0: it is heard, or never was. */
  get lostDifferenceA(): Amps {
    return this.#isHeard ? 0 : this.#differenceA;
  }

  /** The load to assume while the meter is lost: between 0 A and the fuse. */
  assumedA(limitA: PhaseAmps): PhaseAmps {
    if (this.#minutes.length === 0) return limitA;
    const highestA = this.#minutes.reduce((most, { valueA }) => maxOf(most, valueA), NO_AMPS);
    const assumedA = mapPhases((p) => Math.min(limitA[p], highestA[p]));
    assertOrder(NO_AMPS, assumedA, this.#id, 'nothing, and what a lost meter may hide');
    return assumedA;
  }

  /** The current that may have changed since the last sample. No charge point is raised by it. */
  openA(nowMs: Ms): PhaseAmps {
    const last = this.#last;
    if (!last) return NO_AMPS;
    // Older than two periods: one sample was missed, and the next one is late too.
    const isOld = nowMs - last.sampledAtMs > 2 * last.periodMs + this.#latencyMs;
    // A late STATUS makes the load look too small, and no held sample from before the loss corrects that.
    const isNew = nowMs - this.#backAtMs < holdMs(last);
    assertOrder(NO_AMPS, this.#openA, this.#id, 'nothing, and what may have changed');
    return this.#isDoubtful || isOld || isNew ? perPhase(Number.POSITIVE_INFINITY) : this.#openA;
  }
}

function at(atMs: Ms, valueA: PhaseAmps): Held {
  return { atMs, valueA };
}
