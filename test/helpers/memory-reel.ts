/** A recording in memory: the heads of its segments and their lines. */
import type { Reel } from '../../src/runtime/recorder/tape.js';

export interface MemorySegment {
  readonly head: string;
  readonly lines: string[];
}

export class MemoryReel implements Reel {
  readonly segments: MemorySegment[] = [];
  readonly #linesMax: number;

  constructor(linesMax = Number.POSITIVE_INFINITY) {
    this.#linesMax = linesMax;
  }

  get isDue(): boolean {
    return (this.segments.at(-1)?.lines.length ?? 0) >= this.#linesMax;
  }

  begin(head: string): void {
    this.segments.push({ head, lines: [] });
  }

  write(line: string): void {
    this.segments.at(-1)?.lines.push(line);
  }
}
