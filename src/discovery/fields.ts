/** The fields of the datagrams: their numbers, and how a message is built from them, each value checked. */
import { ERROR_CODES } from '../base/error-codes.js';
import { isId } from '../base/ids.js';
import {
  type Beacon,
  CHARGE_POINT_STATES,
  type Grant,
  type Message,
  type Metered,
  type Status,
} from '../base/messages.js';
import { type PhaseCount, ROTATIONS } from '../base/rotation.js';
import type { PhaseAmps } from '../base/units.js';
import { asciiAt, u16At, u32At, u64At, u8At } from './bytes.js';
import { KnownHex, KnownTexts } from './known-texts.js';

/** The index + 1 is the code on the wire. */
export const MESSAGE_TYPES = ['beacon', 'status', 'grant'] as const satisfies readonly Message['type'][];

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
} as const;

interface Envelope {
  readonly networkId: number;
  readonly senderBootId: string;
}

/** Longest lease that is believed; longer ones are refused as garbage. */
const LEASE_BELIEVED_MAX_MS = 60_000;
const FIRMWARE_MAX = 32;
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

/** A value that is missing or out of range. Caught in `buildMessage`; never leaves this file. */
class FieldError extends Error {
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

  firmware(): string {
    const at = this.#startOf[FIELD.firmware] as number;
    if (at === NOWHERE) return '';
    const length = this.#lengthOf[FIELD.firmware] as number;
    return firmwares.read(this.#bytes, at, length) ?? printable(asciiAt(this.#bytes, at, length));
  }
}

/** `undefined` when a field is missing, too short or out of range. */
export function buildMessage(type: Message['type'], envelope: Envelope, fields: Fields): Message | undefined {
  try {
    if (type === 'beacon') return beacon(envelope, fields);
    return type === 'status' ? status(envelope, fields) : grant(envelope, fields);
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

function beacon({ networkId, senderBootId }: Envelope, fields: Fields): Beacon {
  return {
    type: 'beacon',
    networkId,
    masterId: fields.id(FIELD.sender),
    bootId: senderBootId,
    rank: fields.u8(FIELD.rank),
    epoch: within(fields.u32(FIELD.epoch), 1, 0xffffffff),
    active: fields.u8(FIELD.active) !== 0,
  };
}

function grant({ networkId, senderBootId }: Envelope, fields: Fields): Grant {
  const wakeUp = fields.optionalU8(FIELD.wakeUp);
  const switchTo = fields.optionalU8(FIELD.switchTo);
  return {
    type: 'grant',
    networkId,
    masterId: fields.id(FIELD.sender),
    masterBootId: senderBootId,
    chargePointId: fields.id(FIELD.chargePoint),
    bootId: fields.bootId(FIELD.pollBootId),
    tauMs: fields.time(FIELD.tau),
    epoch: within(fields.u32(FIELD.epoch), 1, 0xffffffff),
    seq: within(fields.u32(FIELD.seq), 1, 0xffffffff),
    limitA: fields.amps(FIELD.limit),
    leaseMs: within(fields.u32(FIELD.lease), 1, LEASE_BELIEVED_MAX_MS),
    phases: within(fields.u8(FIELD.phases), 0, 7),
    ...(wakeUp !== undefined && { wakeUp: within(wakeUp, 1, 255) }),
    ...(switchTo !== undefined && { switchTo: within(switchTo, 1, 7) }),
  };
}

function status({ networkId, senderBootId }: Envelope, fields: Fields): Status {
  const wakeUps = fields.optionalU8(FIELD.wakeUps);
  const switchable = fields.optionalU8(FIELD.switchable);
  const switchedTo = fields.optionalU8(FIELD.switchedTo);
  const errorCode = fields.optionalU8(FIELD.errorCode);
  return {
    type: 'status',
    networkId,
    chargePointId: fields.id(FIELD.sender),
    bootId: senderBootId,
    tauMs: fields.time(FIELD.tau),
    accepted: fields.accepted(),
    enforcedA: fields.amps(FIELD.enforced),
    enforcedPhases: within(fields.u8(FIELD.enforcedPhases), 0, 7),
    leaseLeftMs: fields.u32(FIELD.leaseLeft),
    disconnectedLimitA: fields.amps(FIELD.disconnectedLimit),
    maxA: fields.amps(FIELD.maximum),
    minA: fields.amps(FIELD.minimum),
    state: entry(CHARGE_POINT_STATES, fields.u8(FIELD.state)),
    currentA: fields.currents(),
    phases: within(fields.u8(FIELD.connectedPhases), 1, 3) as PhaseCount,
    rotation: entry(ROTATIONS, fields.u8(FIELD.rotation)),
    usedPhases: within(fields.u8(FIELD.usedPhases), 0, 7),
    sessionId: fields.u32(FIELD.session),
    firmware: fields.firmware(),
    ...(wakeUps !== undefined && { wakeUps }),
    ...(switchable !== undefined && { switchable: within(switchable, 1, 15) }),
    ...(switchedTo !== undefined && { switchedTo: within(switchedTo, 1, 7) }),
    ...(errorCode !== undefined && { errorCode: entry(ERROR_CODES, errorCode) }),
    ...metered(fields),
  };
}

function metered(fields: Fields): Metered {
  const powerW = fields.optionalU32(FIELD.power);
  const sessionWh = fields.optionalU32(FIELD.sessionEnergy);
  const chargingS = fields.optionalU32(FIELD.chargingTime);
  const pluggedInS = fields.optionalU32(FIELD.pluggedInTime);
  return {
    ...(powerW !== undefined && { powerW }),
    ...(sessionWh !== undefined && { sessionWh }),
    ...(chargingS !== undefined && { chargingS }),
    ...(pluggedInS !== undefined && { pluggedInS }),
  };
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

function within(value: number, low: number, high: number): number {
  if (value < low || value > high) throw new FieldError();
  return value;
}

function entry<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new FieldError();
  return value;
}
