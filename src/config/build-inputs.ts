/** Digital inputs, from the file's shape to what the core and the sources work with. */
import { assert, defined } from '../base/assert.js';
import type { Circuit, InputEffect, SiteInput } from '../dlm/types.js';
import { parseConnection } from './connection.js';
import { toPhases } from './phase-amps.js';
import type { InputEntry } from './schema/inputs.js';
import type { InputConfig, InputSource } from './types.js';

/** Where the file says nothing. A Modbus device is polled, and the reader of a GPIO line says each 10 s that it lives. */
const MAX_AGE_MS = { gpio: 30_000, modbus: 3_000, http: 10_000 } as const;

const FUNCTION_CODES = [1, 2, 3, 4] as const;

function effectOf({ offsetA, limitA, section14a }: InputEntry): InputEffect {
  if (section14a) return { kind: 'section14a' };
  if (offsetA !== undefined) return { kind: 'offset', offsetA: toPhases(offsetA) };
  return limitA !== undefined ? { kind: 'limit', limitA: toPhases(limitA) } : { kind: 'stop' };
}

function sourceOf({ id, source }: InputEntry): InputSource {
  const { gpio, modbus, mqtt, http } = source;
  if (gpio) return { kind: 'gpio', ...gpio };
  if (mqtt) return { kind: 'mqtt', ...mqtt };
  if (http) return { kind: 'http', ...http };
  if (!modbus) return { kind: 'command' };
  const {
    unit: unitId,
    coil,
    discreteInput,
    holdingRegister,
    inputRegister,
    bit = 0,
    pollPeriodMs,
    timeoutMs,
  } = modbus;
  const connection = parseConnection(modbus.connection);
  assert(connection.ok, `connection ${modbus.connection}`);
  // By function code, from 1 on.
  const addresses = [coil, discreteInput, holdingRegister, inputRegister] as const;
  const functionCode = defined(
    FUNCTION_CODES.find((code) => addresses[code - 1] !== undefined),
    `bit of input ${id}`,
  );
  const address = defined(addresses[functionCode - 1], `the address of input ${id}`);
  return { kind: 'modbus', connection: connection.value, unitId, functionCode, address, bit, pollPeriodMs, timeoutMs };
}

export function inputConfig(entry: InputEntry): InputConfig {
  return { id: entry.id, source: sourceOf(entry) };
}

export function siteInput(entry: InputEntry, circuits: readonly Circuit[]): SiteInput {
  const { id, active, debounceMs, chargePoint, circuit } = entry;
  const { kind } = sourceOf(entry);
  const maxAgeMs =
    entry.maxAgeMs ?? (kind === 'gpio' || kind === 'modbus' || kind === 'http' ? MAX_AGE_MS[kind] : undefined);
  const isOwner = (each: Circuit): boolean =>
    entry.section14a ? each.section14a !== undefined : each.parent === undefined;
  const owner = circuits.find(isOwner);
  return {
    id,
    activeLevel: active,
    debounceMs,
    ...(maxAgeMs !== undefined && { maxAgeMs }),
    ...(kind === 'command' && { isByCommand: true }),
    effect: effectOf(entry),
    target:
      chargePoint === undefined
        ? { kind: 'circuit', id: circuit ?? defined(owner, `circuit of input ${id}`).id }
        : { kind: 'chargePoint', id: chargePoint },
  };
}
