/** What is printed from outside neither steers a terminal nor hides what stands beside it, and can still be read. */
import t from 'tap';
import { harmless, harmlessJson, harmlessLines } from '../../src/base/harmless.js';

const ROWS: readonly (readonly [text: string, want: string, what: string])[] = [
  ['cp1 16 A', 'cp1 16 A', 'plain text'],
  ['Grüße, 充電 ⚡', 'Grüße, 充電 ⚡', 'all that can be seen'],
  ['\x1b[2Jgone', '\\x1b[2Jgone', 'an escape sequence'],
  ['\u009b2J', '\\x9b2J', 'the same in one character of C1'],
  ['a\rb\x07\x7f', 'a\\x0db\\x07\\x7f', 'back to the start of the line, a bell, delete'],
  ['cp\u202e1pc', 'cp\\u{202e}1pc', 'right to left'],
  ['cp\u200b1', 'cp\\u{200b}1', 'a space without width'],
  ['a\u2028b', 'a\\u{2028}b', 'a line separator'],
  ['\ud800', '\\u{d800}', 'half a pair'],
  ['\u{e0041}', '\\u{e0041}', 'a tag beyond 16 bits'],
];

t.test('in one line', async (t) => {
  for (const [text, want, what] of ROWS) t.equal(harmless(text), want, what);
  t.equal(harmless('a\nb\tc'), 'a\\x0ab\\x09c');
});

t.test('in several lines', async (t) => {
  for (const [text, want, what] of ROWS) t.equal(harmlessLines(text), want, what);
  t.equal(harmlessLines('a\nb\tc'), 'a\nb\tc');
});

t.test('JSON that says the same', async (t) => {
  for (const [text, , what] of ROWS) {
    const json = harmlessJson(`${JSON.stringify({ text }, null, 2)}\n`);
    t.same(JSON.parse(json), { text }, what);
    t.equal(harmlessLines(json), json, what);
  }
});
