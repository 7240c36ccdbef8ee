/** The state file's text: epoch, lease and known slaves, with a version. What does not fit is refused as a whole. */
import { isId } from '../base/ids.js';
import { fail, ok, type Result } from '../base/result.js';
import { ROTATIONS } from '../base/rotation.js';
import type { Memory } from '../dlm/group/memory.js';
import { EPOCH_MAX } from '../dlm/masters/mastership.js';
import type { RememberedSlave } from '../dlm/group/slave-record.js';

const FORMAT = 1;
const AMPS_MAX = 1000;
const LEASE_MAX_MS = 60_000;

export function memoryText(memory: Memory): string {
  return JSON.stringify({ format: FORMAT, ...memory }, null, 1);
}

/** `undefined` in, `undefined` out: there was no file. */
export function parseMemory(text: string | undefined): Result<Memory | undefined> {
  if (text === undefined) return ok(undefined);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('the state file is not JSON');
  }
  return isMemory(value) ? ok(known(value)) : fail('the state file has another format, or values out of range');
}

/** Keys that are not ours are left behind. */
function known({ epoch, leaseMs, slaves }: Memory): Memory {
  return {
    epoch,
    leaseMs,
    slaves: slaves.map(({ id, adopted, maxA, disconnectedLimitA, phases, rotation }) => ({
      id,
      adopted,
      maxA,
      disconnectedLimitA,
      phases,
      rotation,
    })),
  };
}

function isMemory(value: unknown): value is Memory {
  if (!isRecord(value) || value['format'] !== FORMAT) return false;
  const { epoch, leaseMs, slaves } = value;
  return (
    Number.isInteger(epoch) && isWithin(epoch, 0, EPOCH_MAX) && isWithin(leaseMs, 1, LEASE_MAX_MS) && isSlaves(slaves)
  );
}

function isSlaves(value: unknown): value is readonly RememberedSlave[] {
  return Array.isArray(value) && value.every(isSlave);
}

function isSlave(value: unknown): value is RememberedSlave {
  if (!isRecord(value)) return false;
  const { id, adopted, maxA, disconnectedLimitA, phases, rotation } = value;
  const hasId = typeof id === 'string' && isId(id) && typeof adopted === 'boolean';
  const hasAmps = isWithin(maxA, 0, AMPS_MAX) && isWithin(disconnectedLimitA, 0, AMPS_MAX);
  return (
    hasId &&
    hasAmps &&
    Number.isInteger(phases) &&
    isWithin(phases, 1, 3) &&
    ROTATIONS.some((known) => known === rotation)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isWithin(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high;
}
