/** How a message is built from the fields of a datagram. */
import { ERROR_CODES } from '../base/error-codes.js';
import {
  type Ask,
  type Beacon,
  CHARGE_POINT_STATES,
  type Grant,
  type Message,
  type Metered,
  type Status,
  type Tell,
} from '../base/messages.js';
import { BLOCK_FROM, BOOST_MAX_MS, CHARGE_MODES, PRIORITY_MAX } from '../base/operator-action.js';
import { type PhaseCount, ROTATIONS } from '../base/rotation.js';
import { entry, FIELD, FieldError, type Fields, within } from './fields.js';

interface Envelope {
  readonly networkId: number;
  readonly senderBootId: string;
}

/** Longest lease that is believed; longer ones are refused as garbage. */
const LEASE_BELIEVED_MAX_MS = 60_000;

/** `undefined` when a field is missing, too short or out of range. */
export function buildMessage(type: Message['type'], envelope: Envelope, fields: Fields): Message | undefined {
  try {
    return BUILDERS[type](envelope, fields);
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

const BUILDERS: Readonly<Record<Message['type'], (envelope: Envelope, fields: Fields) => Message>> = {
  beacon,
  status,
  grant,
  ask,
  tell,
};

function beacon({ networkId, senderBootId }: Envelope, fields: Fields): Beacon {
  return {
    type: 'beacon',
    networkId,
    masterId: fields.id(FIELD.sender),
    bootId: senderBootId,
    rank: fields.u8(FIELD.rank),
    epoch: within(fields.u32(FIELD.epoch), 1, 0xffffffff),
    active: fields.u8(FIELD.active) !== 0,
    ...(fields.has(FIELD.settings) && { settings: fields.version(FIELD.settings) }),
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

function ask({ networkId, senderBootId }: Envelope, fields: Fields): Ask {
  return {
    type: 'ask',
    networkId,
    masterId: fields.id(FIELD.sender),
    bootId: senderBootId,
    version: fields.version(FIELD.settingsAsked),
    part: fields.u16(FIELD.part),
  };
}

function tell({ networkId, senderBootId }: Envelope, fields: Fields): Tell {
  return {
    type: 'tell',
    networkId,
    masterId: fields.id(FIELD.sender),
    masterBootId: senderBootId,
    bootId: fields.bootId(FIELD.pollBootId),
    version: fields.version(FIELD.settingsAsked),
    part: fields.u16(FIELD.part),
    parts: within(fields.u16(FIELD.parts), 1, 0xffff),
    ...(fields.has(FIELD.target) && { target: fields.id(FIELD.target) }),
    ...(fields.has(FIELD.section14a) && { section14a: fields.u8(FIELD.section14a) !== 0 }),
    ...(fields.has(FIELD.operatorLimits) && { operatorLimitA: fields.limits(FIELD.operatorLimits) }),
    ...(fields.has(FIELD.operatorLimit) && { operatorA: fields.amps(FIELD.operatorLimit) }),
    ...(fields.has(FIELD.mode) && { mode: entry(CHARGE_MODES, fields.u8(FIELD.mode)) }),
    ...(fields.has(FIELD.paused) && { isPaused: fields.u8(FIELD.paused) !== 0 }),
    ...(fields.has(FIELD.blocked) && { block: block(fields) }),
    ...(fields.has(FIELD.priority) && { priority: priority(fields) }),
    ...(fields.has(FIELD.boost) && { boost: boost(fields) }),
  };
}

function block(fields: Fields): NonNullable<Tell['block']> {
  const goesOn = fields.session(FIELD.blocked, 1);
  return { from: entry(BLOCK_FROM, fields.u8(FIELD.blocked)), ...(goesOn !== undefined && { goesOn }) };
}

function priority(fields: Fields): NonNullable<Tell['priority']> {
  const value = within(fields.u8(FIELD.priority), 1, PRIORITY_MAX);
  return { value, session: ofSession(fields.session(FIELD.priority, 1)) };
}

function boost(fields: Fields): NonNullable<Tell['boost']> {
  const leftMs = within(fields.u32(FIELD.boost), 0, BOOST_MAX_MS);
  return { leftMs, session: ofSession(fields.session(FIELD.boost, 4)) };
}

function ofSession(session: string | undefined): string {
  if (session === undefined) throw new FieldError();
  return session;
}
