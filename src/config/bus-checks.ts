/** What devices on one line must have in common, and what only a line asks of them. */
import { busKey, connectionText, parseConnection } from './connection.js';
import type { Facts } from './facts.js';
import { type Finding, gotText, type Path } from './issue.js';

/** Modbus over serial line V1.02, 2.2: 0 is for all devices at once, and nobody answers; 248 to 255 are reserved. */
const RTU_UNIT_MAX = 247;

interface OnBus {
  /** Where its connection and unit stand. */
  readonly path: Path;
  readonly connection?: string | undefined;
  readonly unit?: number | undefined;
}

/** Meters first, then digital inputs. */
function devices({ meters, inputs }: Facts): readonly OnBus[] {
  return [
    ...meters.items.map(({ path, value }) => ({ path, connection: value.connection, unit: value.unit })),
    ...inputs.items.flatMap(({ path, value: { source } }) => {
      if (!source?.modbus) return [];
      const { connection, unit } = source.modbus;
      return [{ path: [...path, 'source', 'modbus'], connection, unit }];
    }),
  ];
}

interface First {
  readonly text: string;
  readonly path: Path;
}

/** One path or one address has one setting. */
function oneSetting(facts: Facts): Finding[] {
  const first = new Map<string, First>();
  return devices(facts).flatMap(({ connection, path }) => {
    const parsed = parseConnection(connection ?? '');
    if (!parsed.ok) return [];
    const own = [...path, 'connection'];
    const text = connectionText(parsed.value);
    const earlier = first.get(busKey(parsed.value));
    if (!earlier) first.set(busKey(parsed.value), { text, path: own });
    if (!earlier || earlier.text === text) return [];
    const expected = `the same settings as on line ${facts.places.lineOf(earlier.path)}, where it is ${earlier.text}`;
    return [{ path: own, expected, got: text }];
  });
}

function unitsOnLines(facts: Facts): Finding[] {
  return devices(facts).flatMap(({ connection, unit, path }) => {
    const parsed = parseConnection(connection ?? '');
    if (!parsed.ok || parsed.value.kind === 'tcp' || unit === undefined) return [];
    if (unit >= 1 && unit <= RTU_UNIT_MAX) return [];
    return [{ path: [...path, 'unit'], expected: `a unit of a serial line, 1 to ${RTU_UNIT_MAX}`, got: gotText(unit) }];
  });
}

export function busFindings(facts: Facts): Finding[] {
  return [...oneSetting(facts), ...unitsOnLines(facts)];
}
