/** What is known of one digital input, and how it follows from what its source says and from the time. */
import type { Ms } from '../../base/units.js';
import type { SiteInput } from '../types.js';

/** After the start a source may take so long for its first value before that is an alarm. The input is active meanwhile. */
const FIRST_VALUE_MS: Ms = 5_000;
/** A level that does not come to rest for so many debounce times counts as active. */
const UNREST_FACTOR = 20;
/** Of what a source says of its loss: an error of TLS quotes all names of a certificate. */
const REASON_MAX = 200;

export interface InputState {
  /** The last level, as active or not, before the debounce. Absent: none since the start, or since the source was lost. */
  readonly raw?: boolean | undefined;
  /** The time of the start before the first value. */
  readonly heardAtMs: Ms;
  /** When `raw` last changed. */
  readonly edgeAtMs: Ms;
  /** Since when `raw` has not been at rest. Absent: it is at rest. */
  readonly unrestSinceMs?: Ms | undefined;
  /** The debounced state. Absent: none yet. */
  readonly settled?: boolean | undefined;
  /** Why the source gives no values. */
  readonly lost?: string | undefined;
  /** What was last told to people. */
  readonly told?: 'active' | 'inactive' | 'lost' | undefined;
  /** When that was told. */
  readonly sinceMs?: Ms | undefined;
}

/** True: it counts as active. An input that is not known does. */
export function counts({ settled, lost }: InputState): boolean {
  return lost !== undefined || settled !== false;
}

export function movedTo(state: InputState, raw: boolean, nowMs: Ms): InputState {
  if (raw === state.raw) return { ...state, heardAtMs: nowMs };
  return { ...state, raw, heardAtMs: nowMs, edgeAtMs: nowMs, unrestSinceMs: state.unrestSinceMs ?? nowMs };
}

/** Its next value is debounced anew. */
export function lostState(state: InputState, lost: string, nowMs: Ms): InputState {
  return {
    heardAtMs: nowMs,
    edgeAtMs: nowMs,
    lost: lost.slice(0, REASON_MAX),
    told: state.told,
    sinceMs: state.sinceMs,
  };
}

/** The time after which silence is a loss. */
function silentAtMs({ maxAgeMs = Number.POSITIVE_INFINITY }: SiteInput, { raw, heardAtMs }: InputState): Ms {
  return heardAtMs + (raw === undefined ? Math.min(maxAgeMs, FIRST_VALUE_MS) : maxAgeMs);
}

function unrestEndsMs({ debounceMs }: SiteInput, { unrestSinceMs = Number.POSITIVE_INFINITY }: InputState): Ms {
  return unrestSinceMs + UNREST_FACTOR * debounceMs;
}

/** The state by this time. The same object if unchanged. */
export function settledAt(input: SiteInput, state: InputState, nowMs: Ms): InputState {
  const { raw, edgeAtMs, unrestSinceMs, settled, lost } = state;
  if (lost === undefined && nowMs >= silentAtMs(input, state)) {
    const silentS = Math.round((nowMs - state.heardAtMs) / 1000);
    return lostState(state, raw === undefined ? 'no value since the start' : `not heard for ${silentS} s`, nowMs);
  }
  if (raw === undefined) return state;
  if (nowMs >= edgeAtMs + input.debounceMs) {
    const isSame = raw === settled && lost === undefined && unrestSinceMs === undefined;
    return isSame ? state : { ...state, settled: raw, lost: undefined, unrestSinceMs: undefined };
  }
  const chatters = settled === false && nowMs >= unrestEndsMs(input, state);
  return chatters ? { ...state, settled: true } : state;
}

/** When `settledAt` may give another state, if the source says nothing more. Infinity: never. */
export function dueAtMs(input: SiteInput, state: InputState): Ms {
  const { raw, edgeAtMs, unrestSinceMs, settled, lost } = state;
  const silentMs = lost === undefined ? silentAtMs(input, state) : Number.POSITIVE_INFINITY;
  const isAtRest = raw === undefined || (raw === settled && lost === undefined && unrestSinceMs === undefined);
  if (isAtRest) return silentMs;
  const chattersMs = settled === false ? unrestEndsMs(input, state) : Number.POSITIVE_INFINITY;
  return Math.min(silentMs, edgeAtMs + input.debounceMs, chattersMs);
}
