/** The load behind one meter that nobody here controls: what its samples say of it, and for how long. */
import { defined, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { mapPhases, maxOf, type Ms, NO_AMPS, PHASE_NAMES, PHASES, type PhaseAmps, perPhase } from '../../base/units.js';
import { assertNumbers, assertOrder } from './checks.js';
import { StandingPhase } from './standing-phase.js';

/** A fall of the uncontrolled load counts when no higher value was seen for this long. */
export const FALL_HOLD_MS: Ms = 5_000;
/** More samples than this within the hold time and the oldest go first. */
const HELD_SAMPLES_MAX = 256;
/** An overload counts on for so long after it was last seen. */
const OVERLOAD_HOLD_MS: Ms = 5_000;
/** What a lost meter may hide: the highest load of a while before. */
const REMEMBERED_MINUTES = 15;
const MS_PER_MINUTE = 60_000;

/** What a meter has shown, and the charge points that it sees meanwhile. Grid order. */
export interface LoadSample {
  readonly shownA: PhaseAmps;
  /** What they are reported to have drawn, at most and at least, while it was measured. */
  readonly mostA: PhaseAmps;
  readonly leastA: PhaseAmps;
  /** What of them counts as shown, and is taken off: no more than the most, and less only for a meter that is prompt. */
  readonly drawnA: PhaseAmps;
  readonly sampledAtMs: Ms;
  /** How much older than that the values may be. */
  readonly updateMs: Ms;
  /** From this sample to the next one. */
  readonly periodMs: Ms;
}

interface Held {
  readonly atMs: Ms;
  readonly valueA: PhaseAmps;
}

const LOWEST: PhaseAmps = perPhase(Number.NEGATIVE_INFINITY);

/** A meter that follows late must have shown what it follows before the hold is over. */
function holdMs({ updateMs, periodMs }: LoadSample): Ms {
  return Math.max(FALL_HOLD_MS, updateMs + 3 * periodMs);
}

export class MeteredLoad {
  /** The circuit at whose supply the meter sits. */
  readonly #id: string;
  #held: readonly Held[] = [];
  #isHeard = false;
  /** When it was heard again after a loss. */
  #backAtMs: Ms = Number.NEGATIVE_INFINITY;
  #last: LoadSample | undefined;
  readonly #phases = mapPhases(() => new StandingPhase());
  /** Samples are looked at by their age at hearing. */
  #latencyMs: Ms = 0;
  #openA: PhaseAmps = NO_AMPS;
  #isDoubtful = false;
  #overload: Held | undefined;
  /** The highest loads, by minute; the oldest first. */
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
  }

  get measuredA(): PhaseAmps | null {
    return this.#isHeard ? (this.#last?.shownA ?? null) : null;
  }

  /** `null` while the meter is not heard. */
  get backgroundA(): PhaseAmps | null {
    return this.#isHeard ? this.#held.reduce((most, { valueA }) => maxOf(most, valueA), LOWEST) : null;
  }

  hear(sample: LoadSample, isIncluding: boolean, nowMs: Ms): void {
    const { shownA, mostA, drawnA } = sample;
    const nowA = isIncluding ? mapPhases((p) => shownA[p] - drawnA[p]) : shownA;
    assertNumbers(shownA, this.#id, 'its meter shows');
    assertOrder(drawnA, mostA, this.#id, 'taken off, and drawn at most');
    assertOrder(sample.leastA, mostA, this.#id, 'drawn at least, and at most');
    if (!(sample.periodMs > 0 && sample.updateMs >= 0))
      failInvariant(`${this.#id}: every ${sample.periodMs} ms, ${sample.updateMs} ms old`);
    const loadA = mapPhases((p) => this.#phases[p].hear(shownA[p], nowA[p], nowMs));
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

  /** Where samples were missed, nobody saw a fall begin: what the last one showed holds from now on. */
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

  doubt(): void {
    this.#isDoubtful = true;
  }

  hearOverload(loadA: PhaseAmps, nowMs: Ms): void {
    assertNumbers(loadA, this.#id, 'overload');
    this.#overload = at(nowMs, loadA);
  }

  overloadA(nowMs: Ms): PhaseAmps | null {
    return this.#overload && nowMs - this.#overload.atMs < OVERLOAD_HOLD_MS ? this.#overload.valueA : null;
  }

  lose(nowMs: Ms): void {
    const background = this.backgroundA;
    if (background) this.#remember(background, nowMs);
    // What was seen right before holds for as long as it would have, should the meter be back by then.
    this.#isHeard = false;
    this.#isDoubtful = false;
    if (this.backgroundA !== null) failInvariant(`${this.#id}: a load is known of a lost meter`);
  }

  /** Load that must be reckoned with while the meter is lost: at most what the fuse carries, at least nothing. */
  assumedA(limitA: PhaseAmps): PhaseAmps {
    if (this.#minutes.length === 0) return limitA;
    const highestA = this.#minutes.reduce((most, { valueA }) => maxOf(most, valueA), NO_AMPS);
    const assumedA = mapPhases((p) => Math.min(limitA[p], highestA[p]));
    assertOrder(NO_AMPS, assumedA, this.#id, 'nothing, and what a lost meter may hide');
    return assumedA;
  }

  /** What may have changed that the last sample does not show: nothing is raised on it. */
  openA(nowMs: Ms): PhaseAmps {
    const last = this.#last;
    if (!last) return NO_AMPS;
    // Older than two samples: one was missed, and the next is late too.
    const isOld = nowMs - last.sampledAtMs > 2 * last.periodMs + this.#latencyMs;
    // What a charge point drew by a word that is late makes the load look small, and nothing from before holds it up.
    const isNew = nowMs - this.#backAtMs < holdMs(last);
    assertOrder(NO_AMPS, this.#openA, this.#id, 'nothing, and what may have changed');
    return this.#isDoubtful || isOld || isNew ? perPhase(Number.POSITIVE_INFINITY) : this.#openA;
  }
}

function at(atMs: Ms, valueA: PhaseAmps): Held {
  return { atMs, valueA };
}
