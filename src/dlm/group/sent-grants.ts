/** The grants to one charge point as datagrams: their numbers, the last one, and whether the last STATUS has its answer. */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Grant, GrantNumber, Status } from '../../base/messages.js';
import { assertNewest, assertNumberedUp } from './record-checks.js';

/** A STATUS with a higher sequence number is broken or forged. */
const SEQ_BELIEVED_MAX = 0xfffffff0;

export class SentGrants {
  readonly #id: string;
  readonly #lowestSeq: number;
  #last: Grant | undefined;
  #lastNumber: GrantNumber = { epoch: 0, seq: 0 };
  #isPollAnswered = false;
  #isOwed = false;

  constructor(id: string, lowestSeq: number) {
    if (!(lowestSeq > 0)) failInvariant(`grants to ${id} are numbered from ${lowestSeq}`);
    this.#id = id;
    this.#lowestSeq = lowestSeq;
  }

  carry(carrier: Carrier): void {
    this.#last = carrier.value('last', this.#last);
    this.#lastNumber = carrier.value('lastNumber', this.#lastNumber);
    this.#isPollAnswered = carrier.value('isPollAnswered', this.#isPollAnswered);
    this.#isOwed = carrier.value('isOwed', this.#isOwed);
  }

  /** The last one, arrived or not. */
  get last(): Grant | undefined {
    return this.#last;
  }

  /** Stores the last grant. Call after the ledger has booked it, and before it is sent. */
  add(grant: Grant): void {
    assertNewest(grant, this.#last, this.#lastNumber, this.#id);
    this.#last = grant;
  }

  /** True: the last STATUS has its GRANT. One STATUS gets one GRANT, so a forged sender address attracts no extra datagrams. */
  get isPollAnswered(): boolean {
    return this.#isPollAnswered;
  }

  answerPoll(): void {
    if (this.#isPollAnswered) failInvariant(`the last poll of ${this.#id} is answered twice`);
    this.#isPollAnswered = true;
  }

  /** Call for each fresh STATUS. */
  awaitAnswer(): void {
    this.#isPollAnswered = false;
  }

  /** True: a decision waits, because the last STATUS has its GRANT already. The master answers the next STATUS at once. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  owe(isOwed: boolean): void {
    this.#isOwed = isOwed;
  }

  get lastNumber(): GrantNumber {
    return this.#lastNumber;
  }

  /** The number for a new grant. Each call gives a higher one. */
  nextNumber(epoch: number): GrantNumber {
    const last = this.#lastNumber;
    this.#lastNumber = { epoch, seq: last.epoch === epoch ? last.seq + 1 : this.#lowestSeq };
    assertNumberedUp(this.#lastNumber, last, this.#id);
    return this.#lastNumber;
  }

  /** Where the epoch cannot grow any more, another master may have used ours. Slaves accept only numbers above those. */
  numberAbove({ accepted }: Status, epoch: number): void {
    if (accepted.epoch !== epoch || accepted.seq > SEQ_BELIEVED_MAX) return;
    const seq = this.#lastNumber.epoch === epoch ? this.#lastNumber.seq : 0;
    if (accepted.seq > seq) this.#lastNumber = { epoch, seq: accepted.seq };
  }
}
