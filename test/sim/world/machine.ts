/** A machine that is stopped, or stands still: what fires, what is heard, and in which order. */
import t from 'tap';
import type { BroadcastPort } from '../../../src/ports/datagram-port.js';
import { seededRng } from '../../../src/base/rng.js';
import { VirtualNetwork } from '../../../src/sim/virtual-network.js';
import { VirtualTime } from '../../../src/sim/virtual-time.js';
import { Machine } from '../../../src/sim/world/machine.js';

const SOCKET = 512;

interface Desk {
  readonly time: VirtualTime;
  readonly machine: Machine;
  /** Its own socket, and that of somebody else. */
  readonly net: BroadcastPort;
  readonly other: BroadcastPort;
  /** What happened on it, and what the other one heard. */
  readonly log: string[];
  readonly heard: string[];
}

function desk(drift = 0): Desk {
  const time = new VirtualTime();
  const network = new VirtualNetwork(time, seededRng(1));
  network.faults = { loss: 0, duplication: 0, delayMinMs: 1, delayMaxMs: 1, tail: 0, tailMs: 0 };
  const machine = new Machine({ time, offsetMs: 5_000, drift, wallOffsetMs: 1_000_000 });
  const net = machine.plug(network.open('box'));
  const other = network.open('other');
  const [log, heard]: [string[], string[]] = [[], []];
  net.subscribe((bytes) => log.push(`datagram ${bytes[0]}`));
  other.subscribe((bytes) => heard.push(`datagram ${bytes[0]}`));
  return { time, machine, net, other, log, heard };
}

const BOX = { host: 'box', port: 1, via: '' };
const OTHER = { host: 'other', port: 1, via: '' };

t.test('its clocks', async (t) => {
  const { time, machine } = desk(0.01);
  time.runUntil(1_000);
  t.ok(Math.abs(machine.clock.monotonicMs() - 6_010) < 1e-6, `${machine.clock.monotonicMs()}`);
  t.equal(machine.clock.wallMs(), 1_001_000, 'the calendar does not drift');
  machine.wallShiftMs = -3_600_000;
  t.equal(machine.clock.wallMs(), -2_599_000);
  t.ok(Math.abs(machine.clock.monotonicMs() - 6_010) < 1e-6, 'a jump of the calendar moves no other clock');
});

t.test('it runs, and each event is told of afterwards', async (t) => {
  const { time, machine, net, other, log, heard } = desk();
  machine.afterEvent = () => log.push('after');
  machine.timers.after(10, () => log.push('timer'));
  const cancel = machine.timers.after(20, () => log.push('cancelled'));
  cancel();
  other.send(BOX, Uint8Array.of(1));
  net.send(OTHER, Uint8Array.of(2));
  net.broadcast(Uint8Array.of(3));
  time.runUntil(100);
  t.same(log, ['datagram 1', 'after', 'timer', 'after']);
  t.same(heard, ['datagram 2', 'datagram 3']);
});

t.test('stopped: nothing fires, nothing is heard, nothing goes out', async (t) => {
  const { time, machine, net, other, log, heard } = desk();
  machine.afterEvent = () => log.push('after');
  machine.timers.after(10, () => log.push('timer'));
  other.send(BOX, Uint8Array.of(1));
  machine.stop();
  t.equal(machine.isOn, false);
  net.send(OTHER, Uint8Array.of(2));
  net.broadcast(Uint8Array.of(3));
  time.runUntil(100);
  t.same([log, heard], [[], []]);
});

t.test('stopped while it stood still: what waited is lost', async (t) => {
  const { time, machine, other, log } = desk();
  machine.standStill();
  machine.timers.after(10, () => log.push('timer'));
  other.send(BOX, Uint8Array.of(1));
  time.runUntil(100);
  machine.stop();
  machine.goOn();
  time.runUntil(200);
  t.same(log, []);
});

t.test('it stands still: nothing happens until it goes on, then timers first, then datagrams', async (t) => {
  const { time, machine, other, log } = desk();
  machine.standStill();
  t.equal(machine.isStill, true);
  other.send(BOX, Uint8Array.of(1));
  machine.timers.after(30, () => log.push('timer 30'));
  machine.timers.after(20, () => log.push('timer 20'));
  machine.timers.after(900, () => log.push('timer 900'));
  time.runUntil(40);
  other.send(BOX, Uint8Array.of(2));
  time.runUntil(500);
  t.same(log, []);
  machine.goOn();
  t.same(log, ['timer 20', 'timer 30'], 'the sockets have not been read yet');
  t.same([machine.isStill, machine.isCatchingUp], [false, true]);
  time.runUntil(500);
  t.same(log.slice(2), ['datagram 1', 'datagram 2']);
  t.equal(machine.isCatchingUp, false);
  time.runUntil(1_000);
  t.same(log.slice(4), ['timer 900'], 'what was not due comes in its time');
});

t.test('a timer that is cancelled when it was due already', async (t) => {
  const { time, machine, log } = desk();
  const cancel = machine.timers.after(10, () => log.push('cancelled'));
  const other = machine.timers.after(30, () => log.push('cancelled by the one before'));
  machine.timers.after(20, () => other());
  machine.standStill();
  time.runUntil(100);
  cancel();
  machine.goOn();
  time.runUntil(200);
  t.same(log, []);
});

t.test('the socket holds so many datagrams, and loses those that come later', async (t) => {
  const { time, machine, other, log } = desk();
  machine.standStill();
  for (let count = 0; count < SOCKET + 5; count++) {
    other.send(BOX, Uint8Array.of(count < SOCKET ? 1 : 2));
    time.runUntil(time.nowMs + 2);
  }
  machine.goOn();
  time.runUntil(time.nowMs + 1);
  t.equal(log.length, SOCKET);
  t.notOk(log.includes('datagram 2'));
  other.send(BOX, Uint8Array.of(3));
  time.runUntil(time.nowMs + 2);
  t.equal(log.at(-1), 'datagram 3', 'then it hears again');
});

t.test('it goes on, and stands still again before the socket is read', async (t) => {
  const { time, machine, other, log } = desk();
  machine.standStill();
  other.send(BOX, Uint8Array.of(1));
  time.runUntil(50);
  machine.goOn();
  machine.standStill();
  time.runUntil(100);
  t.same(log, []);
  machine.goOn();
  time.runUntil(150);
  t.same(log, ['datagram 1']);
  machine.goOn();
  t.equal(machine.isCatchingUp, false, 'going on twice is nothing');
});
