/** Whatever arrives on the port: nothing throws, and garbage, neighbours and other versions are told apart. */
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { defined } from '../../src/base/assert.js';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { decode, encode } from '../../src/discovery/codec.js';
import { FIELD } from '../../src/discovery/fields.js';
import { EXAMPLES } from './page.js';
import { LONGEST, LONGEST_GRANT, LONGEST_STATUS, NETWORK, REPLAY, SEED, SHORTEST } from './samples.js';
import { type Field, HEADER_BYTES, join, patched, split, withField } from './wire.js';

const DATAGRAMS = Number(process.env['EVENKEEL_FUZZ'] ?? 50_000);
const GRANT = encode(LONGEST_GRANT, 1);
const STATUS = encode(LONGEST_STATUS, 1);

const ROWS: readonly (readonly [name: string, bytes: Uint8Array, error: string])[] = [
  ['nothing', new Uint8Array(), 'garbage'],
  ['a header without room for the tag', STATUS.slice(0, 43), 'garbage'],
  ['a header and a tag', STATUS.slice(0, 44), 'garbage'],
  ['one byte too long', join(split(STATUS), 1201), 'garbage'],
  ['another magic', patched(GRANT, 0, 0x46), 'garbage'],
  ['another magic further on', patched(GRANT, 1, 0x4c), 'garbage'],
  ['version 0', patched(GRANT, 2, 0), 'version'],
  ['version 2', patched(GRANT, 2, 2), 'version'],
  ['version 2, type and algorithm unknown', patched(GRANT, 2, 2, 9, 9), 'version'],
  ['version 2 of a neighbour', patched(patched(GRANT, 2, 2), 8, 9), 'version'],
  ['a neighbour', patched(GRANT, 11, 5), 'foreign'],
  ['a neighbour with an unknown type', patched(patched(GRANT, 11, 5), 3, 9), 'foreign'],
  ['a neighbour with an algorithm', patched(patched(GRANT, 11, 5), 4, 1), 'foreign'],
  ['type 0', patched(GRANT, 3, 0), 'garbage'],
  ['type 6', patched(GRANT, 3, 6), 'garbage'],
  ['type 255', patched(GRANT, 3, 255), 'garbage'],
  ['algorithm 1', patched(GRANT, 4, 1), 'signed'],
  ['algorithm 2', patched(GRANT, 4, 2), 'garbage'],
  ['a field that runs into the tag', patched(GRANT, GRANT.length - 16 - 2, 2), 'garbage'],
  [
    'half a field head',
    join({ ...split(GRANT), fields: [...split(GRANT).fields, [200, []]] }, 0).subarray(1),
    'garbage',
  ],
  ['a STATUS of 255 bytes', join({ ...split(STATUS), fields: split(STATUS).fields }, 255), 'garbage'],
  ['a BEACON of 104 bytes', join(split(encode(LONGEST[0] ?? LONGEST_GRANT, 1)), 0), 'garbage'],
  ['a lease of 60001 ms', withField(GRANT, FIELD.lease, [0, 0, 0xea, 0x61]), 'garbage'],
];

t.test('why a datagram is dropped', async (t) => {
  for (const [name, bytes, error] of ROWS) t.strictSame(decode(bytes, NETWORK), { ok: false, error }, name);
  const odd = new Uint8Array([...GRANT.slice(0, -16), 200, ...GRANT.slice(-16)]);
  t.strictSame(decode(odd, NETWORK), { ok: false, error: 'garbage' }, 'a field without a length');
});

t.test('reserved bytes, counter and tag are not looked at', async (t) => {
  const changed = patched(patched(GRANT, 5, 1, 2, 3), GRANT.length - 16, ...Array<number>(16).fill(0xaa));
  t.strictSame(decode(changed, NETWORK), decode(GRANT, NETWORK));
});

t.test('a datagram inside a larger buffer', async (t) => {
  const buffer = new Uint8Array(2000).fill(0xff);
  buffer.set(STATUS, 700);
  t.strictSame(decode(buffer.subarray(700, 700 + STATUS.length), NETWORK), decode(STATUS, NETWORK));
});

t.test('a datagram that was cut anywhere is refused or says the same', async (t) => {
  const whole = [...LONGEST, ...SHORTEST].map((message) => encode(message, 1));
  const newer = whole.map((bytes) => {
    const { header, fields } = split(bytes);
    return join({ header, fields: [...fields, [200, Array<number>(200).fill(1)], [201, [1, 2, 3]]] }, 600);
  });
  let same = 0;
  for (const bytes of [...whole, ...newer]) {
    const want = decode(bytes, NETWORK);
    t.equal(want.ok, true);
    const wrong: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      const got = decode(bytes.subarray(0, length), NETWORK);
      if (got.ok) same += 1;
      if (got.ok && !isDeepStrictEqual(got, want)) wrong.push(length);
    }
    t.strictSame(wrong, [], `${bytes.length} bytes`);
  }
  t.ok(same > 0, 'between two fields that are not needed it may be cut');
  for (const bytes of whole) {
    const lengths = [...bytes.keys()];
    t.notOk(
      lengths.some((length) => decode(bytes.subarray(0, length), NETWORK).ok),
      'ours cannot be cut at all',
    );
  }
});

const BASES = [...LONGEST, ...SHORTEST]
  .map((message) => encode(message, 1))
  .concat(EXAMPLES.map((example) => patched(example.bytes, 8, 1, 2, 3, 4)))
  .map((bytes) => ({ bytes, ...split(bytes), least: bytes.length < 256 ? 0 : 256 }));

type Base = (typeof BASES)[number];

function randomBytes(rng: Rng, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = rng.int(256);
  return bytes;
}

/** One random field in place of another. */
function withRandomField(rng: Rng, { header, fields, least }: Base): Uint8Array {
  const at = rng.int(fields.length);
  const random: Field = [rng.int(50), [...randomBytes(rng, rng.int(18))]];
  return join({ header, fields: fields.with(at, random) }, rng.chance(0.9) ? least : 0);
}

/** Some bytes of one value changed. */
function withRandomValue(rng: Rng, { header, fields, least }: Base): Uint8Array {
  const at = rng.int(fields.length);
  const [id, value] = fields[at] ?? [0, []];
  const flipped = value.map((byte) => (rng.chance(0.3) ? rng.int(256) : byte));
  return join({ header, fields: fields.with(at, [id, flipped]) }, least);
}

const MUTATIONS: readonly ((rng: Rng, base: Base) => Uint8Array)[] = [
  (rng) => randomBytes(rng, rng.int(300)),
  (rng, { bytes }) => patched(bytes, rng.int(bytes.length), rng.int(256)),
  (rng, { bytes }) => patched(bytes, rng.int(HEADER_BYTES), rng.int(256)),
  (rng, { bytes }) => bytes.slice(0, rng.int(bytes.length + 1)),
  (rng, { bytes }) => patched(randomBytes(rng, bytes.length + rng.int(100)), 0, ...bytes),
  (rng, { header }) => patched(randomBytes(rng, HEADER_BYTES + 16 + rng.int(300)), 0, ...header),
  (rng, { bytes }) => patched(new Uint8Array(bytes.length + rng.int(1100)), 0, ...bytes),
  withRandomField,
  withRandomValue,
];

/** The class of a datagram by its first bytes alone; `mine`: its fields decide. */
function expected(bytes: Uint8Array): 'garbage' | 'version' | 'foreign' | 'mine' {
  if (bytes.length < 44 || bytes.length > 1200) return 'garbage';
  if (bytes[0] !== 0x45 || bytes[1] !== 0x4b) return 'garbage';
  if (bytes[2] !== 1) return 'version';
  return [1, 2, 3, 4].every((byte, i) => bytes[8 + i] === byte) ? 'mine' : 'foreign';
}

/** Whether it is treated as it must be: what is accepted must survive being written and read again. */
function isTreatedWell(bytes: Uint8Array): 'ok' | 'garbage' | 'version' | 'foreign' | undefined {
  const got = decode(bytes, NETWORK);
  const want = expected(bytes);
  if (want !== 'mine') return !got.ok && got.error === want ? want : undefined;
  if (!got.ok && got.error === 'signed') return bytes[4] === 1 ? 'garbage' : undefined;
  if (!got.ok) return got.error === 'garbage' ? 'garbage' : undefined;
  const { message, counter } = got.value;
  if (!['grant', 'tell'].includes(message.type) && bytes.length < 256) return undefined;
  const again = decode(encode(message, Math.min(counter, Number.MAX_SAFE_INTEGER)), NETWORK);
  return again.ok && isDeepStrictEqual(again.value.message, message) ? 'ok' : undefined;
}

t.test(`${DATAGRAMS} random and mutated datagrams`, async (t) => {
  t.comment(REPLAY);
  const rng = seededRng(SEED);
  const wrong: string[] = [];
  const counts: Record<string, number> = { ok: 0, garbage: 0, version: 0, foreign: 0 };
  for (let i = 0; i < DATAGRAMS; i++) {
    const mutate = defined(MUTATIONS[i % MUTATIONS.length], 'mutation');
    const bytes = mutate(rng, defined(BASES[rng.int(BASES.length)], 'datagram'));
    const found = isTreatedWell(bytes);
    if (found === undefined) wrong.push(`datagram ${i}: ${Buffer.from(bytes).toString('hex')}`);
    else counts[found] = (counts[found] ?? 0) + 1;
  }
  t.strictSame(wrong.slice(0, 3), []);
  for (const [kind, count] of Object.entries(counts)) t.ok(count > 200, `${count} ${kind}`);
});
