/** The examples and the field table of docs/protocol.md must be what the codec reads and writes, to the last byte. */
import t from 'tap';
import { ERROR_CODES } from '../../src/base/error-codes.js';
import { CHARGE_POINT_STATES, type Message } from '../../src/base/messages.js';
import { gridPhases, ROTATIONS } from '../../src/base/rotation.js';
import { PHASE_NAMES } from '../../src/base/units.js';
import { decode, encode, HEADER_BYTES, MAGIC, PROTOCOL_VERSION, TAG_BYTES } from '../../src/discovery/codec.js';
import { FIELD, MESSAGE_TYPES } from '../../src/discovery/fields.js';
import { CHARGE_MODES } from '../../src/base/operator-action.js';
import { code, EXAMPLES, type Example, exampleOf, FIELD_ROWS, type FieldRow, table, unquoted } from './page.js';
import { ascii, bigEndian, split, withField } from './wire.js';

const GARBAGE = { ok: false, error: 'garbage' };

t.test('the examples', async (t) => {
  t.strictSame(
    EXAMPLES.map((example) => example.type),
    [...MESSAGE_TYPES],
    'one for each message',
  );
  for (const { type, bytes, length, counter, message } of EXAMPLES) {
    t.equal(bytes.length, length, `${type}: the length in the title`);
    t.strictSame(decode(bytes, message.networkId), { ok: true, value: { message, counter } }, `${type} is read so`);
    t.strictSame([...encode(message, counter)], [...bytes], `${type} is written so`);
  }
  t.equal(JSON.parse(code('8 ', 'json')).length, EXAMPLES.length, 'no content without bytes');
});

t.test('the GRANT answers the STATUS, of the master that sent the BEACON', async (t) => {
  const [beacon, status, grant] = EXAMPLES.map((example) => example.message);
  if (beacon?.type !== 'beacon' || status?.type !== 'status' || grant?.type !== 'grant') throw new Error('three types');
  t.strictSame([grant.bootId, grant.tauMs, grant.chargePointId], [status.bootId, status.tauMs, status.chargePointId]);
  t.strictSame([grant.masterBootId, grant.masterId, grant.epoch], [beacon.bootId, beacon.masterId, beacon.epoch]);
});

t.test('every line of the examples says what its bytes are', async (t) => {
  for (const { type, lines } of EXAMPLES) {
    let at = 0;
    let fieldEnd = HEADER_BYTES;
    for (const line of lines) {
      t.equal(line.at, at, `${type}: offset of "${line.text}"`);
      if (at === fieldEnd && line.text !== 'tag') {
        const [id, length = 0] = line.bytes;
        const name = Object.entries(FIELD).find(([, number]) => number === id)?.[0];
        t.equal(/^\w+/.exec(line.text)?.[0], name, `${type}: name of the field at ${at}`);
        fieldEnd = at + 2 + length;
      }
      at += line.bytes.length;
    }
  }
});

t.test('the header', async (t) => {
  const rows = table('offset | bytes | header').slice(0, -1);
  let at = 0;
  for (const [offset, bytes] of rows) {
    t.equal(Number(offset), at);
    at += Number(bytes);
  }
  t.equal(at, HEADER_BYTES, 'the fields begin where the header ends');
  const [last = '', tagBytes] = table('offset | bytes | header').at(-1) ?? [];
  t.strictSame([last, tagBytes], [`last ${TAG_BYTES}`, String(TAG_BYTES)]);
  const text = rows.map((cells) => cells[2]).join('\n');
  t.match(text, `magic \`${MAGIC.toString(16).replace(/(..)(..)/, '$1 $2')}\``);
  t.match(text, `protocol version: ${PROTOCOL_VERSION}`);
  t.match(text, `type: ${MESSAGE_TYPES.map((type, i) => `${i + 1} ${type.toUpperCase()}`).join(', ')}`);
});

t.test('the field table: ids and names, messages, lengths', async (t) => {
  t.strictSame(Object.fromEntries(FIELD_ROWS.map((row) => [row.name, row.id])), FIELD);
  t.equal(FIELD_ROWS.length, Object.keys(FIELD).length, 'each stands there once');
  for (const { type, bytes } of EXAMPLES) {
    const { fields } = split(bytes);
    const wanted = FIELD_ROWS.filter((row) => row.types.includes(type) && !row.isOptional).map((row) => row.id);
    t.strictSame(
      fields.map(([id]) => id).toSorted((a, b) => a - b),
      wanted,
      `the fields of a ${type}`,
    );
    for (const [id, value] of fields) {
      const row = FIELD_ROWS.find((candidate) => candidate.id === id);
      const [least, most] = (row?.bytes ?? '').split('-').map(Number);
      t.ok(value.length >= (least ?? 0) && value.length <= (most ?? least ?? 0), `${type}: length of ${row?.name}`);
    }
  }
});

/** The number on the wire at the end of a range: "655.35 A" -> 65535. */
function rangeOf(row: FieldRow): readonly [low: number, high: number, perUnit: number] {
  const [, low, high, unit] = /^(\d+)-([\d.]+)(?: (\w+))?$/.exec(row.range) ?? [];
  const perUnit = unit === 'A' ? 100 : 1;
  return [Number(low) * perUnit, Math.round(Number(high) * perUnit), perUnit];
}

function shown(row: FieldRow, value: number, perUnit: number): unknown {
  if (['active', 'section14a', 'paused'].includes(row.name)) return value !== 0;
  if (row.name === 'mode') return CHARGE_MODES[value];
  if (row.name === 'state') return CHARGE_POINT_STATES[value];
  if (row.name === 'errorCode') return ERROR_CODES[value];
  if (row.name === 'rotation') return ROTATIONS[value];
  return value / perUnit;
}

const numbers = FIELD_ROWS.filter((row) => row.type === 'number').flatMap((row) =>
  row.types.map((type) => [row, exampleOf(type)] as const),
);

t.test('the field table: ranges and names of the numbers', async (t) => {
  t.equal(numbers.length, 38, 'all rows with plain numbers');
  for (const [row, { type, bytes, message, counter }] of numbers) {
    const [low, high, perUnit] = rangeOf(row);
    const length = Number(row.bytes);
    const read = (value: number) => decode(withField(bytes, row.id, bigEndian(value, length)), message.networkId);
    for (const value of [low, high]) {
      const wanted = { ...message, [row.path]: shown(row, value, perUnit) };
      t.ok(row.isOptional !== row.path in message, `${type}: ${row.name} is called ${row.path}`);
      t.strictSame(read(value), { ok: true, value: { message: wanted, counter } }, `${type}: ${row.name} ${value}`);
    }
    if (low > 0) t.strictSame(read(low - 1), GARBAGE, `${type}: ${row.name} below its range`);
    const next = BigInt(high) + 1n;
    if (next >> BigInt(8 * length) === 0n) t.strictSame(read(Number(next)), GARBAGE, `${type}: ${row.name} above it`);
    const longer = decode(withField(bytes, row.id, [...bigEndian(high, length), 7]), message.networkId);
    t.strictSame(longer, read(high), `${type}: of a longer ${row.name} the first bytes count`);
    const shorter = bigEndian(low, length).slice(1);
    t.strictSame(decode(withField(bytes, row.id, shorter), message.networkId), GARBAGE, `${type}: too short`);
  }
});

t.test('the field table: ids and other bytes', async (t) => {
  const rows = FIELD_ROWS.filter((row) => row.type === 'id');
  t.strictSame(
    rows.map((row) => row.name),
    ['sender', 'chargePoint', 'target'],
  );
  for (const row of rows) {
    for (const type of row.types) {
      const { bytes, message } = exampleOf(type);
      const read = (text: string) => decode(withField(bytes, row.id, ascii(text)), message.networkId);
      for (const good of ['x', 'A-z.0_9', 'x'.repeat(32)]) t.equal(read(good).ok, true, `${type}: ${row.name} ${good}`);
      for (const bad of ['', '.', '..', 'x'.repeat(33), 'a b', 'ä', 'a\0'])
        t.strictSame(read(bad), GARBAGE, JSON.stringify(bad));
    }
  }
  const { bytes, message } = exampleOf('grant');
  const boot = [0, 1, 2, 3, 252, 253, 254, 255];
  t.match(decode(withField(bytes, FIELD.pollBootId, boot), message.networkId), {
    value: { message: { bootId: '00010203fcfdfeff' } },
  });
});

function readStatus(id: number, value: readonly number[]): ReturnType<typeof decode> {
  const { bytes, message } = exampleOf('status');
  return decode(withField(bytes, id, value), message.networkId);
}

t.test('the field table: accepted, currents, firmware', async (t) => {
  const accepted = (masterId: string, epoch = 0, seq = 0) => [
    ...bigEndian(epoch, 4),
    ...bigEndian(seq, 4),
    ...ascii(masterId),
  ];
  const want = (part: object) => ({ ok: true, value: { message: part } });
  t.match(
    readStatus(FIELD.accepted, accepted('')),
    want({ accepted: { masterId: '', epoch: 0, seq: 0 } }),
    'none since boot',
  );
  t.match(
    readStatus(FIELD.accepted, accepted('m'.repeat(32), 0xffffffff, 0xfffffffe)),
    want({ accepted: { masterId: 'm'.repeat(32), epoch: 0xffffffff, seq: 0xfffffffe } }),
  );
  for (const bad of [accepted('m'.repeat(33)), accepted('m m'), accepted('').slice(1)])
    t.strictSame(readStatus(FIELD.accepted, bad), GARBAGE);
  t.match(readStatus(FIELD.currents, [0, 0, 255, 255, 4, 210]), want({ currentA: [0, 655.35, 12.34] }));
  t.strictSame(readStatus(FIELD.currents, [0, 0, 255, 255, 4]), GARBAGE);
  t.match(readStatus(FIELD.firmware, []), want({ firmware: '' }));
  t.match(readStatus(FIELD.firmware, [...ascii('v 1~'), 0, 9, 127, 228]), want({ firmware: 'v 1~????' }));
  t.match(readStatus(FIELD.firmware, ascii('x'.repeat(33))), want({ firmware: 'x'.repeat(32) }));
});

function firstValues(example: Example, change: (id: number) => boolean): boolean {
  const { networkId } = example.message;
  return FIELD_ROWS.filter((row) => row.types.includes(example.type)).every((row) => {
    const isRead = decode(withField(example.bytes, row.id, undefined), networkId).ok;
    return isRead === change(row.id);
  });
}

t.test('only firmware, padding and what has a star may be missing', async (t) => {
  for (const example of EXAMPLES) {
    const optional = FIELD_ROWS.filter((row) => row.isOptional).map((row) => row.id);
    const mayMiss = (id: number) => id === FIELD.firmware || id === FIELD.padding || optional.includes(id);
    t.ok(firstValues(example, mayMiss), example.type);
  }
});

t.test('errors have these codes', async (t) => {
  const rows = table('code | error');
  const codes = rows.flatMap(([a = '', first = '', b = '', second = '']) => [
    [Number(a), unquoted(first)] as const,
    [Number(b), unquoted(second)] as const,
  ]);
  t.strictSame(
    codes.toSorted(([a], [b]) => a - b),
    [...ERROR_CODES.entries()],
  );
});

t.test('states and rotations have these codes', async (t) => {
  const rows = table('code | state');
  const states = rows.map(([number, state]) => [Number(number), unquoted(state ?? '')]);
  t.strictSame(states, [...CHARGE_POINT_STATES.entries()]);
  const rotations = rows.filter((row) => row[2] !== '').map((row) => [unquoted(row[2] ?? ''), row[3]]);
  t.strictSame(
    rotations,
    ROTATIONS.map((rotation) => [
      rotation,
      gridPhases(rotation)
        .map((phase) => PHASE_NAMES[phase])
        .join(', '),
    ]),
  );
});

t.test('the field table: what people set', async (t) => {
  const { bytes, message } = exampleOf('tell');
  const read = (id: number, value: readonly number[]) => decode(withField(bytes, id, value), message.networkId);
  const want = (part: object) => ({ ok: true, value: { message: part } });
  const version = [...bigEndian(0xffffffff, 4), 0, 1, 2, 3, 4, 5, 254, 255];
  t.match(read(FIELD.settingsAsked, version), want({ version: { revision: 0xffffffff, author: '000102030405feff' } }));
  t.strictSame(read(FIELD.settingsAsked, version.slice(1)), GARBAGE);
  const beacon = exampleOf('beacon');
  t.match(
    decode(withField(beacon.bytes, FIELD.settings, version), beacon.message.networkId),
    want({ settings: { revision: 0xffffffff, author: '000102030405feff' } }),
  );
  const limits = (...hundredths: readonly number[]) => hundredths.flatMap((value) => bigEndian(value, 4));
  t.match(read(FIELD.operatorLimits, limits(0, 1234, 100_000)), want({ operatorLimitA: [0, 12.34, 1000] }));
  t.strictSame(read(FIELD.operatorLimits, limits(0, 1234, 100_001)), GARBAGE);
  const session = [1, 2, 3, 4, 5, 6, 7, 8, ...bigEndian(77, 4)];
  const named = '0102030405060708/77';
  t.match(read(FIELD.blocked, [0]), want({ block: { from: 'now', goesOn: undefined } }));
  t.match(read(FIELD.blocked, [1, ...session]), want({ block: { from: 'next', goesOn: named } }));
  t.match(read(FIELD.priority, [100, ...session]), want({ priority: { value: 100, session: named } }));
  const day = 24 * 3_600_000;
  t.match(read(FIELD.boost, [...bigEndian(day, 4), ...session]), want({ boost: { leftMs: day, session: named } }));
  const bad: readonly (readonly [id: number, value: readonly number[]])[] = [
    [FIELD.blocked, [2]],
    [FIELD.blocked, [1, ...session.slice(1)]],
    [FIELD.priority, [0, ...session]],
    [FIELD.priority, [101, ...session]],
    [FIELD.priority, [1]],
    [FIELD.boost, [...bigEndian(day + 1, 4), ...session]],
    [FIELD.boost, bigEndian(day, 4)],
  ];
  for (const [id, value] of bad) t.strictSame(read(id, value), GARBAGE, `${id}: ${value.join(' ')}`);
});

t.test('message types of the table are all there are', async (t) => {
  const types = new Set<Message['type']>(FIELD_ROWS.flatMap((row) => row.types));
  t.strictSame([...types].toSorted(), [...MESSAGE_TYPES].toSorted());
});
