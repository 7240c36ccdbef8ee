/** What all plots share: the part of the run that they show, the sample under the cursor, the lines that are hidden. */
import type { Run } from './run.js';

/** A plot, or whatever else shows the shared state. Called at most once per frame. */
export type Follower = () => void;

/** Nobody sees more in less. */
const SHOWN_MIN_SAMPLES = 5;

export class Group {
  readonly run: Run;
  fromS = 0;
  toS: number;
  index = 0;
  readonly hidden = new Set<string>();
  readonly #followers = new Set<Follower>();
  #isWaiting = false;

  constructor(run: Run) {
    this.run = run;
    this.toS = this.#endS;
  }

  get atS(): number {
    return this.run.timesS[this.index] ?? 0;
  }

  /** From now on, and at once. */
  follow(follower: Follower): void {
    this.#followers.add(follower);
    follower();
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
  }

  /** Kept within the run; as long as asked for where the run is that long. */
  show(fromS: number, toS: number): void {
    const shortestS = Math.min(this.#endS, (SHOWN_MIN_SAMPLES * this.run.data.sampleEveryMs) / 1_000);
    const lengthS = Math.min(Math.max(toS - fromS, shortestS), this.#endS);
    this.fromS = Math.min(Math.max(fromS, 0), this.#endS - lengthS);
    this.toS = this.fromS + lengthS;
    this.changed();
  }

  showWhole(): void {
    this.show(0, this.#endS);
  }

  /** By a share of what is shown: 0.5 = half a window later. */
  move(share: number): void {
    const byS = share * (this.toS - this.fromS);
    this.show(this.fromS + byS, this.toS + byS);
  }

  /** Around the cursor where that is in sight, else around the middle. */
  zoom(factor: number): void {
    const isSeen = this.atS >= this.fromS && this.atS <= this.toS;
    const aroundS = isSeen ? this.atS : (this.fromS + this.toS) / 2;
    this.show(aroundS - (aroundS - this.fromS) * factor, aroundS + (this.toS - aroundS) * factor);
  }

  point(index: number): void {
    const last = Math.max(0, this.run.data.sampleCount - 1);
    this.index = Math.min(Math.max(index, 0), last);
    this.changed();
  }

  pointAt(atS: number): void {
    this.point(indexAt(this.run.timesS, atS));
  }

  /** The cursor goes on by some samples, and takes the window along. */
  step(samples: number): void {
    this.point(this.index + samples);
    if (this.atS < this.fromS) this.show(this.atS, this.atS + (this.toS - this.fromS));
    if (this.atS > this.toS) this.show(this.atS - (this.toS - this.fromS), this.atS);
  }

  toggle(line: string): void {
    if (!this.hidden.delete(line)) this.hidden.add(line);
    this.changed();
  }

  changed(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      for (const follower of this.#followers) follower();
    });
  }

  /** A run that broke off at its very start has no length; a plot needs one. */
  get #endS(): number {
    return Math.max(this.run.data.durationMs / 1_000, 1);
  }
}

/** The sample that holds at that time: the last one not after it. */
export function indexAt(timesS: ArrayLike<number>, atS: number): number {
  let low = 0;
  let high = timesS.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((timesS[middle] ?? 0) <= atS) low = middle;
    else high = middle - 1;
  }
  return low;
}
