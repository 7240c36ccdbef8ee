/** What a reload says of the values that change. */
import t from 'tap';
import { changesOf } from '../../src/config/changes.js';

t.test('numbers, entries of lists by their id, and what is new or gone', async (t) => {
  const before = {
    site: {
      circuits: [
        { id: 'main', limitA: [63, 63, 63] },
        { id: 'old', limitA: [10, 20, 30] },
      ],
    },
    port: 1,
  };
  const after = {
    site: {
      circuits: [
        { id: 'new', limitA: [1, 1, 1] },
        { id: 'main', limitA: [40, 40, 40], fuse: 'gG' },
      ],
    },
    port: 1,
  };
  t.same(changesOf(before, before), []);
  t.same(changesOf(before, after), [
    { path: 'site.circuits.main.limitA', before: '63', after: '40' },
    { path: 'site.circuits.main.fuse', before: 'not there', after: 'gG' },
    { path: 'site.circuits.old', before: '{"id":"old","limitA":[10,20,30]}', after: 'not there' },
    { path: 'site.circuits.new', before: 'not there', after: '{"id":"new","limitA":[1,1,1]}' },
  ]);
});

t.test('lists without ids are one value, long ones are cut, and secrets are not shown', async (t) => {
  const long = 'x'.repeat(200);
  t.same(changesOf({ rows: [1, 2], mqtt: { password: 'a' } }, { rows: [2], mqtt: { password: 'b', url: long } }), [
    { path: 'rows', before: '[1,2]', after: '[2]' },
    { path: 'mqtt.password', before: '(secret)', after: '(secret)' },
    { path: 'mqtt.url', before: 'not there', after: `${'x'.repeat(60)}...` },
  ]);
});

t.test('a group that is new or gone shows no secret of it', async (t) => {
  const mqtt = { url: 'mqtt://h', password: 'pw' };
  t.same(changesOf({}, { mqtt }), [
    { path: 'mqtt', before: 'not there', after: '{"url":"mqtt://h","password":"(secret)"}' },
  ]);
  t.same(changesOf({ mqtt }, {}), [
    { path: 'mqtt', before: '{"url":"mqtt://h","password":"(secret)"}', after: 'not there' },
  ]);
});

t.test('another order of the same entries is a change', async (t) => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  t.same(changesOf({ rows: [a, b, c] }, { rows: [b, a, d] }), [
    { path: 'rows.c', before: '{"id":"c"}', after: 'not there' },
    { path: 'rows.d', before: 'not there', after: '{"id":"d"}' },
    { path: 'rows (order)', before: 'a, b', after: 'b, a' },
  ]);
  t.same(changesOf([a, b], [a, d, b]).length, 1, 'an entry between two others moves none');
});
