/**
 * Checks at the end of every division. The sums that were kept on the way must equal sums made anew from the answer.
 */
import { failInvariant } from '../../base/assert.js';
import type { Division } from './division.js';
import { SHARE_DUST } from './numbers.js';
import { GROUPS, PAIRS, POWER, SLOTS, laggingSlot, leadingSlot } from './places.js';
import { sumGroups } from './sums.js';

export class Checks {
  readonly #division: Division;
  readonly #sums: Float64Array;

  constructor(division: Division) {
    this.#division = division;
    this.#sums = new Float64Array(division.load.length);
  }

  /**
   * Fails when a kept sum is wrong, or a sum exceeds a limit. Call when `steps` is final and `groupSums` has the steps
   * of all.
   */
  assertSums(): void {
    sumGroups(this.#division, this.#sums);
    this.#checkSlots();
    if (this.#division.balanced.length > 0) this.#checkPairs();
  }

  failSeat(seat: number): never {
    const { groupOf, minOf, maxOf, steps, shareOf, isAdmitted, obstacleOf } = this.#division;
    const group = groupOf[seat] as number;
    const place = `seat ${seat} on circuit ${group >> 3}, phases ${group % GROUPS}, admitted ${isAdmitted[seat]}`;
    const range = `${minOf[seat]} to ${maxOf[seat]}`;
    return failInvariant(
      `${place}: ${steps[seat]} steps of ${range}, share ${shareOf[seat]}, obstacle ${obstacleOf[seat]}`,
    );
  }

  #checkSlots(): void {
    const { capacity, load, hasPower, tree } = this.#division;
    const sums = this.#sums;
    const kinds = hasPower ? SLOTS : POWER;
    for (let circuit = 0; circuit < tree.count; circuit++) {
      for (let slot = circuit * SLOTS; slot < circuit * SLOTS + kinds; slot++) {
        const sum = sums[slot] as number;
        if (load[slot] !== sum || !(sum <= (capacity[slot] as number) + SHARE_DUST)) this.#failSlot(slot);
      }
    }
  }

  #failSlot(slot: number): never {
    const { capacity, load } = this.#division;
    const sum = `${this.#sums[slot]} steps, ${load[slot]} by the sum that was kept`;
    return failInvariant(`${slotText(slot)} carries ${sum}, of ${capacity[slot]}`);
  }

  #checkPairs(): void {
    const { balanced, lead } = this.#division;
    for (const circuit of balanced) {
      for (let pair = circuit * PAIRS; pair < (circuit + 1) * PAIRS; pair++) {
        const ahead = (this.#sums[leadingSlot(pair)] as number) - (this.#sums[laggingSlot(pair)] as number);
        const most = lead[pair] as number;
        if (!(ahead <= most + SHARE_DUST))
          failInvariant(`${slotText(leadingSlot(pair))} leads by ${ahead} of ${most} steps`);
      }
    }
  }
}

/** For messages: "circuit 2, slot 1". */
export function slotText(slot: number): string {
  return `circuit ${(slot / SLOTS) | 0}, slot ${slot % SLOTS}`;
}
