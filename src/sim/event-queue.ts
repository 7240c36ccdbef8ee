/**
 * Events in the order of their times, those of the same time in the order in which they were added. Nearly all are due soon: they
 * stand in a ring with a list for each millisecond, where adding and taking cost the same however many wait. The few that are
 * due later stand in a heap.
 */
import type { Ms } from '../base/units.js';

export interface QueuedEvent {
  readonly atMs: Ms;
  /** `undefined`: cancelled. */
  call: (() => void) | undefined;
}

class Entry implements QueuedEvent {
  readonly atMs: Ms;
  readonly order: number;
  call: (() => void) | undefined;
  /** The next one of the same millisecond. */
  next: Entry | undefined;

  constructor(atMs: Ms, order: number, call: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.call = call;
  }
}

/** How far the ring reaches, a power of two. */
const RING_MS = 4096;

export class EventQueue {
  #order = 0;
  /** The millisecond of the last event that was taken, or until which there is none: nothing is added before. */
  #fromMs: Ms = 0;
  readonly #ring = new Array<Entry | undefined>(RING_MS).fill(undefined);
  #ringCount = 0;
  /** A binary heap. */
  readonly #later: Entry[] = [];

  /** Not before the time of the last `take`. */
  add(atMs: Ms, call: () => void): QueuedEvent {
    const entry = new Entry(atMs, this.#order++, call);
    if (atMs < this.#fromMs + RING_MS) this.#addToRing(entry);
    else this.#push(entry);
    return entry;
  }

  #addToRing(entry: Entry): void {
    this.#ringCount += 1;
    const place = placeOf(entry.atMs);
    let before = this.#ring[place];
    if (!before || isBefore(entry, before)) {
      entry.next = before;
      this.#ring[place] = entry;
      return;
    }
    while (before.next && isBefore(before.next, entry)) before = before.next;
    entry.next = before.next;
    before.next = entry;
  }

  /** The first event, when it is due until then. */
  take(untilMs: Ms): QueuedEvent | undefined {
    const later = this.#later[0];
    const lastMs = later && later.atMs < untilMs ? later.atMs : untilMs;
    const near = this.#ringCount > 0 ? this.#nearest(Math.floor(lastMs)) : undefined;
    const isNear = near !== undefined && (later === undefined || isBefore(near, later));
    const first = isNear ? near : later;
    if (!first || first.atMs > untilMs) {
      this.#fromMs = Math.max(this.#fromMs, Math.floor(untilMs));
      return undefined;
    }
    this.#fromMs = Math.floor(first.atMs);
    if (isNear) this.#takeNear(near);
    else this.#pop();
    return first;
  }

  /** The first of the ring, up to that millisecond. */
  #nearest(lastMs: Ms): Entry | undefined {
    const ring = this.#ring;
    const first = placeOf(this.#fromMs);
    const end = first + Math.min(lastMs - this.#fromMs + 1, RING_MS);
    for (let place = first; place < end; place++) {
      const entry = ring[place & (RING_MS - 1)];
      if (entry) return entry;
    }
    return undefined;
  }

  #takeNear(entry: Entry): void {
    this.#ringCount -= 1;
    this.#ring[placeOf(entry.atMs)] = entry.next;
    entry.next = undefined;
  }

  #push(entry: Entry): void {
    const heap = this.#later;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const place = (at - 1) >> 1;
      const parent = heap[place] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
      at = place;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#later;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    const count = heap.length;
    let at = 0;
    for (let place = 1; place < count; place = 2 * at + 1) {
      const right = place + 1;
      if (right < count && isBefore(heap[right] as Entry, heap[place] as Entry)) place = right;
      const child = heap[place] as Entry;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = place;
    }
    heap[at] = last;
  }
}

/** Where a millisecond stands in the ring. */
function placeOf(atMs: Ms): number {
  return atMs & (RING_MS - 1);
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
