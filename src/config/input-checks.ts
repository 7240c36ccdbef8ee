/** What the keys of a digital input must have in common: one source, one effect, one target that is there. */
import type { Facts } from './facts.js';
import { type Finding, gotText, type Path } from './issue.js';
import type { InputEntry } from './schema/inputs.js';
import type { Draft } from './shape.js';

const SOURCES = ['gpio', 'modbus', 'mqtt', 'http', 'command'] as const;
const EFFECTS = ['offsetA', 'limitA', 'stop', 'section14a'] as const;
const REGISTERS = ['holdingRegister', 'inputRegister'] as const;
const BITS = ['coil', 'discreteInput', ...REGISTERS] as const;
const TARGETS = ['circuit', 'chargePoint'] as const;
/** Each poll that is late would make the input active. */
const POLLS_IN_AGE = 2;
/** The reader of a line is looked after three times within the maximum age. */
const GPIO_AGE_MIN_MS = 1000;

/** Exactly one of these keys. */
function oneOf<K extends string>(group: Partial<Record<K, unknown>>, keys: readonly K[], path: Path): Finding[] {
  const given = keys.filter((name) => group[name] !== undefined);
  if (given.length === 1) return [];
  const expected = `exactly one of ${keys.join(', ')}`;
  if (given.length === 0) return [{ path, expected, got: 'none' }];
  return given.slice(1).map((name) => ({ path: [...path, name], expected, got: `${given[0]} and ${name}` }));
}

/** A coil and a discrete input are bits themselves. */
function ofBit(modbus: NonNullable<InputEntry['source']['modbus']>, path: Path): Finding[] {
  const { bit } = modbus;
  if (bit === undefined || REGISTERS.some((name) => modbus[name] !== undefined)) return [];
  return [{ path: [...path, 'bit'], expected: `no bit without ${REGISTERS.join(' or ')}`, got: gotText(bit) }];
}

function ofSource({ value: { source }, path }: Draft<InputEntry>, { hasBroker }: Facts): Finding[] {
  if (source === undefined) return [];
  const own = [...path, 'source'];
  const { modbus, mqtt } = source;
  return [
    ...oneOf(source, SOURCES, own),
    ...(modbus ? [...oneOf(modbus, BITS, [...own, 'modbus']), ...ofBit(modbus, [...own, 'modbus'])] : []),
    ...(mqtt && !hasBroker ? [{ path: [...own, 'mqtt'], expected: 'a broker under "mqtt"', got: 'none' }] : []),
  ];
}

/** Below this the input would be lost while all is well. */
function leastAgeMs({ source }: Partial<InputEntry>): { readonly ms: number; readonly why: string } | undefined {
  if (source?.gpio) return { ms: GPIO_AGE_MIN_MS, why: 'for a GPIO line' };
  const periodMs = (source?.modbus ?? source?.http)?.pollPeriodMs;
  return periodMs === undefined ? undefined : { ms: POLLS_IN_AGE * periodMs, why: `${POLLS_IN_AGE} polls` };
}

function ofAge({ value, path }: Draft<InputEntry>): Finding[] {
  const least = leastAgeMs(value);
  if (!least || value.maxAgeMs === undefined || value.maxAgeMs >= least.ms) return [];
  const expected = `at least ${least.ms} (${least.why})`;
  return [{ path: [...path, 'maxAgeMs'], expected, got: gotText(value.maxAgeMs) }];
}

/** It lowers the one circuit that has the rules for it. */
function ofSection14a({ value, path }: Draft<InputEntry>, { circuits }: Facts): Finding[] {
  if (value.section14a === undefined) return [];
  const owners = circuits.items.filter((circuit) => circuit.value.section14a !== undefined);
  const own = [...path, 'section14a'];
  if (owners.length === 0 && circuits.intact)
    return [{ path: own, expected: 'a circuit with "section14a"', got: 'none' }];
  return TARGETS.filter((name) => value[name] !== undefined).map((name) => ({
    path: [...path, name],
    expected: 'no target beside section14a: it lowers the circuit that has "section14a"',
    got: gotText(value[name]),
  }));
}

function ofInput(input: Draft<InputEntry>, facts: Facts): Finding[] {
  const { value, path, intact } = input;
  const both = TARGETS.every((name) => value[name] !== undefined);
  const expected = 'circuit or chargePoint, not both';
  return [
    ...ofSource(input, facts),
    ...ofAge(input),
    ...ofSection14a(input, facts),
    ...(intact ? oneOf(value, EFFECTS, path) : []),
    ...(both ? [{ path: [...path, 'chargePoint'], expected, got: 'both' }] : []),
  ];
}

/** Of two circuits each would use the same surplus. */
function secondSection14a({ circuits: { items } }: Facts): Finding[] {
  const [first, ...others] = items.filter(({ value }) => value.section14a !== undefined);
  return others.map(({ path }) => ({
    path: [...path, 'section14a'],
    expected: 'one circuit with section14a at most',
    got: `another one, beside ${gotText(first?.value.id)}`,
  }));
}

export function inputFindings(facts: Facts): Finding[] {
  return [...facts.inputs.items.flatMap((input) => ofInput(input, facts)), ...secondSection14a(facts)];
}
