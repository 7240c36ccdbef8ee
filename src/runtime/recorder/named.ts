/**
 * Inputs and outputs of the master as names with fields, which is how a recording says them. One table knows each kind of input both
 * ways: what the recorder takes apart, the replay puts together.
 */
import type { Ask, Beacon, Status, Tell } from '../../base/messages.js';
import { highestV } from '../meter-events.js';
import type { HeardMessage, MasterInput, MasterOutput } from './types.js';

/** A line says `null` of a field that is gone, so no field may be `null`; within a list or an object it may stand. */
type FieldValue = boolean | number | string | object | undefined;

export type Fields = Readonly<Record<string, FieldValue>>;

/** Something that came in or went out: "status cp1", "grant cp1", "tick". */
export interface Named {
  readonly name: string;
  readonly fields: Fields;
}

type Kind = MasterInput['kind'];
type InputOf<K extends Kind> = Extract<MasterInput, { readonly kind: K }>;

/** How one kind of input is recorded. */
interface Form<I extends MasterInput> {
  /** The names that it has, and no other kind. */
  readonly names: RegExp;
  name(input: I): string;
  fields(input: I): Fields;
  input(fields: Fields): I;
}

function form<I extends MasterInput, F extends Fields>(
  names: RegExp,
  name: (input: I) => string,
  fields: (input: I) => F,
  input: (fields: F) => I,
): Form<I> {
  // Under the checksum of its block since then: the fields are those that `fields` gave.
  return { names, name, fields, input: (recorded) => input(recorded as F) };
}

/** Of a kind that has one name, its own, and whose fields are plain. */
function plain<I extends MasterInput, F extends Fields>(
  kind: I['kind'],
  fields: (input: I) => F,
  input: (fields: F) => I,
): Form<I> {
  return form(new RegExp(`^${kind}$`), () => kind, fields, input);
}

const FORMS: { readonly [K in Kind]: Form<InputOf<K>> } = {
  load: plain(
    'load',
    ({ kind, ...fields }) => fields,
    ({ memory, isMemoryLost, wasActive }) => ({ kind: 'load', memory, isMemoryLost, wasActive }),
  ),
  start: plain(
    'start',
    () => ({}),
    () => ({ kind: 'start' }),
  ),
  message: form(/^(beacon|status|ask|tell) ./, messageName, messageFields, messageOf),
  meter: form(/^meter /, ({ event }) => `meter ${event.meterId} ${event.kind}`, meterFields, meterOf),
  input: form(
    /^input /,
    ({ id }) => `input ${id}`,
    ({ kind, ...fields }) => fields,
    (fields) => ({ kind: 'input', ...fields }),
  ),
  tick: plain(
    'tick',
    ({ kind, ...fields }) => fields,
    // Recordings of 0.1.0 do not say the time; nothing there went by it.
    ({ mayWait, wallMs = 0 }) => ({ kind: 'tick', mayWait, wallMs }),
  ),
  beacon: plain(
    'beacon',
    () => ({}),
    () => ({ kind: 'beacon' }),
  ),
  saved: plain(
    'saved',
    ({ kind, ...fields }) => fields,
    ({ error }) => ({ kind: 'saved', error }),
  ),
  command: plain(
    'command',
    ({ kind, ...fields }) => fields,
    (fields) => ({ kind: 'command', ...fields }),
  ),
};

function namedOf<K extends Kind>(kind: K, input: InputOf<K>): Named {
  const { name, fields } = FORMS[kind];
  return { name: name(input), fields: fields(input) };
}

export function namedInput(input: MasterInput): Named {
  return namedOf(input.kind, input);
}

/** `undefined`: no kind of input has this name. */
export function inputOf({ name, fields }: Named): MasterInput | undefined {
  return Object.values(FORMS)
    .find(({ names }) => names.test(name))
    ?.input(fields);
}

function messageName({ message }: HeardMessage): string {
  return `${message.type} ${message.type === 'status' ? message.chargePointId : message.masterId}`;
}

function messageFields({ message, keyId, from }: HeardMessage) {
  return { ...flat(message), keyId, from: `${from.host} ${from.port} ${from.via}` };
}

function messageOf({ keyId, from, ...message }: ReturnType<typeof messageFields>): HeardMessage {
  const [host = '', port, via = ''] = from.split(' ');
  return { kind: 'message', message: whole(message), keyId, from: { host, port: Number(port), via } };
}

type OfMaster = Ask | Beacon | Tell;
type FlatStatus = ReturnType<typeof flatStatus>;

/** The numbers of the grant by themselves: a line says what has changed, field by field. */
function flatStatus({ accepted, ...status }: Status) {
  const { epoch: acceptedEpoch, seq: acceptedSeq, masterId: acceptedOf } = accepted;
  return { ...status, acceptedEpoch, acceptedSeq, acceptedOf };
}

function flat(message: OfMaster | Status) {
  return message.type === 'status' ? flatStatus(message) : { ...message };
}

function whole(message: OfMaster | FlatStatus): OfMaster | Status {
  if (message.type !== 'status') return message;
  const { acceptedEpoch: epoch, acceptedSeq: seq, acceptedOf: masterId, ...status } = message;
  return { ...status, accepted: { epoch, seq, masterId } };
}

/** Only the currents of a sample decide anything, and its highest voltage, in whole volts. */
function meterFields({ event }: InputOf<'meter'>) {
  if (event.kind !== 'sample') return { ...event };
  const { reading, ...rest } = event;
  return { ...rest, currentA: reading.currentA, voltageV: highestV(reading.voltageV) };
}

const NOTHING_MEASURED = { powerW: [null, null, null], totalPowerW: null } as const;

function meterOf(fields: ReturnType<typeof meterFields>): InputOf<'meter'> {
  if (fields.kind !== 'sample') return { kind: 'meter', event: fields };
  const { currentA, voltageV: shownV = null, ...rest } = fields;
  const reading = { ...NOTHING_MEASURED, currentA, voltageV: [shownV, null, null] as const };
  return { kind: 'meter', event: { ...rest, reading } };
}

export function namedOutput(output: MasterOutput): Named {
  switch (output.kind) {
    case 'grant':
      return { name: `grant ${output.grant.chargePointId}`, fields: { ...output.grant } };
    case 'exchange':
      return { name: `${output.message.type} of this one`, fields: { ...output.message } };
    case 'cycle': {
      const { role, epoch, chargePoints } = output.status;
      const points = chargePoints.map(({ id, limitA, reason }) => [`= ${id}`, { limitA, reason }] as const);
      return { name: 'cycle', fields: { role, epoch, ...Object.fromEntries(points) } };
    }
    default: {
      const { kind, ...fields } = output;
      return { name: kind, fields };
    }
  }
}
