/** What is written is read back as it was; what cannot be written exactly errs to the safe side. */
import fc from 'fast-check';
import t from 'tap';
import { isDeepStrictEqual } from 'node:util';
import type { Grant, Message, Status } from '../../src/base/messages.js';
import { decode, encode } from '../../src/discovery/codec.js';
import { FIELD } from '../../src/discovery/fields.js';
import { aMessage, aTime, LONGEST, LONGEST_GRANT, LONGEST_STATUS, NETWORK, REPLAY, SEED, SHORTEST } from './samples.js';
import { type Field, join, split } from './wire.js';

function isReadBack(message: Message, counter: number): boolean {
  const want = { ok: true, value: { message, counter } };
  return isDeepStrictEqual(decode(encode(message, counter), message.networkId), want);
}

t.test('arbitrary messages', async (t) => {
  t.comment(REPLAY);
  const property = fc.property(aMessage, aTime, isReadBack);
  t.doesNotThrow(() => fc.assert(property, { seed: SEED, numRuns: 5000 }));
});

t.test('values at the ends of their ranges', async (t) => {
  for (const message of [...LONGEST, ...SHORTEST]) {
    t.strictSame(decode(encode(message, Number.MAX_SAFE_INTEGER), NETWORK), {
      ok: true,
      value: { message, counter: Number.MAX_SAFE_INTEGER },
    });
  }
});

t.test('every hundredth of an ampere', async (t) => {
  const wrong: number[] = [];
  for (let hundredths = 0; hundredths <= 65_535; hundredths += 7) {
    const amps = hundredths / 100;
    if (!isReadBack({ ...LONGEST_GRANT, limitA: amps }, 1) || !isReadBack({ ...LONGEST_STATUS, maxA: amps }, 1)) {
      wrong.push(amps);
    }
  }
  t.strictSame(wrong, []);
});

function sent<M extends Grant | Status>(message: M): M {
  const received = decode(encode(message, 1), NETWORK);
  if (!received.ok) throw new Error(received.error);
  return received.value.message as M;
}

t.test('a limit is rounded down, what a slave tells of itself up', async (t) => {
  const rows: readonly (readonly [amps: number, limitA: number, toldA: number])[] = [
    [6.006, 6, 6.01],
    [6.004, 6, 6.01],
    [0.375, 0.37, 0.38],
    [0.1 + 0.2, 0.3, 0.3],
    [1.1 * 3, 3.3, 3.3],
    [0.29, 0.29, 0.29],
    [16.1, 16.1, 16.1],
    [655.36, 655.35, 655.35],
    [70_000, 655.35, 655.35],
    [-0.001, 0, 0],
    [-3, 0, 0],
    [Number.NaN, 0, 0],
  ];
  for (const [amps, limitA, toldA] of rows) {
    t.equal(sent({ ...LONGEST_GRANT, limitA: amps }).limitA, limitA, `a limit of ${amps}`);
    const currentA = [amps, amps, amps] as const;
    const told = { enforcedA: amps, disconnectedLimitA: amps, maxA: amps, minA: amps, currentA };
    const wanted = { enforcedA: toldA, disconnectedLimitA: toldA, maxA: toldA, minA: toldA };
    t.match(
      sent({ ...LONGEST_STATUS, ...told }),
      { ...wanted, currentA: [toldA, toldA, toldA] },
      `a report of ${amps}`,
    );
  }
});

t.test('firmware that cannot be shown', async (t) => {
  t.equal(sent({ ...LONGEST_STATUS, firmware: 'wb\n2 \u00e4\u4e2d\u{1f50c}' }).firmware, 'wb?2 ????');
});

t.test('newer senders: unknown fields, repeated fields, another order', async (t) => {
  for (const message of LONGEST) {
    const want = { ok: true, value: { message, counter: 5 } };
    const { header, fields } = split(encode(message, 5));
    const unknown: Field[] = [Math.max(...Object.values(FIELD)) + 1, 100, 255].map((id) => [id, [1, 2, 3]]);
    t.strictSame(decode(join({ header, fields: [...unknown, ...fields, ...unknown] }), NETWORK), want, 'unknown');
    t.strictSame(decode(join({ header, fields: fields.toReversed() }), NETWORK), want, 'another order');
    const again = fields.map(([id, value]): Field => [id, value.map((byte) => byte ^ 1)]);
    t.strictSame(decode(join({ header, fields: [...fields, ...again] }), NETWORK), want, 'the first one counts');
    t.strictSame(decode(join({ header, fields }, 1200), NETWORK), want, 'as long as can be');
  }
});
