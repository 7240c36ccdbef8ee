/** What can go wrong on a bus, in words. */
import { type Result, fail } from '../base/result.js';
import type { BusError } from '../ports/register-bus.js';

export type ReadResult = Result<Uint16Array, BusError>;

export const CLOSED: BusError = { kind: 'unreachable', text: 'the bus is closed' };

/** Modbus application protocol V1.1b3, section 7. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};

export function exceptionError(code: number): BusError {
  return { kind: 'exception', text: `exception ${code}: ${EXCEPTIONS[code] ?? 'unknown code'}`, exceptionCode: code };
}

export function garbled(what: string): { readonly ok: false; readonly error: BusError } {
  return fail({ kind: 'garbled', text: `garbled answer: ${what}` });
}

export function unreachable(error: unknown): BusError {
  return { kind: 'unreachable', text: errorText(error) };
}

export function errorText(error: unknown): string {
  // A name with several addresses: each failed, the first failure says enough.
  if (error instanceof AggregateError) return errorText(error.errors[0]);
  // modbus-serial throws objects that are not Errors but carry a message.
  return String((error as { readonly message?: unknown }).message);
}
