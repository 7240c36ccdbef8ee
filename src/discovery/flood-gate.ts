/**
 * Keeps floods away from what costs time: the tag and the fields. Only bad datagrams are charged, so any number of good
 * peers may share an address; whoever sends too many bad ones is not listened to for a moment, and when all together
 * are too many, only those are heard that sent a good one lately. Work and memory are bounded whatever comes.
 */
import type { Ms } from '../base/units.js';
import { setLatest } from '../base/recent.js';

/** Bad datagrams per second from one address (host and port); as many at once. */
export const BAD_PER_ADDRESS = 50;
/** Bad datagrams per second from all together. */
export const BAD_IN_ALL = 2000;
/** So long a good datagram speaks for its address. */
export const GOOD_FOR_MS: Ms = 10_000;
/** Addresses that are remembered, good ones and bad ones each; of more the longest silent ones are forgotten. */
export const ADDRESSES_MAX = 1024;
/** How exactly the last good datagram is remembered. */
const GOOD_GRAIN_MS: Ms = 1_000;

export class FloodGate {
  readonly #good = new Map<string, Ms>();
  readonly #bad = new Map<string, Bucket>();
  readonly #all = new Bucket(BAD_IN_ALL);

  /** Whether a datagram from there may cost any time. */
  isOpen(address: string, nowMs: Ms): boolean {
    const bucket = this.#bad.get(address);
    this.#all.isFull(nowMs);
    if (bucket?.isFull(nowMs)) this.#bad.delete(address);
    // Somebody may forge the address of a good peer: it is heard for as long as that costs little.
    else if (bucket?.isShut) return !this.#all.isShut && this.#wasGood(address, nowMs);
    return !this.#all.isShut || this.#wasGood(address, nowMs);
  }

  #wasGood(address: string, nowMs: Ms): boolean {
    return nowMs - (this.#good.get(address) ?? Number.NEGATIVE_INFINITY) <= GOOD_FOR_MS;
  }

  noteGood(address: string, nowMs: Ms): void {
    if (nowMs - (this.#good.get(address) ?? Number.NEGATIVE_INFINITY) < GOOD_GRAIN_MS) return;
    setLatest(this.#good, address, nowMs, ADDRESSES_MAX);
  }

  noteBad(address: string, nowMs: Ms): void {
    const bucket = this.#bad.get(address) ?? new Bucket(BAD_PER_ADDRESS);
    setLatest(this.#bad, address, bucket, ADDRESSES_MAX);
    bucket.take(nowMs);
    this.#all.take(nowMs);
  }
}

/** Empties by one with each bad datagram and fills in a second. Once empty it is shut until it is full again. */
class Bucket {
  readonly #size: number;
  #left: number;
  #atMs: Ms = Number.NEGATIVE_INFINITY;
  #isShut = false;

  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  isFull(nowMs: Ms): boolean {
    this.#fill(nowMs);
    return this.#left >= this.#size;
  }

  take(nowMs: Ms): void {
    this.#fill(nowMs);
    this.#left = Math.max(0, this.#left - 1);
    if (this.#left < 1) this.#isShut = true;
  }

  #fill(nowMs: Ms): void {
    this.#left = Math.min(this.#size, this.#left + ((nowMs - this.#atMs) * this.#size) / 1000);
    this.#atMs = nowMs;
    if (this.#left >= this.#size) this.#isShut = false;
  }
}
