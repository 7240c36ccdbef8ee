/**
 * Runs a recorded segment again: the product's own master, with what was recorded in place of the world. It is handed each input at the
 * recorded time, and what it makes of it is compared with what was recorded.
 */
import { carryIn, carryOut } from '../../base/carrier.js';
import { errorText } from '../../base/error-text.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Ms } from '../../base/units.js';
import type { Site } from '../../dlm/types.js';
import type { StateStore } from '../../ports/state-store.js';
import { MasterRuntime } from '../../runtime/master.js';
import { memoryText } from '../../runtime/memory.js';
import { type SegmentHead, type Step, US_PER_MS, WALL } from '../../runtime/recorder/lines.js';
import { inputOf, type Named, namedInput, namedOutput } from '../../runtime/recorder/named.js';
import type { CommandInput, MasterInput, Recorder } from '../../runtime/recorder/types.js';
import { type Difference, firstDifference } from './difference.js';

export interface Replayed {
  readonly step: Step;
  readonly atMs: Ms;
  readonly wallMs: Ms;
  /** What it makes of it now. */
  readonly outputs: readonly Named[];
  readonly difference: Difference | undefined;
}

type Saved = Parameters<StateStore['save']>[1];

export class Replayer {
  readonly #head: SegmentHead;
  #master: MasterRuntime | undefined;
  #outputs: Named[] = [];
  #step: Step | undefined;
  #timesRead = 0;
  #nowUs: number;
  #aheadMs: Ms;
  #pendingSave: Saved | undefined;

  constructor(head: SegmentHead) {
    this.#head = head;
    this.#nowUs = head.atUs;
    this.#aheadMs = head.wallMs - head.atUs / US_PER_MS;
    if (head.state === null) return;
    this.#master = this.#newMaster(ok(undefined));
    carryIn(this.#master, head.state);
  }

  /** All that the master is now, as the head of a segment has it. */
  get state(): string | undefined {
    return this.#master && carryOut(this.#master);
  }

  play(step: Step): Replayed {
    this.#step = step;
    this.#outputs = [];
    this.#timesRead = 0;
    try {
      this.#take(step.input);
    } catch (error) {
      // A broken invariant is an output like others: the recording may show the same.
      const message = errorText(error);
      if (!this.#outputs.some(({ name }) => name === 'crash'))
        this.#outputs.push({ name: 'crash', fields: { message } });
    }
    this.#nowUs = step.timesUs.at(-1) ?? this.#nowUs;
    const atMs = this.#nowUs / US_PER_MS;
    const wall = step.outputs.find(({ name }) => name === WALL)?.fields['wallMs'];
    if (typeof wall === 'number') this.#aheadMs = wall - atMs;
    const recorded = step.outputs.filter(({ name }) => name !== WALL);
    const difference = firstDifference(recorded, this.#outputs);
    return { step, atMs, wallMs: atMs + this.#aheadMs, outputs: this.#outputs, difference };
  }

  /** Asked more often than when it was recorded, by changed code: the last answer again. */
  #time(): Ms {
    const answerUs = this.#step?.timesUs[this.#timesRead] ?? this.#step?.timesUs.at(-1) ?? this.#nowUs;
    this.#timesRead += 1;
    return answerUs / US_PER_MS;
  }

  #newMaster(loaded: Result<string | undefined>, wasActive?: boolean): MasterRuntime {
    const { version, masterId, bootId, rank, isLasting } = this.#head;
    const recorder: Recorder = {
      time: (nowMs) => nowMs,
      begin: (input) => {
        if (input.kind === 'saved' && this.#isWithin(input.kind)) this.#outputs.push(namedInput(input));
      },
      output: (output) => void this.#outputs.push(namedOutput(output)),
      end: () => {},
    };
    return new MasterRuntime({
      // As it was checked when it was read from the configuration, and under the checksum of its block since.
      site: this.#head.site as Site,
      version,
      masterId,
      bootId,
      rank,
      wasActive,
      net: { send: () => {}, broadcast: () => {}, subscribe: () => {}, close: async () => {} },
      clock: { monotonicMs: () => this.#time(), wallMs: () => this.#nowUs / US_PER_MS + this.#aheadMs },
      timers: { after: () => () => {} },
      logger: { log: () => {} },
      sinks: [],
      ...(isLasting && { store: this.#store(loaded) }),
      meters: { list: () => [] },
      recorder,
    });
  }

  /** Answers when the recorded one did. */
  #store(loaded: Result<string | undefined>): StateStore {
    return {
      load: () => loaded,
      setAside: () => ok('the recording'),
      save: (_text, done) => {
        const answer = this.#step?.outputs.find(({ name }) => name === 'saved');
        const saved = answer && inputOf(answer);
        if (saved?.kind === 'saved') done(savedOf(saved.error));
        else this.#pendingSave = done;
      },
    };
  }

  #isWithin(name: string): boolean {
    return this.#step?.input.name !== name;
  }

  #take(named: Named): void {
    const input = inputOf(named);
    if (!input) throw new Error(`expected a known input, got ${JSON.stringify(named.name)}`);
    if (input.kind === 'load') this.#load(input);
    else this.#hand(input);
  }

  #load({ memory, isMemoryLost, wasActive }: Extract<MasterInput, { kind: 'load' }>): void {
    const loaded = isMemoryLost ? fail('lost') : ok(memory && memoryText(memory));
    this.#master = this.#newMaster(loaded, wasActive);
    this.#outputs = [];
  }

  #hand(input: Exclude<MasterInput, { kind: 'load' }>): void {
    const master = this.#master;
    if (!master) throw new Error(`expected the start of the master, got ${input.kind}`);
    if (input.kind === 'saved') this.#answerSave(input.error);
    else if (input.kind === 'command') command(master, input);
    else master.hear(input);
  }

  #answerSave(error: string | undefined): void {
    const done = this.#pendingSave;
    this.#pendingSave = undefined;
    done?.(savedOf(error));
  }
}

function command({ commands }: MasterRuntime, input: CommandInput): void {
  switch (input.name) {
    case 'adopt':
      return void commands.adopt(input.id);
    case 'forget':
      return void commands.forget(input.id);
    case 'set':
      return void commands.set(input.id, input.action);
    case 'clear':
      return void commands.clear();
  }
}

function savedOf(error: string | undefined): Result<void> {
  return error === undefined ? ok(undefined) : fail(error);
}
