/** How long datagrams are: whoever forges a sender must not get a longer answer than he sent, whatever the ids. */
import fc from 'fast-check';
import t from 'tap';
import type { Message } from '../../src/base/messages.js';
import { encode, isAnswer, PADDED_BYTES } from '../../src/discovery/codec.js';
import { MESSAGE_TYPES } from '../../src/discovery/fields.js';
import { FIELD_ROWS, page } from './page.js';
import { aMessage, LONGEST, LONGEST_STATUS, REPLAY, SEED, SHORTEST } from './samples.js';
import { HEADER_BYTES, split, TAG_BYTES } from './wire.js';

/** By the page: header, every field at its longest, tag. */
function longestBytes(letter: Message['type']): number {
  const fields = FIELD_ROWS.filter((row) => row.types.includes(letter) && row.name !== 'padding');
  const most = fields.map((row) => 2 + Number(row.bytes.split('-').at(-1)));
  return HEADER_BYTES + most.reduce((sum, bytes) => sum + bytes, 0) + TAG_BYTES;
}

t.test('no content is too long for the padded size', async (t) => {
  t.strictSame(MESSAGE_TYPES.map(longestBytes), [104, 251, 163, 96, 219]);
  for (const type of ['beacon', 'status', 'ask'] as const) {
    t.ok(longestBytes(type) + 2 <= PADDED_BYTES, `${type}: with room for the head of the padding`);
  }
  t.ok(page.includes(`at most ${longestBytes('grant')} bytes in this version, a TELL at most ${longestBytes('tell')}`));
  t.ok(longestBytes('tell') <= PADDED_BYTES, 'no longer than the ASK');
});

t.test('the longest and the shortest messages', async (t) => {
  for (const message of [...LONGEST, ...SHORTEST]) {
    const bytes = encode(message, Number.MAX_SAFE_INTEGER);
    if (!isAnswer(message.type)) t.equal(bytes.length, PADDED_BYTES, message.type);
  }
  const unpadded = LONGEST.map((message) => {
    const { fields } = split(encode(message, 1));
    const bytes = fields.filter(([id]) => id !== 0).reduce((sum, [, value]) => sum + 2 + value.length, 0);
    return HEADER_BYTES + bytes + TAG_BYTES;
  });
  t.strictSame(unpadded, [104, 251, 163, 96, 219], 'as long as the page allows');
});

t.test('a longer firmware text is cut', async (t) => {
  for (const length of [33, 250, 256, 300, 5000]) {
    const status = { ...LONGEST_STATUS, firmware: '~'.repeat(length) };
    t.strictSame(encode(status, 1), encode(LONGEST_STATUS, 1), `${length} characters`);
  }
});

t.test('arbitrary messages', async (t) => {
  t.comment(REPLAY);
  const property = fc.property(aMessage, (message) => {
    const { length } = encode(message, 1);
    if (message.type === 'tell') return length <= 219;
    return message.type === 'grant' ? length <= 163 : length === PADDED_BYTES;
  });
  t.doesNotThrow(() => fc.assert(property, { seed: SEED, numRuns: 1000 }));
});
