/**
 * Section 14a EnWG: while the grid operator asks for it, the charge points of one circuit draw no more from the grid than their
 * group is guaranteed. A digital input or a command says when. A source that is lost counts as asking; after a while, usually two
 * hours, the failsafe value holds instead. Every change is an entry of the log that the law asks for.
 */
import { defined, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { LogLevel } from '../../base/logger.js';
import type { PowerCause } from '../../base/reason.js';
import type { Section14aEntry } from '../../base/section-14a.js';
import type { Ms, Watts } from '../../base/units.js';
import type { Notices } from '../notice.js';
import type { Circuit, Section14aRules } from '../types.js';
import type { Inputs } from './inputs.js';
import type { Settings } from './settings.js';

/** What the charge points draw because of an event is written down after this time. All vehicles have followed by then. */
const AFTER_MS: Ms = 30_000;
/** Until the runtime takes them; it does so once per cycle. */
const ENTRIES_MAX = 100;
const MS_PER_MIN = 60_000;

export interface Section14aParts {
  readonly circuits: readonly Circuit[];
  readonly inputs: Inputs;
  readonly settings: Settings;
  readonly notices: Notices;
}

export interface Section14aView {
  readonly state: 'active' | 'inactive' | 'lost' | 'awaited';
  readonly sinceMs: Ms | undefined;
  readonly text: string;
}

type Stage = 'off' | 'on' | 'lost' | 'failsafe';

interface Signal {
  readonly stage: Stage;
  readonly source: string;
}

export class Section14a {
  readonly #parts: Section14aParts;
  /** The index of the circuit; -1: there is none. */
  readonly index: number;
  #lostSinceMs: Ms | undefined;
  /** What was written down last, and when its consequence is due. */
  #told: Signal = { stage: 'off', source: '' };
  #toldAtMs: Ms | undefined;
  #afterAtMs: Ms | undefined;
  #entries: Section14aEntry[] = [];

  constructor(parts: Section14aParts) {
    this.#parts = parts;
    this.index = parts.circuits.findIndex(({ section14a }) => section14a !== undefined);
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#lostSinceMs = carrier.value('lostSinceMs', this.#lostSinceMs);
    this.#told = carrier.value('told', this.#told);
    this.#toldAtMs = carrier.value('toldAtMs', this.#toldAtMs);
    this.#afterAtMs = carrier.value('afterAtMs', this.#afterAtMs);
    this.#entries = carrier.value('entries', this.#entries);
  }

  /** What the charge points of this circuit may draw from the grid; `undefined`: nobody asks. */
  limitOf({ section14a, id }: Circuit, nowMs: Ms): PowerCause | undefined {
    const limitW = section14a && limitAt(section14a, this.#signal(id, nowMs)?.stage ?? 'on');
    return limitW === undefined ? undefined : { source: 'section14a', limitW };
  }

  /** What the grid operator asks for now, for displays. Of a site that has the rules for it. */
  view(nowMs: Ms): Section14aView {
    const circuit = defined(this.#parts.circuits[this.index], 'the circuit of section 14a');
    const signal = this.#signal(circuit.id, nowMs);
    const asked: Signal = signal ?? { stage: 'on', source: 'no value yet' };
    if (asked.stage === 'off') return { state: 'inactive', sinceMs: this.#toldAtMs, text: 'nobody asks for less' };
    const text = `${askedText(circuit, asked)} (${asked.source})`;
    if (signal === undefined) return { state: 'awaited', sinceMs: undefined, text };
    if (asked.stage === 'on') return { state: 'active', sinceMs: this.#toldAtMs, text };
    return { state: 'lost', sinceMs: this.#lostSinceMs, text };
  }

  /** True right after a change: pauses of these seconds are its consequence, later ones are not. */
  get hasJustChanged(): boolean {
    return this.#afterAtMs !== undefined;
  }

  /** Writes down what has changed. Call once per cycle, after the inputs. `drawnW`: what the charge points draw now. */
  watch(drawnW: (index: number) => Watts, nowMs: Ms): void {
    const circuit = this.#parts.circuits[this.index];
    if (!circuit?.section14a) return;
    const isLost = this.#parts.inputs.section14a(circuit.id)?.is === 'lost';
    this.#lostSinceMs = isLost ? (this.#lostSinceMs ?? nowMs) : undefined;
    const signal = this.#signal(circuit.id, nowMs);
    // Not known yet: it counts as asking, but nobody has asked.
    const isNew = signal !== undefined && signal.stage !== this.#told.stage;
    const isAfterDue = this.#afterAtMs !== undefined && (isNew || nowMs >= this.#afterAtMs);
    if (isAfterDue) this.#tellAfter(circuit, section14aLimit(circuit, this.#told), drawnW(this.index));
    if (isNew) this.#tell(circuit, signal, drawnW(this.index), nowMs);
  }

  /** What is to be written down since the last call, oldest first. */
  drain(): readonly Section14aEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  /** `undefined`: the source has said nothing since the start. */
  #signal(circuit: string, nowMs: Ms): Signal | undefined {
    const { inputs, settings, circuits } = this.#parts;
    if (settings.isSection14a) return { stage: 'on', source: 'command' };
    const heard = inputs.section14a(circuit);
    if (heard === undefined) return { stage: 'off', source: 'command' };
    if (heard.is === 'awaited') return undefined;
    if (heard.is !== 'lost') return { stage: heard.is, source: heard.source };
    const { failsafeAfterMs = 0 } = circuits[this.index]?.section14a ?? {};
    const isLong = nowMs - (this.#lostSinceMs ?? nowMs) >= failsafeAfterMs;
    return { stage: isLong ? 'failsafe' : 'lost', source: heard.source };
  }

  #tell(circuit: Circuit, signal: Signal, drawnW: Watts, nowMs: Ms): void {
    const limitW = section14aLimit(circuit, signal);
    const event = signal.stage === 'off' ? 'end' : signal.stage === 'on' ? 'start' : signal.stage;
    this.#told = signal;
    this.#toldAtMs = nowMs;
    this.#afterAtMs = nowMs + AFTER_MS;
    this.#add({ event, circuit: circuit.id, source: signal.source, limitW, drawnW });
    const level: LogLevel = event === 'lost' || event === 'failsafe' ? 'error' : 'info';
    const text = `${textOf(circuit, signal)}; its charge points draw ${Math.round(drawnW)} W`;
    this.#parts.notices.add(level, 'GRID_OPERATOR', text, { circuit: circuit.id, limitW, drawnW });
  }

  #tellAfter({ id }: Circuit, limitW: Watts | null, drawnW: Watts): void {
    this.#afterAtMs = undefined;
    this.#add({ event: 'after', circuit: id, source: this.#told.source, limitW, drawnW });
  }

  #add(entry: Section14aEntry): void {
    if (!(entry.drawnW >= 0)) failInvariant(`the charge points of ${entry.circuit} draw ${entry.drawnW} W`);
    if (this.#entries.length < ENTRIES_MAX) this.#entries.push(entry);
  }
}

function limitAt({ limitW, failsafeW }: Section14aRules, stage: Stage): Watts | undefined {
  return { off: undefined, on: limitW, lost: limitW, failsafe: failsafeW }[stage];
}

function section14aLimit({ section14a }: Circuit, { stage }: Signal): Watts | null {
  return (section14a && limitAt(section14a, stage)) ?? null;
}

/** The line for the log. */
function textOf(circuit: Circuit, signal: Signal): string {
  const { stage, source } = signal;
  if (stage === 'off') return `section 14a: ${circuit.id} is no longer limited by the grid operator (${source})`;
  const about = { on: '', lost: 'the source is lost: ', failsafe: 'the source is still lost: ' }[stage];
  return `section 14a: ${about}${source} limits ${circuit.id} to ${askedText(circuit, signal)}`;
}

/** What is asked for, and what a loss makes of it: "10500 W from the grid". For the log and for displays. */
function askedText(circuit: Circuit, signal: Signal): string {
  const { failsafeAfterMs = 0, failsafeW = 0 } = circuit.section14a ?? {};
  const asked = `${section14aLimit(circuit, signal)} W from the grid`;
  if (signal.stage === 'failsafe') return `${asked}, the failsafe value`;
  if (signal.stage !== 'lost') return asked;
  return `${asked}; after ${Math.round(failsafeAfterMs / MS_PER_MIN)} min ${failsafeW} W, until it is heard`;
}
