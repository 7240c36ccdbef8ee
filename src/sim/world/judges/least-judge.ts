/**
 * Nobody waits for ever behind others: whatever the order of the site says, a vehicle that its circuits could serve gets a turn once
 * it has waited for its least share, and those before it have had theirs.
 */
import type { Amps, Ms } from '../../../base/units.js';
import type { MasterBox } from '../master-box.js';
import type { SlaveBox } from '../slave-box.js';

const HOUR_MS: Ms = 3_600_000;
/** Others confirm, and the pause that follows each change. */
const SLACK_MS: Ms = 90_000;

export interface LeastTerms {
  readonly dwellMs: Ms;
  readonly leastMsPerHour?: Ms;
  /** What its circuits would leave for it if it were alone, in A. */
  readonly aloneA: (box: SlaveBox) => Amps;
  /** People have set something, or the vehicle did not want what it was offered. */
  readonly isExcused: (box: SlaveBox, master: MasterBox) => boolean;
  readonly violate: (judge: string, text: string) => void;
}

export class LeastJudge {
  readonly #terms: LeastTerms;
  readonly #sinceMs = new Map<SlaveBox, Ms>();

  constructor(terms: LeastTerms) {
    this.#terms = terms;
  }

  /** After each cycle of the master that decides, in a calm time. */
  look(boxes: readonly SlaveBox[], master: MasterBox, nowMs: Ms): void {
    const { leastMsPerHour = 0, dwellMs, violate } = this.#terms;
    if (leastMsPerHour === 0) return;
    const mostMs = (dwellMs * HOUR_MS) / leastMsPerHour + boxes.length * dwellMs + SLACK_MS;
    for (const box of boxes) {
      if (!this.#waits(box, master)) this.#sinceMs.delete(box);
      else if (!this.#sinceMs.has(box)) this.#sinceMs.set(box, nowMs);
      const waitsMs = nowMs - (this.#sinceMs.get(box) ?? nowMs);
      if (waitsMs <= mostMs) continue;
      this.#sinceMs.delete(box);
      violate('least share', `${box.id} has waited for ${(waitsMs / 60_000).toFixed(0)} min behind others`);
    }
  }

  /** By its master's word it waits for others on a phase. Room for its minimum alone shows that others have it. */
  #waits(box: SlaveBox, master: MasterBox): boolean {
    const { vehicle } = box.hardware;
    const reason = master.runtime?.controller.records.find(({ id }) => id === box.id)?.reason;
    const isShort = reason?.kind === 'shortage' && reason.phase !== undefined && reason.reserve === undefined;
    if (!vehicle || !box.isOn || !isShort || box.enforced.limitA >= vehicle.minA) return false;
    return this.#terms.aloneA(box) >= vehicle.minA + 1 && !this.#terms.isExcused(box, master);
  }
}
