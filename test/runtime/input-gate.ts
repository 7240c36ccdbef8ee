/** However much a source says, the master hears little of it, and always the last word. */
import t from 'tap';
import { InputGate } from '../../src/runtime/input-gate.js';
import type { InputNews } from '../../src/runtime/recorder/types.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';

function gated() {
  const time = new VirtualTime();
  const heard: string[] = [];
  const gate = new InputGate({
    clock: { monotonicMs: () => time.nowMs, wallMs: () => time.nowMs },
    timers: { after: (delayMs, call) => time.at(time.nowMs + delayMs, call) },
    emit: ({ level }: InputNews) => void heard.push(`${level} ${time.nowMs}`),
  });
  const say = (level: InputNews['level']): void => gate.tell({ kind: 'input', id: 'i', level });
  return { time, heard, say };
}

t.test('what a contact says passes as it is, bounces included', async (t) => {
  const { heard, say } = gated();
  for (let edge = 0; edge < 20; edge++) say(edge % 2 === 0 ? 'high' : 'low');
  t.equal(heard.length, 20);
});

t.test('a flood of ten thousand words a second: some twenty a second are heard, and the last one', async (t) => {
  const { time, heard, say } = gated();
  for (let n = 0; n < 100_000; n++) {
    time.runUntil(n / 10);
    say(n % 2 === 0 ? 'high' : 'low');
  }
  say('inactive');
  time.runUntil(11_000);
  t.ok(heard.length < 40 + 10 * 25, `${heard.length} in 10 s`);
  t.match(heard.at(-1), /^inactive /);
  say('high');
  t.equal(heard.at(-1), 'high 11000', 'afterwards at once again');
});
