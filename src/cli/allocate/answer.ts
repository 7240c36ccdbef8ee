/** The answer as JSON. Ids are no keys of objects on the way: "__proto__" is one like any other, "10" keeps its place. */
import type { LimitReason } from '../../base/reason.js';
import { PHASE_NAMES } from '../../base/units.js';
import type { AllocationAnswer } from '../../dlm/allocate.js';

/** Sums of amperes carry dust far below any step; nothing so large has any. */
const DECIMALS = 1e6;
const ROUNDED_MAX = 1e9;

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };

/** On one line, for a batch; in pieces, because all of them may be more than one text can hold. */
export function* compactAnswer(answer: AllocationAnswer): Generator<string> {
  yield '{"limits":{';
  yield* compactEntries(limitsOf(answer));
  yield '},"circuits":{';
  yield* compactEntries(circuitsOf(answer));
  yield '}}';
}

/** Two spaces for each level, lists on one line; in pieces that are one line or more, without the last line's end. */
export function* prettyAnswer(answer: AllocationAnswer): Generator<string> {
  yield '{';
  yield* prettySection('limits', limitsOf(answer), ',');
  yield* prettySection('circuits', circuitsOf(answer), '');
  yield '}';
}

function* compactEntries(entries: Iterable<readonly [string, Json]>): Generator<string> {
  let separator = '';
  for (const [id, value] of entries) {
    yield `${separator}${JSON.stringify(id)}:${JSON.stringify(value)}`;
    separator = ',';
  }
}

function* prettySection(name: string, entries: Iterable<readonly [string, Json]>, end: string): Generator<string> {
  let previous: string | undefined;
  for (const [id, value] of entries) {
    yield previous === undefined ? `  "${name}": {` : `${previous},`;
    previous = `    ${JSON.stringify(id)}: ${pretty(value, '    ')}`;
  }
  if (previous === undefined) yield `  "${name}": {}${end}`;
  else yield `${previous}\n  }${end}`;
}

function* limitsOf({ limits }: AllocationAnswer): Generator<[string, Json]> {
  for (const [id, { limitA, boundBy }] of limits) yield [id, { limitA: rounded(limitA), boundBy: reasonOf(boundBy) }];
}

function* circuitsOf({ circuits }: AllocationAnswer): Generator<[string, Json]> {
  for (const [id, { loadA, capacityA, loadW, capacityW }] of circuits) {
    const hasPower = loadW !== undefined && capacityW !== undefined;
    const power = hasPower ? { loadW: rounded(loadW), capacityW: rounded(capacityW) } : {};
    yield [id, { loadA: loadA.map(rounded), capacityA: capacityA.map(rounded), ...power }];
  }
}

function rounded(value: number): number {
  return Math.abs(value) < ROUNDED_MAX ? Math.round(value * DECIMALS) / DECIMALS : value;
}

/** Phases by their names. */
function reasonOf(reason: LimitReason): Json {
  if ('phases' in reason && reason.phases)
    return { ...reason, phases: reason.phases.map((phase) => PHASE_NAMES[phase]) };
  if (!('phase' in reason) || reason.phase === undefined) return reason;
  return { ...reason, phase: PHASE_NAMES[reason.phase] };
}

function pretty(value: Json, indent: string): string {
  if (Array.isArray(value)) return `[${value.map((each: Json) => pretty(each, indent)).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(([key, each]) => `${inner}${JSON.stringify(key)}: ${pretty(each, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
