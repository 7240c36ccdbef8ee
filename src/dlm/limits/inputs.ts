/**
 * Digital inputs: which are active, and what they take from the limit of a circuit or a charge point. A level counts once
 * it has stood for the debounce time. An input without a value, or whose source is lost, counts as active.
 */
import { assert, defined } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { InputLevel } from '../../base/level-words.js';
import { mapPhases, minOf, type Ms, NO_AMPS, type PhaseAmps } from '../../base/units.js';
import type { AlarmBoard } from '../alarms.js';
import type { Notices } from '../notice.js';
import type { InputEffect, LimitTarget, SiteInput } from '../types.js';
import { counts, dueAtMs, type InputState, lostState, movedTo, settledAt } from './input-state.js';
import { changeText } from './input-text.js';

interface Parts {
  readonly inputs: readonly SiteInput[];
  readonly alarms: AlarmBoard;
  readonly notices: Notices;
}

/** What the sources of the signal of section 14a say. `awaited`: nothing since the start. */
export interface Section14aSignal {
  readonly is: 'on' | 'off' | 'lost' | 'awaited';
  /** "input relay" */
  readonly source: string;
}

function ofKind(inputs: readonly SiteInput[], kind: LimitTarget['kind']): ReadonlyMap<string, readonly SiteInput[]> {
  const own = inputs.filter(({ target }) => target.kind === kind);
  return new Map(own.map(({ target: { id } }) => [id, own.filter(({ target }) => target.id === id)]));
}

export class Inputs {
  readonly #parts: Parts;
  readonly #byTarget: Readonly<Record<LimitTarget['kind'], ReadonlyMap<string, readonly SiteInput[]>>>;
  readonly #states = new Map<string, InputState>();

  constructor(parts: Parts, nowMs: Ms) {
    const { inputs } = parts;
    this.#parts = parts;
    this.#byTarget = { circuit: ofKind(inputs, 'circuit'), chargePoint: ofKind(inputs, 'chargePoint') };
    for (const { id } of inputs) this.#states.set(id, { heardAtMs: nowMs, edgeAtMs: nowMs });
    assert(this.#states.size === inputs.length, `${inputs.length} inputs have ${this.#states.size} ids`);
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('states', this.#states);
  }

  /** True while an input has neither a value nor been lost since the start. */
  get isAwaiting(): boolean {
    return this.#parts.inputs.some((input) => {
      const { settled, lost } = this.#stateOf(input);
      return settled === undefined && lost === undefined;
    });
  }

  /** A source says its level, also an unchanged one. It counts from the next `watch` after the debounce time. */
  hear(id: string, level: InputLevel, nowMs: Ms): void {
    const input = this.#find(id);
    if (input)
      this.#states.set(id, movedTo(this.#stateOf(input), level === 'active' || level === input.activeLevel, nowMs));
  }

  /** A source says that it has no value. `reason`: for people. */
  lose(id: string, reason: string, nowMs: Ms): void {
    const input = this.#find(id);
    if (input) this.#states.set(id, lostState(this.#stateOf(input), reason, nowMs));
  }

  /** Debounces, finds sources that are silent, and tells changes. Call once per cycle, before the division. */
  watch(nowMs: Ms): void {
    const { inputs, alarms } = this.#parts;
    if (inputs.length === 0) return;
    for (const input of inputs) {
      const before = this.#stateOf(input);
      const now = this.#told(input, settledAt(input, before, nowMs), nowMs);
      if (now !== before) this.#states.set(input.id, now);
    }
    const lost = inputs.flatMap((input) => {
      const { lost: why } = this.#stateOf(input);
      return why === undefined ? [] : [`${input.id}: ${why}`];
    });
    alarms.set('INPUT_LOST', lost.length > 0 ? `${lost.join('; ')}; counts as active` : undefined, nowMs);
  }

  /** For displays. */
  get list(): readonly { readonly input: SiteInput; readonly state: InputState }[] {
    return this.#parts.inputs.map((input) => ({ input, state: this.#stateOf(input) }));
  }

  /** In how many ms `watch` may find a change. Infinity: not before a source says something. */
  dueInMs(nowMs: Ms): Ms {
    const dueMs = this.#parts.inputs.map((input) => dueAtMs(input, this.#stateOf(input)));
    return Math.max(0, Math.min(...dueMs) - nowMs);
  }

  /** The limit as the active inputs of this target lower it, in A, grid order. The same object while none is active. */
  lowered(limitA: PhaseAmps, target: LimitTarget): PhaseAmps {
    let mostA = limitA;
    let offsetA = NO_AMPS;
    for (const input of this.#of(target)) {
      if (!counts(this.#stateOf(input))) continue;
      const { effect } = input;
      if (effect.kind === 'stop') mostA = NO_AMPS;
      else if (effect.kind === 'limit') mostA = minOf(mostA, effect.limitA);
      else if (effect.kind === 'offset') {
        const beforeA = offsetA;
        offsetA = mapPhases((p) => beforeA[p] + effect.offsetA[p]);
      }
    }
    if (mostA === limitA && offsetA === NO_AMPS) return limitA;
    return mapPhases((p) => Math.max(0, mostA[p] - offsetA[p]));
  }

  /** The active inputs of a target, for people: "input relay". */
  activeText(target: LimitTarget): string {
    const own = this.#of(target);
    return namesOf(own.filter((input) => isOfAmps(input.effect) && counts(this.#stateOf(input))));
  }

  /** The inputs of a circuit with the effect `section14a`; `undefined`: there is none. */
  section14a(circuit: string): Section14aSignal | undefined {
    const own = this.#of({ kind: 'circuit', id: circuit }).filter(({ effect }) => !isOfAmps(effect));
    if (own.length === 0) return undefined;
    const such = (isSuch: (state: InputState) => boolean): SiteInput[] =>
      own.filter((input) => isSuch(this.#stateOf(input)));
    const on = such(({ lost, settled }) => lost === undefined && settled === true);
    if (on.length > 0) return { is: 'on', source: namesOf(on) };
    const lost = such((state) => state.lost !== undefined);
    if (lost.length > 0) return { is: 'lost', source: namesOf(lost) };
    const awaited = such(({ settled }) => settled === undefined);
    return { is: awaited.length > 0 ? 'awaited' : 'off', source: namesOf(own) };
  }

  /** True where there are inputs for it, active or not. */
  isAnyOf(kind: LimitTarget['kind'], id: string): boolean {
    return this.#byTarget[kind].has(id);
  }

  #of({ kind, id }: LimitTarget): readonly SiteInput[] {
    return this.#byTarget[kind].get(id) ?? [];
  }

  #find(id: string): SiteInput | undefined {
    return this.#parts.inputs.find((input) => input.id === id);
  }

  #stateOf({ id }: SiteInput): InputState {
    return defined(this.#states.get(id), `the state of input ${id}`);
  }

  /** One line for each change. */
  #told(input: SiteInput, state: InputState, nowMs: Ms): InputState {
    const { lost, settled, told } = state;
    if (lost === undefined && settled === undefined) return state;
    const now = lost !== undefined ? 'lost' : settled ? 'active' : 'inactive';
    if (now === told) return state;
    const [level, event] = now === 'lost' ? (['error', 'INPUT_LOST'] as const) : (['info', 'INPUT'] as const);
    this.#parts.notices.add(level, event, changeText(input, state), { input: input.id, state: now });
    return { ...state, told: now, sinceMs: nowMs };
  }
}

function isOfAmps({ kind }: InputEffect): boolean {
  return kind !== 'section14a';
}

function namesOf(inputs: readonly SiteInput[]): string {
  return `input ${inputs.map(({ id }) => id).join(' and ')}`;
}
