/** What people ask for with the command "set", read from its request. */
import type { JsonObject } from '../base/json.js';
import { guessText, nearest } from '../base/nearest.js';
import { BLOCK_FROM, CHARGE_MODES, type OperatorAction } from '../base/operator-action.js';
import { fail, ok, type Result } from '../base/result.js';
import type { PhaseAmps } from '../base/units.js';

const MS_PER_MIN = 60_000;

type Reader = (request: JsonObject) => OperatorAction | undefined;

/** How each action is written, and what reads it. */
const ACTIONS: Readonly<Record<OperatorAction['what'], { readonly expected: string; readonly read: Reader }>> = {
  operatorLimit: {
    expected: 'limitA: a number of A, [L1, L2, L3], or null for that of the configuration',
    read: ({ limitA }) => {
      if (limitA === null || isNumber(limitA)) return { what: 'operatorLimit', limitA };
      return isTriple(limitA) ? { what: 'operatorLimit', limitA } : undefined;
    },
  },
  priority: {
    expected: 'priority: a number, or null for that of the configuration',
    read: ({ priority }) => (priority === null || isNumber(priority) ? { what: 'priority', priority } : undefined),
  },
  boost: {
    expected: 'minutes: a number, or null to end it',
    read: ({ minutes }) => {
      if (minutes === null) return { what: 'boost', forMs: null };
      return isNumber(minutes) ? { what: 'boost', forMs: minutes * MS_PER_MIN } : undefined;
    },
  },
  section14a: {
    expected: 'on: true or false',
    read: ({ on }) => (typeof on === 'boolean' ? { what: 'section14a', isOn: on } : undefined),
  },
  block: {
    expected: `from: ${BLOCK_FROM.join(' or ')}`,
    read: ({ from }) => {
      const known = BLOCK_FROM.find((word) => word === from);
      return known && { what: 'block', from: known };
    },
  },
  mode: {
    expected: `mode: ${CHARGE_MODES.join(', ')}, or null for that of the configuration`,
    read: ({ mode }) => {
      if (mode === null) return { what: 'mode', mode };
      const known = CHARGE_MODES.find((word) => word === mode);
      return known && { what: 'mode', mode: known };
    },
  },
  pause: { expected: '', read: () => ({ what: 'pause' }) },
  resume: { expected: '', read: () => ({ what: 'resume' }) },
  unblock: { expected: '', read: () => ({ what: 'unblock' }) },
};

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTriple(value: unknown): value is PhaseAmps {
  return Array.isArray(value) && value.length === 3 && value.every(isNumber);
}

export function operatorActionOf(request: JsonObject): Result<OperatorAction> {
  const { what } = request;
  const words = Object.keys(ACTIONS);
  if (typeof what !== 'string' || !Object.hasOwn(ACTIONS, what)) {
    const near = typeof what === 'string' ? nearest(what, words) : undefined;
    return fail(`what: expected one of ${words.join(', ')}${guessText(near)}`);
  }
  const { expected, read } = ACTIONS[what as OperatorAction['what']];
  const action = read(request);
  return action ? ok(action) : fail(`expected ${expected}`);
}
