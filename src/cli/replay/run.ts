/** `evenkeel replay`: plays a recording, shows what is asked for, and ends with the verdict. */
import { createInterface } from 'node:readline';
import { guessText, nearest } from '../../base/nearest.js';
import { EXIT, ExitError, type ExitCode } from '../../daemon/exit-codes.js';
import { version } from '../../daemon/identity.js';
import { type Played, playRecording, segmentsFrom, spanOf } from '../../sim/replay/play.js';
import type { Segment } from '../../sim/replay/recording.js';
import { complain, print, printJsonLine } from '../output.js';
import { type Decision, DecisionWatch } from './cycles.js';
import { withRecording } from './source.js';
import { decisionLines, differenceLines, runLines, titleLines, verdictText } from './text.js';
import { clockText, type Window, windowOf } from './times.js';

export interface ReplayOptions {
  readonly file: string;
  readonly json: boolean;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly chargePoint?: string | undefined;
  readonly step: boolean;
}

export async function runReplay(options: ReplayOptions): Promise<ExitCode> {
  if (options.step && !(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new ExitError(EXIT.usage, 'evenkeel: --step: expected a terminal, got a pipe or a file');
  }
  return await withRecording(options.file, async (segments) => {
    const span = spanOf(segments);
    const window = windowOf(options, span);
    if (!options.json) print(titleLines(options.file, span).join('\n'));
    const player = new Player(options, window);
    return await player.play(segmentsFrom(segments, window.fromMs));
  });
}

class Player {
  readonly #options: ReplayOptions;
  readonly #window: Window;
  readonly #watch = new DecisionWatch();
  readonly #pause: (() => Promise<boolean>) | undefined;
  #inputs = 0;
  #missing = 0;
  #shown = 0;

  constructor(options: ReplayOptions, window: Window) {
    this.#options = options;
    this.#window = window;
    this.#pause = options.step ? untilEnter() : undefined;
  }

  async play(segments: readonly Segment[]): Promise<ExitCode> {
    for (const played of playRecording(segments, version())) {
      const isPast = played.kind === 'step' && played.replayed.wallMs > this.#window.toMs;
      if (isPast) break;
      const end = await this.#take(played);
      if (end !== undefined) return end;
    }
    this.#checkName();
    const verdict = { decisions: this.#watch.count, inputs: this.#inputs, missing: this.#missing };
    if (this.#options.json) printJsonLine({ verdict: 'same', ...verdict });
    else print(`${this.#shown === 0 ? 'nothing to show in that time; ' : ''}${verdictText(verdict)}`);
    return EXIT.ok;
  }

  /** The exit code where it ends. */
  async #take(played: Played): Promise<ExitCode | undefined> {
    switch (played.kind) {
      case 'run':
        this.#watch.startOver();
        if (!this.#options.json) print(['', ...runLines(played.head, played.isStart, version())].join('\n'));
        return undefined;
      case 'missing':
        this.#missing += played.inputs;
        this.#watch.startOver();
        if (!this.#options.json)
          print(`${clockText(played.wallMs)}  ${played.inputs} inputs before this were not recorded`);
        return undefined;
      case 'torn':
        if (!this.#options.json)
          print(`${clockText(played.wallMs)}  cut off here: the last block was not written whole`);
        return undefined;
      case 'unreadable':
        complain(`${this.#options.file}: ${played.error}`);
        return EXIT.config;
      case 'step':
        return await this.#takeStep(played.replayed);
    }
  }

  async #takeStep(replayed: Extract<Played, { kind: 'step' }>['replayed']): Promise<ExitCode | undefined> {
    this.#inputs += 1;
    const decision = this.#watch.take(replayed);
    const { difference, wallMs } = replayed;
    if (difference) {
      const decisions = this.#watch.count;
      if (this.#options.json) printJsonLine({ verdict: 'different', decisions, wallMs, ...difference });
      else print(differenceLines(difference, wallMs, decisions).join('\n'));
      return EXIT.data;
    }
    if (!decision || !this.#isAskedFor(decision)) return undefined;
    this.#shown += 1;
    const { inputs, isRoleNew: _, ...rest } = decision;
    if (this.#options.json) printJsonLine({ ...rest, inputs: Object.fromEntries(inputs) });
    else print(decisionLines(decision).join('\n'));
    const goesOn = await this.#pause?.();
    return goesOn === false ? EXIT.ok : undefined;
  }

  #isAskedFor({ wallMs, changes, sent }: Decision): boolean {
    const { chargePoint } = this.#options;
    const isOfPoint = chargePoint === undefined || [...changes, ...sent].some(({ id }) => id === chargePoint);
    return isOfPoint && wallMs >= this.#window.fromMs;
  }

  #checkName(): void {
    const { chargePoint } = this.#options;
    const { chargePoints } = this.#watch;
    if (chargePoint === undefined || chargePoints.includes(chargePoint)) return;
    const near = nearest(chargePoint, chargePoints);
    const hint = guessText(near, `it has ${chargePoints.join(', ') || 'none'}`);
    const text = `expected a charge point of the recording, got ${JSON.stringify(chargePoint)}${hint}`;
    throw new ExitError(EXIT.usage, `evenkeel: --charge-point: ${text}`);
  }
}

/** Enter goes on; q, or the end of the input, ends. */
function untilEnter(): () => Promise<boolean> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  return async () => {
    const { done, value } = await lines.next();
    return done !== true && value.trim() !== 'q';
  };
}
