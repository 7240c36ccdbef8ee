/** The fields of the datagrams: their numbers, and how a message is built from them, each value checked. */
import { isId } from '../base/ids.js';
import { type Beacon, CHARGE_POINT_STATES, type Grant, type Message, type Status } from '../base/messages.js';
import { type PhaseCount, ROTATIONS } from '../base/rotation.js';
import type { PhaseAmps } from '../base/units.js';
import { ByteReader } from './bytes.js';

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
} as const;

export type Fields = ReadonlyMap<number, Uint8Array>;

interface Envelope {
  readonly networkId: number;
  readonly senderBootId: string;
}

/** Longest lease that is believed; longer ones are refused as garbage. */
const LEASE_BELIEVED_MAX_MS = 60_000;
const FIRMWARE_MAX = 32;

/** A value that is missing or out of range. Caught in `buildMessage`; never leaves this file. */
class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** `undefined` when a field is missing, too short or out of range. Longer values are read from their start. */
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
    masterId: id(fields, FIELD.sender),
    bootId: senderBootId,
    rank: reader(fields, FIELD.rank, 1).u8(),
    epoch: within(reader(fields, FIELD.epoch, 4).u32(), 1, 0xffffffff),
    active: reader(fields, FIELD.active, 1).u8() !== 0,
  };
}

function grant({ networkId, senderBootId }: Envelope, fields: Fields): Grant {
  return {
    type: 'grant',
    networkId,
    masterId: id(fields, FIELD.sender),
    masterBootId: senderBootId,
    chargePointId: id(fields, FIELD.chargePoint),
    bootId: reader(fields, FIELD.pollBootId, 8).hex(8),
    tauMs: time(fields, FIELD.tau),
    epoch: within(reader(fields, FIELD.epoch, 4).u32(), 1, 0xffffffff),
    seq: within(reader(fields, FIELD.seq, 4).u32(), 1, 0xffffffff),
    limitA: amps(fields, FIELD.limit),
    leaseMs: within(reader(fields, FIELD.lease, 4).u32(), 1, LEASE_BELIEVED_MAX_MS),
    phases: within(reader(fields, FIELD.phases, 1).u8(), 0, 7),
  };
}

function status({ networkId, senderBootId }: Envelope, fields: Fields): Status {
  const accepted = reader(fields, FIELD.accepted, 8);
  return {
    type: 'status',
    networkId,
    chargePointId: id(fields, FIELD.sender),
    bootId: senderBootId,
    tauMs: time(fields, FIELD.tau),
    accepted: { epoch: accepted.u32(), seq: accepted.u32(), masterId: optionalId(accepted.ascii(accepted.left)) },
    enforcedA: amps(fields, FIELD.enforced),
    enforcedPhases: within(reader(fields, FIELD.enforcedPhases, 1).u8(), 0, 7),
    leaseLeftMs: reader(fields, FIELD.leaseLeft, 4).u32(),
    disconnectedLimitA: amps(fields, FIELD.disconnectedLimit),
    maxA: amps(fields, FIELD.maximum),
    minA: amps(fields, FIELD.minimum),
    state: entry(CHARGE_POINT_STATES, reader(fields, FIELD.state, 1).u8()),
    currentA: currents(fields),
    phases: within(reader(fields, FIELD.connectedPhases, 1).u8(), 1, 3) as PhaseCount,
    rotation: entry(ROTATIONS, reader(fields, FIELD.rotation, 1).u8()),
    usedPhases: within(reader(fields, FIELD.usedPhases, 1).u8(), 0, 7),
    sessionId: reader(fields, FIELD.session, 4).u32(),
    firmware: firmware(fields),
  };
}

function reader(fields: Fields, field: number, bytes: number): ByteReader {
  const value = fields.get(field);
  if (!value || value.length < bytes) throw new FieldError();
  return new ByteReader(value);
}

function amps(fields: Fields, field: number): number {
  return reader(fields, field, 2).u16() / 100;
}

function currents(fields: Fields): PhaseAmps {
  const values = reader(fields, FIELD.currents, 6);
  return [values.u16() / 100, values.u16() / 100, values.u16() / 100];
}

function time(fields: Fields, field: number): number {
  return within(reader(fields, field, 8).u64(), 0, Number.MAX_SAFE_INTEGER);
}

function id(fields: Fields, field: number): string {
  const value = reader(fields, field, 1);
  const text = value.ascii(value.left);
  if (!isId(text)) throw new FieldError();
  return text;
}

function optionalId(text: string): string {
  if (text !== '' && !isId(text)) throw new FieldError();
  return text;
}

function firmware(fields: Fields): string {
  const value = fields.get(FIELD.firmware) ?? new Uint8Array();
  return printable(new ByteReader(value).ascii(value.length));
}

/** The firmware is shown to people only, so what cannot be shown is replaced instead of refused. */
export function printable(text: string): string {
  return text.slice(0, FIRMWARE_MAX).replace(/[^\x20-\x7e]/g, '?');
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
