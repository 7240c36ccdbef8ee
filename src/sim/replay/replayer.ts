/**
 * Runs a recorded segment again: the product's own master, with what was recorded in place of the world. It is handed each input at the
 * recorded time, and what it makes of it is compared with what was recorded.
 */
import { carryIn, carryOut } from '../../base/carrier.js';
import type { Beacon, Status } from '../../base/messages.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Ms } from '../../base/units.js';
import type { Memory } from '../../dlm/group/memory.js';
import type { Site } from '../../dlm/types.js';
import type { PeerAddress } from '../../ports/datagram-port.js';
import type { StateStore } from '../../ports/state-store.js';
import { MasterRuntime } from '../../runtime/master.js';
import { memoryText } from '../../runtime/memory.js';
import type { PollerEvent } from '../../runtime/poller.js';
import {
  type Fields,
  type Named,
  namedInput,
  namedOutput,
  type SegmentHead,
  type Step,
  US_PER_MS,
  WALL,
} from '../../runtime/recorder/lines.js';
import type { Recorder } from '../../runtime/recorder/types.js';
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

const NOTHING_MEASURED = { voltageV: [null, null, null], powerW: [null, null, null], totalPowerW: null };

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
      const message = error instanceof Error ? error.message : String(error);
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

  #newMaster(loaded: Result<string | undefined>): MasterRuntime {
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
        if (answer) done(savedOf(answer.fields));
        else this.#pendingSave = done;
      },
    };
  }

  #isWithin(name: string): boolean {
    return this.#step?.input.name !== name;
  }

  #take({ name, fields }: Named): void {
    if (name === 'load') {
      const memory = fields['memory'] as Memory | undefined;
      const isLost = fields['isMemoryLost'] === true;
      this.#master = this.#newMaster(isLost ? fail('lost') : ok(memory && memoryText(memory)));
      this.#outputs = [];
      return;
    }
    const master = this.#master;
    if (!master) throw new Error(`expected the start of the master, got ${name}`);
    const [kind = '', id = ''] = name.split(' ');
    if (name === 'saved') {
      const done = this.#pendingSave;
      this.#pendingSave = undefined;
      done?.(savedOf(fields));
    } else if (name === 'command') this.#command(master, fields);
    else if (name === 'start' || name === 'beacon') master.hear({ kind: name });
    else if (name === 'tick') master.hear({ kind: name, mayWait: fields['mayWait'] === true });
    else if (kind === 'meter') master.hear({ kind, event: eventOf(fields) });
    else if (id !== '' && (kind === 'status' || kind === 'beacon'))
      master.hear({ kind: 'message', ...heardOf(fields) });
    else throw new Error(`expected a known input, got ${JSON.stringify(name)}`);
  }

  #command({ commands }: MasterRuntime, { name, id }: Fields): void {
    if (name === 'adopt') void commands.adopt(String(id));
    else if (name === 'forget') void commands.forget(String(id));
    else void commands.clear();
  }
}

function savedOf({ error }: Fields): Result<void> {
  return error === undefined ? ok(undefined) : fail(String(error));
}

/** The fields are those that the recording master had: `namedInput` took them apart. */
function heardOf({ keyId, from, ...message }: Fields): { message: Beacon | Status; keyId: number; from: PeerAddress } {
  const [host = '', port, via = ''] = String(from).split(' ');
  const { acceptedEpoch: epoch, acceptedSeq: seq, acceptedOf: masterId, ...status } = message;
  const whole = message['type'] === 'status' ? { ...status, accepted: { epoch, seq, masterId } } : message;
  return {
    message: whole as unknown as Beacon | Status,
    keyId: Number(keyId),
    from: { host, port: Number(port), via },
  };
}

function eventOf(fields: Fields): PollerEvent {
  if (fields['kind'] !== 'sample') return fields as unknown as PollerEvent;
  const { currentA, ...rest } = fields;
  return { ...rest, reading: { ...NOTHING_MEASURED, currentA } } as unknown as PollerEvent;
}
