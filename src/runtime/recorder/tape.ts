/** Writes down what the master hears and does, in segments that can each be replayed alone. Where they go is the reel's business. */
import { failInvariant } from '../../base/assert.js';
import type { Ms } from '../../base/units.js';
import type { Site } from '../../dlm/types.js';
import type { Clock } from '../../ports/time.js';
import { LineWriter, RECORD_FORMAT, type SegmentHead, US_PER_MS, WALL } from './lines.js';
import { type Named, namedInput, namedOutput } from './named.js';
import type { MasterInput, MasterOutput, Recorder } from './types.js';

/** Takes lines without waiting. */
export interface Reel {
  /** True when the next line should be the head of a new segment: this one is full, or a part of it was lost. */
  readonly isDue: boolean;
  begin(head: string): void;
  write(line: string): void;
}

/** Smaller steps of the calendar are not told. */
const WALL_STEP_MS: Ms = 500;

export interface TapeOptions {
  readonly site: Site;
  readonly version: string;
  readonly masterId: string;
  readonly bootId: string;
  readonly rank: number;
  readonly isLasting: boolean;
  readonly clock: Clock;
}

interface Running {
  readonly input: Named;
  readonly timesUs: number[];
  readonly outputs: Named[];
  readonly isCycle: boolean;
}

export class Tape implements Recorder {
  readonly #options: TapeOptions;
  readonly #reel: Reel;
  #lines: LineWriter | undefined;
  #running: Running | undefined;
  /** Inputs within others: the answer of a store that has it at once. */
  #depth = 0;
  #inputs = 0;
  #wallAheadMs: Ms = 0;

  constructor(options: TapeOptions, reel: Reel) {
    this.#options = options;
    this.#reel = reel;
    this.#begin(null);
  }

  time(nowMs: Ms): Ms {
    const nowUs = Math.floor(nowMs * US_PER_MS);
    this.#running?.timesUs.push(nowUs);
    return nowUs / US_PER_MS;
  }

  begin(input: MasterInput): void {
    this.#depth += 1;
    const named = namedInput(input);
    if (this.#running) this.#running.outputs.push(named);
    else this.#running = { input: named, timesUs: [], outputs: [], isCycle: input.kind === 'tick' };
  }

  /** What is told between inputs is no consequence of any. */
  output(output: MasterOutput): void {
    this.#running?.outputs.push(namedOutput(output));
  }

  end(state: () => string | undefined): void {
    this.#depth -= 1;
    if (this.#depth < 0) failInvariant(`${-this.#depth} inputs have ended that did not begin`);
    const running = this.#running;
    if (this.#depth > 0 || !running) return;
    this.#running = undefined;
    this.#inputs += 1;
    if (running.isCycle) this.#noteWall(running.outputs);
    if (this.#lines) this.#reel.write(this.#lines.line(running));
    const isWhole = running.isCycle && !running.outputs.some(({ name }) => name === 'crash');
    const now = this.#reel.isDue && isWhole ? state() : undefined;
    if (now !== undefined) this.#begin(now);
  }

  /** The calendar may be set while the master runs: steps of it are said with the cycle that sees them. */
  #noteWall(outputs: Named[]): void {
    const { clock } = this.#options;
    const wallMs = clock.wallMs();
    const aheadMs = wallMs - clock.monotonicMs();
    if (Math.abs(aheadMs - this.#wallAheadMs) < WALL_STEP_MS) return;
    this.#wallAheadMs = aheadMs;
    outputs.push({ name: WALL, fields: { wallMs } });
  }

  #begin(state: string | null): void {
    const { site, version, masterId, bootId, rank, isLasting, clock } = this.#options;
    const atUs = Math.floor(clock.monotonicMs() * US_PER_MS);
    const wallMs = clock.wallMs();
    this.#wallAheadMs = wallMs - atUs / US_PER_MS;
    const head: SegmentHead = {
      format: RECORD_FORMAT,
      version,
      masterId,
      bootId,
      rank,
      isLasting,
      site,
      atUs,
      wallMs,
      inputsBefore: this.#inputs,
      state,
    };
    this.#lines = new LineWriter(atUs);
    this.#reel.begin(JSON.stringify(head));
  }
}
