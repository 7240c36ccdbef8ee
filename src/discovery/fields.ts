/** The fields of the datagrams: their numbers, and their values, each checked. */
import { isId } from '../base/ids.js';
import type { Message, Status } from '../base/messages.js';
import type { SettingsVersion } from '../base/settings.js';
import type { PhaseAmps } from '../base/units.js';
import { asciiAt, u16At, u32At, u64At, u8At } from './bytes.js';
import { KnownHex, KnownTexts } from './known-texts.js';

/** The index + 1 is the code on the wire. */
export const MESSAGE_TYPES = ['beacon', 'status', 'grant', 'ask', 'tell'] as const satisfies readonly Message['type'][];

export const FIELD = {
  padding: 0,
  sender: 1,
  chargePoint: 2,
  rank: 3,
  epoch: 4,
  seq: 5,
  active: 6,
  tau: 7,
  pollBootId: 8,
  limit: 9,
  lease: 10,
  phases: 11,
  accepted: 12,
  enforced: 13,
  leaseLeft: 14,
  disconnectedLimit: 15,
  maximum: 16,
  minimum: 17,
  state: 18,
  currents: 19,
  connectedPhases: 20,
  rotation: 21,
  usedPhases: 22,
  session: 23,
  firmware: 24,
  enforcedPhases: 25,
  wakeUps: 26,
  wakeUp: 27,
  switchable: 28,
  switchedTo: 29,
  switchTo: 30,
  power: 31,
  sessionEnergy: 32,
  chargingTime: 33,
  pluggedInTime: 34,
  errorCode: 35,
  settings: 36,
  settingsAsked: 37,
  part: 38,
  parts: 39,
  target: 40,
  section14a: 41,
  operatorLimits: 42,
  operatorLimit: 43,
  mode: 44,
  paused: 45,
  blocked: 46,
  priority: 47,
  boost: 48,
} as const;

const FIRMWARE_MAX = 32;
/** No circuit has more: 1000 A. */
const LIMITS_MAX = 100_000;
const FIELD_COUNT = Math.max(...Object.values(FIELD)) + 1;
const NOWHERE = -1;

const ids = new KnownTexts(isId);
const firmwares = new KnownTexts((text) => printable(text) === text);
const bootIds = new KnownHex();

/** 8 bytes as 16 hexadecimal digits. */
export function bootIdAt(bytes: Uint8Array, at: number): string {
  return bootIds.read(bytes, at);
}

/** `undefined`: that is no id. */
export function idAt(bytes: Uint8Array, at: number, length: number): string | undefined {
  return ids.read(bytes, at, length);
}

/** A value that is missing or out of range. Caught in `buildMessage`. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** Where the fields of a datagram stand. One table for all datagrams: each is read to its end before the next one. */
export class Fields {
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #startOf = new Int32Array(FIELD_COUNT);
  readonly #lengthOf = new Int32Array(FIELD_COUNT);

  /** The first field of each id counts. False when a length runs over the end. */
  find(bytes: Uint8Array, from: number, end: number): boolean {
    const [startOf, lengthOf] = [this.#startOf, this.#lengthOf];
    this.#bytes = bytes;
    for (let id = 0; id < FIELD_COUNT; id++) startOf[id] = NOWHERE;
    let at = from;
    while (at < end) {
      const start = at + 2;
      if (start > end) return false;
      const id = u8At(bytes, at);
      const length = u8At(bytes, at + 1);
      at = start + length;
      if (at > end) return false;
      if (id >= FIELD_COUNT || startOf[id] !== NOWHERE) continue;
      startOf[id] = start;
      lengthOf[id] = length;
    }
    return true;
  }

  /** Longer values are read from their start. */
  #at(field: number, length: number): number {
    const at = this.#startOf[field] as number;
    if (at === NOWHERE || (this.#lengthOf[field] as number) < length) throw new FieldError();
    return at;
  }

  u8(field: number): number {
    return u8At(this.#bytes, this.#at(field, 1));
  }

  /** `undefined`: the field is not there. */
  optionalU8(field: number): number | undefined {
    return this.#startOf[field] === NOWHERE ? undefined : this.u8(field);
  }

  /** The same with 4 bytes. */
  optionalU32(field: number): number | undefined {
    return this.#startOf[field] === NOWHERE ? undefined : this.u32(field);
  }

  u32(field: number): number {
    return u32At(this.#bytes, this.#at(field, 4));
  }

  time(field: number): number {
    return within(u64At(this.#bytes, this.#at(field, 8)), 0, Number.MAX_SAFE_INTEGER);
  }

  bootId(field: number): string {
    return bootIdAt(this.#bytes, this.#at(field, 8));
  }

  amps(field: number): number {
    return u16At(this.#bytes, this.#at(field, 2)) / 100;
  }

  currents(): PhaseAmps {
    const at = this.#at(FIELD.currents, 6);
    const bytes = this.#bytes;
    return [u16At(bytes, at) / 100, u16At(bytes, at + 2) / 100, u16At(bytes, at + 4) / 100];
  }

  id(field: number): string {
    const text = idAt(this.#bytes, this.#at(field, 1), this.#lengthOf[field] as number);
    if (text === undefined) throw new FieldError();
    return text;
  }

  accepted(): Status['accepted'] {
    const at = this.#at(FIELD.accepted, 8);
    const length = (this.#lengthOf[FIELD.accepted] as number) - 8;
    const masterId = length === 0 ? '' : idAt(this.#bytes, at + 8, length);
    if (masterId === undefined) throw new FieldError();
    return { epoch: u32At(this.#bytes, at), seq: u32At(this.#bytes, at + 4), masterId };
  }

  has(field: number): boolean {
    return this.#startOf[field] !== NOWHERE;
  }

  u16(field: number): number {
    return u16At(this.#bytes, this.#at(field, 2));
  }

  version(field: number): SettingsVersion {
    const at = this.#at(field, 12);
    return { revision: u32At(this.#bytes, at), author: bootIdAt(this.#bytes, at + 4) };
  }

  /** One for each phase, of a circuit: these may be above what 2 bytes hold. */
  limits(field: number): PhaseAmps {
    const at = this.#at(field, 12);
    const amps = (offset: number): number => within(u32At(this.#bytes, at + offset), 0, LIMITS_MAX) / 100;
    return [amps(0), amps(4), amps(8)];
  }

  /** A session, `skipped` bytes after the start of the field. `undefined`: the field ends there. */
  session(field: number, skipped: number): string | undefined {
    const at = this.#at(field, skipped) + skipped;
    if ((this.#lengthOf[field] as number) === skipped) return undefined;
    this.#at(field, skipped + 12);
    return `${bootIdAt(this.#bytes, at)}/${u32At(this.#bytes, at + 8)}`;
  }

  firmware(): string {
    const at = this.#startOf[FIELD.firmware] as number;
    if (at === NOWHERE) return '';
    const length = this.#lengthOf[FIELD.firmware] as number;
    return firmwares.read(this.#bytes, at, length) ?? printable(asciiAt(this.#bytes, at, length));
  }
}

/** The firmware is shown to people only, so what cannot be shown is replaced instead of refused. */
export function printable(text: string): string {
  return isPrintable(text) ? text : text.slice(0, FIRMWARE_MAX).replace(/[^\x20-\x7e]/g, '?');
}

function isPrintable(text: string): boolean {
  if (text.length > FIRMWARE_MAX) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

export function within(value: number, low: number, high: number): number {
  if (value < low || value > high) throw new FieldError();
  return value;
}

export function entry<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new FieldError();
  return value;
}
