/** The event table is a contract: codes look alike, each says what it means, and docs/events.md lists them all. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { EVENTS } from '../../src/base/events.js';

const entries = Object.entries(EVENTS);

t.test('codes and texts', async (t) => {
  t.ok(entries.length > 0);
  for (const [code, text] of entries) {
    t.match(code, /^[A-Z]+(?:_[A-Z]+)*$/, `${code} is spelled like the others`);
    t.match(text, /^\S.{9,}[^.\s]$/, `${code} has one plain line of meaning`);
  }
  t.equal(new Set(entries.map(([, text]) => text)).size, entries.length, 'no two codes mean the same');
});

t.test('docs/events.md lists exactly these codes', async (t) => {
  const document = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| *`([A-Z_]+)`/gm)].map((match) => match[1] ?? '');
  t.strictSame(rows.toSorted(), Object.keys(EVENTS).toSorted());
});
