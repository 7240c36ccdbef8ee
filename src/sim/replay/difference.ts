/** Where two runs part: what was recorded, and what is decided now. */
import { isSame } from '../../runtime/recorder/lines.js';
import type { Fields, Named } from '../../runtime/recorder/named.js';

export interface Difference {
  /** "cycle", "grant cp1": of which output. */
  readonly name: string;
  /** Of a cycle and of a grant. */
  readonly chargePoint: string | undefined;
  /** The fields that differ; `undefined`: there is no such output. */
  readonly recorded: Fields | undefined;
  readonly now: Fields | undefined;
}

/** Texts for people may change from version to version. */
const NOT_COMPARED: Readonly<Record<string, readonly string[]>> = { log: ['message'], crash: ['message'] };

/** A limit or its reason says more than the grant that follows from it: cycles are looked at first. */
export function firstDifference(recorded: readonly Named[], now: readonly Named[]): Difference | undefined {
  const crash = now.find(({ name }) => name === 'crash');
  const isKnown = recorded.some(({ name }) => name === 'crash');
  if (crash && !isKnown) return { name: 'crash', chargePoint: undefined, recorded: undefined, now: crash.fields };
  const isCycle = ({ name }: Named): boolean => name === 'cycle';
  const [cycle, cycleNow] = [recorded.find(isCycle), now.find(isCycle)];
  const ofCycle = cycle && cycleNow && difference(cycle, cycleNow);
  if (ofCycle?.chargePoint !== undefined) return ofCycle;
  for (let index = 0; index < Math.max(recorded.length, now.length); index++) {
    const [then, today] = [recorded[index], now[index]];
    const found = then && then.name === today?.name ? difference(then, today) : unequal(then, today, now.slice(index));
    if (found) return found;
  }
  return undefined;
}

/** Different things, or one at all: the recorded one is missing now, unless it only comes later. */
function unequal(recorded: Named | undefined, now: Named | undefined, rest: readonly Named[]): Difference | undefined {
  if (recorded && !rest.some(({ name }) => name === recorded.name)) {
    return { name: recorded.name, chargePoint: pointOf(recorded.name), recorded: recorded.fields, now: undefined };
  }
  return now && { name: now.name, chargePoint: pointOf(now.name), recorded: undefined, now: now.fields };
}

function difference(recorded: Named, now: Named): Difference | undefined {
  const { name } = recorded;
  const skipped = NOT_COMPARED[name] ?? [];
  const keys = new Set([...Object.keys(recorded.fields), ...Object.keys(now.fields)]);
  const differing = [...keys].filter((key) => !skipped.includes(key) && !isSame(recorded.fields[key], now.fields[key]));
  const [first] = differing;
  if (first === undefined) return undefined;
  const point = differing.find((key) => key.startsWith('= '));
  if (name === 'cycle' && point !== undefined) {
    return {
      name,
      chargePoint: point.slice(2),
      recorded: fieldsOf(recorded.fields[point]),
      now: fieldsOf(now.fields[point]),
    };
  }
  const pick = (fields: Fields): Fields => Object.fromEntries(differing.map((key) => [key, fields[key]]));
  return { name, chargePoint: pointOf(name), recorded: pick(recorded.fields), now: pick(now.fields) };
}

function pointOf(name: string): string | undefined {
  const [kind, id] = name.split(' ');
  return kind === 'grant' ? id : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
