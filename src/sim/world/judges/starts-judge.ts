/**
 * Counts how often a master starts each vehicle. Contactors and batteries wear with each start: at most six per hour, and
 * one for each turn of a shortage. Not counted are the starts that a person, a plug or the charge point itself explains: it
 * offers its disconnected limit while it hears no master.
 */
import type { Ms } from '../../../base/units.js';
import type { VehiclePlan } from '../scenario.js';
import type { SlaveBox } from '../slave-box.js';

const HOUR_MS: Ms = 3_600_000;
const STARTS_PER_HOUR_MAX = 6;

export interface StartsTerms {
  readonly dwellMs: Ms;
  readonly nowMs: () => Ms;
  /** Something is wrong with this charge point: what it does says nothing about its master. */
  readonly isBefallen: (box: SlaveBox) => boolean;
  readonly violate: (judge: string, text: string) => void;
}

interface Watched {
  vehicle: VehiclePlan | undefined;
  isOffered: boolean;
  /** The master paused the vehicle, and nobody else. */
  isPaused: boolean;
  startsMs: readonly Ms[];
}

export class StartsJudge {
  readonly #terms: StartsTerms;
  readonly #watched = new Map<SlaveBox, Watched>();
  readonly #mostPerHour: number;
  #mostStarts = 0;

  constructor(terms: StartsTerms) {
    this.#terms = terms;
    // Of two that take turns each starts in every second one.
    this.#mostPerHour = STARTS_PER_HOUR_MAX + HOUR_MS / (2 * terms.dwellMs);
  }

  /** The most starts of one vehicle within an hour. */
  get mostStarts(): number {
    return this.#mostStarts;
  }

  /** Another master decides, or the same one has started anew, or stood still for longer than a lease: all fell to their own limits. */
  forget(): void {
    this.#watched.clear();
  }

  /** What a box enforces has changed. */
  enforces(box: SlaveBox): void {
    const { vehicle } = box.hardware;
    const { limitA, reason } = box.enforced;
    const isOffered = vehicle !== undefined && limitA >= vehicle.minA;
    const known = this.#watched.get(box);
    if (!known || known.vehicle !== vehicle) {
      this.#watched.set(box, { vehicle, isOffered, isPaused: false, startsMs: [] });
      return;
    }
    if (isOffered === known.isOffered) return;
    known.isOffered = isOffered;
    if (!isOffered) known.isPaused = reason === 'grant';
    if (this.#terms.isBefallen(box)) known.isPaused = false;
    if (isOffered && known.isPaused && reason === 'grant') this.#count(box, known);
  }

  #count(box: SlaveBox, known: Watched): void {
    const nowMs = this.#terms.nowMs();
    known.startsMs = [...known.startsMs.filter((atMs) => nowMs - atMs < HOUR_MS), nowMs];
    const { length } = known.startsMs;
    this.#mostStarts = Math.max(this.#mostStarts, length);
    // The first start followed a plug.
    if (length + 1 > this.#mostPerHour)
      this.#terms.violate('starts', `${box.id} was started ${length} times in an hour`);
  }
}
