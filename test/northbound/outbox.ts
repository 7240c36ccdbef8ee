import t from 'tap';
import { createOutbox, MAX_IN_FLIGHT, type Outbox, VOLATILE_PERIOD_MS } from '../../src/northbound/outbox.js';
import type { TopicMessage } from '../../src/northbound/topics.js';

const said = (topic: string, essence: string, volatile = ''): TopicMessage => ({
  topic,
  payload: essence + volatile,
  essence,
});

/** Takes out everything that may go, acknowledges it, and tells what it was. */
function drain(outbox: Outbox, nowMs: number): string[] {
  const sent: string[] = [];
  for (let out = outbox.next(nowMs); out; out = outbox.next(nowMs)) {
    sent.push(`${out.topic}=${out.payload}`);
    outbox.acknowledged(out.topic);
  }
  return sent;
}

t.test('sends all once, then what changed', (t) => {
  const outbox = createOutbox();
  outbox.update([said('a', '1'), said('b', '1')], 0);
  t.same(drain(outbox, 0), ['a=1', 'b=1']);
  outbox.update([said('a', '1'), said('b', '2')], 1000);
  t.same(drain(outbox, 1000), ['b=2']);
  outbox.update([said('a', '1'), said('b', '2')], 2000);
  t.same(drain(outbox, 2000), []);
  outbox.reset();
  t.same(drain(outbox, 2000), ['a=1', 'b=2'], 'a new connection hears everything');
  t.end();
});

t.test('volatile fields alone are sent at most every 10 s, but always with what else changed', (t) => {
  const outbox = createOutbox();
  outbox.update([said('a', 'x', ' age 1')], 0);
  t.same(drain(outbox, 0), ['a=x age 1']);
  outbox.update([said('a', 'x', ' age 2')], VOLATILE_PERIOD_MS - 1);
  t.same(drain(outbox, VOLATILE_PERIOD_MS - 1), []);
  outbox.update([said('a', 'x', ' age 3')], VOLATILE_PERIOD_MS);
  t.same(drain(outbox, VOLATILE_PERIOD_MS), ['a=x age 3']);
  outbox.update([said('a', 'y', ' age 4')], VOLATILE_PERIOD_MS + 1);
  t.same(drain(outbox, VOLATILE_PERIOD_MS + 1), ['a=y age 4']);
  t.end();
});

t.test('the latest value wins while the broker is slow', (t) => {
  const outbox = createOutbox();
  outbox.update([said('a', '0')], 0);
  t.same(outbox.next(0), { topic: 'a', payload: '0' });
  for (let value = 1; value <= 1000; value++) outbox.update([said('a', String(value))], value);
  t.equal(outbox.next(1000), undefined, 'one message of a topic under way');
  outbox.acknowledged('a');
  t.same(drain(outbox, 1000), ['a=1000'], 'nothing in between');
  t.end();
});

t.test('a value that changed back while under way is not sent again', (t) => {
  const outbox = createOutbox();
  outbox.update([said('a', '0')], 0);
  outbox.next(0);
  outbox.update([said('a', '1')], 0);
  outbox.update([said('a', '0')], 0);
  outbox.acknowledged('a');
  t.same(drain(outbox, 0), []);
  t.end();
});

t.test('the number under way is bounded', (t) => {
  const outbox = createOutbox();
  const many = Array.from({ length: MAX_IN_FLIGHT + 5 }, (_, index) => said(`t${index}`, '1'));
  outbox.update(many, 0);
  const first = many.map(() => outbox.next(0)).filter((out) => out !== undefined);
  t.equal(first.length, MAX_IN_FLIGHT);
  outbox.acknowledged('t0');
  t.same(outbox.next(0)?.topic, `t${MAX_IN_FLIGHT}`);
  t.equal(outbox.next(0), undefined);
  outbox.acknowledged('never sent');
  t.equal(outbox.next(0), undefined, 'a stray acknowledgement makes no room');
  outbox.reset();
  t.equal(many.map(() => outbox.next(0)).filter((out) => out !== undefined).length, MAX_IN_FLIGHT);
  t.end();
});

t.test('what is gone is cleared once, with an empty message', (t) => {
  const outbox = createOutbox();
  outbox.update([said('a', '1'), said('b', '1')], 0);
  drain(outbox, 0);
  outbox.update([said('a', '1')], 1);
  t.same(drain(outbox, 1), ['b=']);
  outbox.reset();
  t.same(drain(outbox, 1), ['a=1'], 'and then forgotten');
  outbox.update([said('a', '1'), said('b', '2')], 2);
  t.same(drain(outbox, 2), ['b=2'], 'it may come back');
  t.end();
});

t.test('a clearing that the broker did not confirm is repeated on the next connection', (t) => {
  const outbox = createOutbox();
  outbox.update([said('a', '1')], 0);
  drain(outbox, 0);
  outbox.update([], 1);
  t.same(outbox.next(1), { topic: 'a', payload: '' });
  outbox.reset();
  t.same(drain(outbox, 2), ['a=']);
  t.end();
});

t.test('a failed message waits for the next update instead of spinning', (t) => {
  const outbox = createOutbox();
  outbox.update([said('a', '1')], 0);
  outbox.next(0);
  outbox.failed('a');
  t.equal(outbox.next(0), undefined);
  outbox.update([said('a', '1')], 1000);
  t.same(drain(outbox, 1000), ['a=1']);
  t.end();
});
