import t from 'tap';
import { ADDRESSES_MAX, BAD_IN_ALL, BAD_PER_ADDRESS, FloodGate, GOOD_FOR_MS } from '../../src/discovery/flood-gate.js';

t.test('only bad ones are charged: 200 slaves at one address may send what they like', async (t) => {
  const gate = new FloodGate();
  for (let i = 0; i < 100_000; i++) {
    gate.noteGood('127.0.0.1:1', i / 100);
    if (!gate.isOpen('127.0.0.1:1', i / 100)) t.fail('shut');
  }
  t.ok(gate.isOpen('127.0.0.1:1', 1000));
});

t.test('one address: shut after its bad ones are used up, until the second is over', async (t) => {
  const gate = new FloodGate();
  for (let i = 0; i < BAD_PER_ADDRESS; i++) {
    t.ok(gate.isOpen('a', 0));
    gate.noteBad('a', 0);
  }
  t.notOk(gate.isOpen('a', 0));
  t.notOk(gate.isOpen('a', 999), 'not before it is full again');
  t.ok(gate.isOpen('b', 500), 'another one');
  t.ok(gate.isOpen('a', 1000));
  for (let i = 0; i < BAD_PER_ADDRESS - 1; i++) gate.noteBad('a', 1000);
  t.ok(gate.isOpen('a', 1000), 'with a full bucket again');
});

t.test('a slow trickle of bad ones shuts nothing', async (t) => {
  const gate = new FloodGate();
  for (let ms = 0; ms < 60_000; ms += 25) {
    gate.noteBad('a', ms);
    if (!gate.isOpen('a', ms)) t.fail(`shut at ${ms} ms`);
  }
});

t.test('all together: then only those that sent a good one lately', async (t) => {
  const gate = new FloodGate();
  gate.noteGood('old', 0);
  const nowMs = GOOD_FOR_MS + 1000;
  gate.noteGood('known', nowMs - 1000);
  for (let i = 0; i < BAD_IN_ALL; i++) gate.noteBad(`x${i}`, nowMs);
  t.ok(gate.isOpen('known', nowMs));
  t.notOk(gate.isOpen('old', nowMs), 'its good one is too old');
  t.notOk(gate.isOpen('new', nowMs));
  t.ok(gate.isOpen('new', nowMs + 1000));
});

t.test('more addresses than it remembers: a flood does not drive out the good ones', async (t) => {
  const gate = new FloodGate();
  gate.noteGood('known', 0);
  for (let i = 0; i < ADDRESSES_MAX * 20; i++) gate.noteBad(`x${i}`, 0);
  t.ok(gate.isOpen('known', 0));
  t.notOk(gate.isOpen('x1', 0), 'forgotten by itself, but all together are too many');
});
