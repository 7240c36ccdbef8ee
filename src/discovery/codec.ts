/**
 * The datagrams of the DLM protocol: one datagram, one message. A fixed header, then fields as (id, length, value),
 * then 16 bytes for the authentication tag (auth.ts). Unknown fields are skipped, so newer peers may add some. Described for
 * firmware engineers in docs/protocol.md; a test holds that page to this file.
 */
import { assert } from '../base/assert.js';
import { ERROR_CODES } from '../base/error-codes.js';
import { type BootId, CHARGE_POINT_STATES, type Message } from '../base/messages.js';
import { fail, ok, type Result } from '../base/result.js';
import { ROTATIONS } from '../base/rotation.js';
import { PHASES } from '../base/units.js';
import { ByteWriter, u16At, u32At, u64At, u8At } from './bytes.js';
import { buildMessage } from './build.js';
import { bootIdAt, FIELD, Fields, idAt, MESSAGE_TYPES, printable } from './fields.js';
import { writeTell, writeVersion } from './write-tell.js';

export const PROTOCOL_VERSION = 1;
/** "EK". */
export const MAGIC = 0x454b;
export const HEADER_BYTES = 28;
export const TAG_BYTES = 16;
/** No datagram is longer. */
export const DATAGRAM_BYTES_MAX = 1200;
/** BEACON, STATUS and ASK have at least this, GRANT and TELL never more: whoever forges a sender gets no longer answer than he sent. */
export const PADDED_BYTES = 256;

/** Algorithms of the tag. */
const UNSIGNED = 0;
const HMAC_SHA256_128 = 1;

/**
 * `foreign`: another network id. `version`: another protocol version. `garbage`: not ours, or broken. `unsigned`,
 * `signed`: here the others are wanted. `unknown key`: no such key here. `bad tag`: signed with another key, or forged.
 * `replay`: sent before. `repeat`: a BEACON that comes twice. `ignored`: our own, or not for us. `flood`: not looked at,
 * because too many bad ones came.
 */
export type DropReason =
  | 'garbage'
  | 'foreign'
  | 'version'
  | 'unsigned'
  | 'signed'
  | 'unknown key'
  | 'bad tag'
  | 'replay'
  | 'repeat'
  | 'ignored'
  | 'flood';

export interface Received {
  readonly message: Message;
  /** Counts the sender's datagrams since its start; for protection against replay. */
  readonly counter: number;
}

/** How a datagram is signed: its key id, 1 to 255, and the tag of the bytes before it. */
export interface Seal {
  readonly keyId: number;
  tag(bytes: Uint8Array): Uint8Array;
}

/** A datagram whose header is good; its fields were not read yet. */
export interface Envelope {
  readonly bytes: Uint8Array;
  readonly type: Message['type'];
  readonly networkId: number;
  /** 0: not signed. */
  readonly keyId: number;
  readonly isSigned: boolean;
  readonly bootId: BootId;
  readonly counter: number;
}

const TYPE_CODES = codesOf(MESSAGE_TYPES, 1);
const STATE_CODES = codesOf(CHARGE_POINT_STATES, 0);
const ROTATION_CODES = codesOf(ROTATIONS, 0);
const ERROR_CODES_OF = codesOf(ERROR_CODES, 0);

/** The place of each word in its list, from `first` on. */
function codesOf<T extends string>(words: readonly T[], first: number): Readonly<Record<T, number>> {
  return Object.fromEntries(words.map((word, index) => [word, first + index])) as Record<T, number>;
}

/** Sums of decimal fractions are not exact: this share of a hundredth is nothing. */
const ROUNDING = 1e-6;

/** Amperes travel in hundredths. A limit is rounded down: no slave may take more than the ledger counts. */
const limitOf = (amps: number): number => within16Bits(Math.floor(amps * 100 + ROUNDING));
/** What a slave tells of itself is rounded up, so that no less is counted than it may take. */
const loadOf = (amps: number): number => within16Bits(Math.ceil(amps * 100 - ROUNDING));
const within16Bits = (value: number): number => Math.min(0xffff, Math.max(0, value));
const byte = (value: number): number => Math.min(0xff, Math.max(0, value));

/** Where the fields of the datagram stand that is read now. */
const FIELDS = new Fields();

/** All datagrams are written one after the other into the same blocks of memory. */
const WRITER = new ByteWriter();

/** Without a seal the tag is zeros. */
export function encode(message: Message, counter: number, seal?: Seal): Uint8Array {
  const writer = WRITER.begin(DATAGRAM_BYTES_MAX);
  const senderBootId = 'masterBootId' in message ? message.masterBootId : message.bootId;
  writer.u16(MAGIC).u8(PROTOCOL_VERSION).u8(TYPE_CODES[message.type]);
  writer
    .u8(seal ? HMAC_SHA256_128 : UNSIGNED)
    .u8(seal?.keyId ?? 0)
    .u16(0);
  writer.u32(message.networkId).hex(senderBootId).u64(counter);
  writeFields(writer, message);
  if (!isAnswer(message.type)) pad(writer);
  const bytes = writer.zeros(TAG_BYTES).done();
  if (seal) bytes.set(seal.tag(signedPart(bytes)), bytes.length - TAG_BYTES);
  return bytes;
}

/** Not padded: it is never longer than what it answers. */
export function isAnswer(type: Message['type']): boolean {
  return type === 'grant' || type === 'tell';
}

function pad(writer: ByteWriter): void {
  const missing = PADDED_BYTES - TAG_BYTES - writer.length;
  assert(missing >= 2, 'ids and firmware are bounded, so there is room for the padding');
  writer
    .u8(FIELD.padding)
    .u8(missing - 2)
    .zeros(missing - 2);
}

function writeFields(writer: ByteWriter, message: Message): void {
  switch (message.type) {
    case 'beacon':
      writer.fieldText(FIELD.sender, message.masterId);
      writer.field8(FIELD.rank, byte(message.rank));
      writer.field32(FIELD.epoch, message.epoch);
      writer.field8(FIELD.active, message.active ? 1 : 0);
      if (message.settings) writeVersion(writer, FIELD.settings, message.settings);
      return;
    case 'grant':
      writer.fieldText(FIELD.sender, message.masterId);
      writer.fieldText(FIELD.chargePoint, message.chargePointId);
      writer.u8(FIELD.pollBootId).u8(8).hex(message.bootId);
      writer.field64(FIELD.tau, message.tauMs);
      writer.field32(FIELD.epoch, message.epoch);
      writer.field32(FIELD.seq, message.seq);
      writer.field16(FIELD.limit, limitOf(message.limitA));
      writer.field32(FIELD.lease, message.leaseMs);
      if (message.wakeUp !== undefined) writer.field8(FIELD.wakeUp, byte(message.wakeUp));
      if (message.switchTo !== undefined) writer.field8(FIELD.switchTo, message.switchTo);
      writer.field8(FIELD.phases, message.phases);
      return;
    case 'status':
      writeStatus(writer, message);
      return;
    case 'ask':
      writer.fieldText(FIELD.sender, message.masterId);
      writeVersion(writer, FIELD.settingsAsked, message.version);
      writer.field16(FIELD.part, message.part);
      return;
    case 'tell':
      writeTell(writer, message);
  }
}

function writeStatus(writer: ByteWriter, status: Message & { type: 'status' }): void {
  const { accepted } = status;
  writer.fieldText(FIELD.sender, status.chargePointId);
  writer.field64(FIELD.tau, status.tauMs);
  writer.u8(FIELD.accepted).u8(8 + accepted.masterId.length);
  writer.u32(accepted.epoch).u32(accepted.seq).ascii(accepted.masterId);
  writer.field16(FIELD.enforced, loadOf(status.enforcedA));
  writer.field8(FIELD.enforcedPhases, status.enforcedPhases);
  writer.field32(FIELD.leaseLeft, status.leaseLeftMs);
  writer.field16(FIELD.disconnectedLimit, loadOf(status.disconnectedLimitA));
  writer.field16(FIELD.maximum, loadOf(status.maxA));
  writer.field16(FIELD.minimum, loadOf(status.minA));
  writer.field8(FIELD.state, STATE_CODES[status.state]);
  writer.u8(FIELD.currents).u8(6);
  for (const p of PHASES) writer.u16(loadOf(status.currentA[p]));
  writer.field8(FIELD.connectedPhases, status.phases);
  writer.field8(FIELD.rotation, ROTATION_CODES[status.rotation]);
  writer.field8(FIELD.usedPhases, status.usedPhases);
  writer.field32(FIELD.session, status.sessionId);
  writer.fieldText(FIELD.firmware, printable(status.firmware));
  if (status.wakeUps !== undefined) writer.field8(FIELD.wakeUps, byte(status.wakeUps));
  if (status.switchable !== undefined) writer.field8(FIELD.switchable, status.switchable);
  if (status.switchedTo !== undefined) writer.field8(FIELD.switchedTo, status.switchedTo);
  if (status.errorCode !== undefined) writer.field8(FIELD.errorCode, ERROR_CODES_OF[status.errorCode]);
  whole(writer, FIELD.power, status.powerW);
  whole(writer, FIELD.sessionEnergy, status.sessionWh);
  whole(writer, FIELD.chargingTime, status.chargingS);
  whole(writer, FIELD.pluggedInTime, status.pluggedInS);
}

/** For people: rounded, and at most what fits. */
function whole(writer: ByteWriter, field: number, value: number | undefined): void {
  if (value !== undefined) writer.field32(field, Math.min(0xffffffff, Math.max(0, Math.round(value))));
}

/** Where signatures are not used. Never throws. */
export function decode(bytes: Uint8Array, networkId: number): Result<Received, DropReason> {
  const envelope = openEnvelope(bytes, networkId);
  if (typeof envelope === 'string') return fail(envelope);
  if (envelope.isSigned) return fail('signed');
  const message = readMessage(envelope);
  return message ? ok({ message, counter: envelope.counter }) : fail('garbage');
}

/** The cheap checks: garbage and foreign datagrams cost a few comparisons. Never throws. */
export function openEnvelope(bytes: Uint8Array, networkId: number): Envelope | DropReason {
  if (bytes.length < HEADER_BYTES + TAG_BYTES || bytes.length > DATAGRAM_BYTES_MAX) return 'garbage';
  if (u16At(bytes, 0) !== MAGIC) return 'garbage';
  if (u8At(bytes, 2) !== PROTOCOL_VERSION) return 'version';
  const type = MESSAGE_TYPES[u8At(bytes, 3) - 1];
  const algorithm = u8At(bytes, 4);
  if (u32At(bytes, 8) !== networkId) return 'foreign';
  if (type === undefined || algorithm > HMAC_SHA256_128) return 'garbage';
  if (!isAnswer(type) && bytes.length < PADDED_BYTES) return 'garbage';
  const isSigned = algorithm === HMAC_SHA256_128;
  const [keyId, bootId, counter] = [u8At(bytes, 5), bootIdAt(bytes, 12), u64At(bytes, 20)];
  return { bytes, type, networkId, keyId, isSigned, bootId, counter };
}

/** `undefined`: garbage. */
export function readMessage({ bytes, type, networkId, bootId }: Envelope): Message | undefined {
  if (!FIELDS.find(bytes, HEADER_BYTES, bytes.length - TAG_BYTES)) return undefined;
  return buildMessage(type, { networkId, senderBootId: bootId }, FIELDS);
}

/** What the tag is made of: all before it. */
export function signedPart(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length - TAG_BYTES);
}

export function tagOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.length - TAG_BYTES);
}

/**
 * The ids that the key is chosen by: of a signed datagram `sender` is the first field, and of a GRANT `chargePoint` the
 * second, so that nothing else has to be read before the tag is known to be good. `undefined`: they are not there.
 */
export function leadingIds({ bytes, type }: Pick<Envelope, 'bytes' | 'type'>): readonly string[] | undefined {
  const wanted = type === 'grant' ? [FIELD.sender, FIELD.chargePoint] : [FIELD.sender];
  const ids: string[] = [];
  let at = HEADER_BYTES;
  for (const field of wanted) {
    const [id, length = 0] = bytes.subarray(at, at + 2);
    const end = at + 2 + length;
    if (id !== field || end > bytes.length - TAG_BYTES) return undefined;
    const text = idAt(bytes, at + 2, length);
    if (text === undefined) return undefined;
    ids.push(text);
    at = end;
  }
  return ids;
}
