/** Serial lines: real ptys, devices of their own framing (pymodbus), and wire time. How fast eight meters are: `--only modbus`. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import type { RegisterBus } from '../../src/ports/register-bus.js';
import { MeterPoller, type PollerEvent } from '../../src/runtime/poller.js';
import { busFor } from '../../src/transports/buses.js';
import { IMAGES_FILE } from '../helpers/meter-images.js';
import { eventually } from '../helpers/machine.js';
import { realClock, realTimers } from '../helpers/real-time.js';
import { repeated } from '../helpers/side-by-side.js';
import { needsRtuLine, type RtuLine, rtuLine } from '../helpers/rtu-line.js';
import { readEveryModel } from './every-model.js';
import { registers } from './modbus-peers.js';

const LONG_MS = 10_000;
const needsLine = needsRtuLine();

function busOn(path: string): RegisterBus {
  return busFor({ kind: 'rtu', path, baud: 9600, parity: 'none', stopBits: 1 }, realTimers);
}

async function withLine(
  options: readonly string[],
  body: (bus: RegisterBus, line: RtuLine) => Promise<void>,
): Promise<void> {
  const line = await rtuLine(...options);
  const bus = busOn(line.path);
  try {
    await body(bus, line);
  } finally {
    await bus.close();
    await line.close();
  }
}

/** What a device of the script holds from register 100 on. */
function truth(unit: number, address: number, count: number): { readonly ok: true; readonly value: Uint16Array } {
  return { ok: true, value: Uint16Array.from({ length: count }, (_, index) => 256 * unit + address + index) };
}

t.test('no port is opened and nothing native is loaded before the first read', async (t) => {
  const bus = busOn('/dev/none');
  const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => /serialport/.test(path));
  t.strictSame(loaded, []);
  await bus.close();
});

t.test('values of an independent device; an adapter pulled and plugged in again', needsLine, async (t) => {
  await withLine(['--units', '1-2'], async (bus, line) => {
    t.strictSame(await bus.read(1, registers(100, 12), LONG_MS), truth(1, 100, 12));
    t.strictSame(await bus.read(2, registers(500, 125, 4), LONG_MS), truth(2, 500, 125));
    t.match(await bus.read(1, registers(1023, 2), LONG_MS), { ok: false, error: { exceptionCode: 2 } });
    for (const round of [1, 2, 3]) {
      await line.say('unplug');
      const gone = { ok: false, error: { kind: 'unreachable' } };
      t.match(await bus.read(1, registers(100, 2), LONG_MS), gone, `pulled ${round}`);
      const text = `No such file or directory, cannot open ${line.path}`;
      t.strictSame(await bus.read(1, registers(100, 2), LONG_MS), { ok: false, error: { kind: 'unreachable', text } });
      await line.say('plug');
      t.strictSame(await bus.read(1, registers(100, 2), LONG_MS), truth(1, 100, 2), `plugged ${round}`);
    }
  });
});

t.test('pulled while a device is asked: known at once', needsLine, async (t) => {
  await withLine(['--units', '1-1'], async (bus, line) => {
    await line.say('mute 1');
    const asked = new Promise<void>((resolve) => {
      const answer = bus.read(1, registers(100, 2), LONG_MS, { onAsked: resolve });
      void answer.then((result) => {
        t.match(result, { ok: false, error: { kind: 'unreachable', text: /the adapter is gone|EIO/ } });
      });
    });
    await asked;
    await line.say('unplug');
    t.match(await bus.read(1, registers(100, 2), LONG_MS), { ok: false, error: { kind: 'unreachable' } });
  });
});

t.test('an answer that is late by 0.2 or 1 s never becomes the value of another register', needsLine, async (t) => {
  await withLine(['--units', '1-2'], async (bus, line) => {
    const read = async (unit: number, address: number, timeoutMs: number): Promise<string> => {
      const answer = await bus.read(unit, registers(address, 4), timeoutMs);
      if (!answer.ok) return answer.error.kind;
      t.strictSame(answer, truth(unit, address, 4), `unit ${unit}, register ${address}`);
      return 'good';
    };
    for (const delayMs of [200, 1000]) {
      await line.say(`delay 1 ${delayMs}`);
      t.equal(await read(1, 100, 120), 'timeout', `${delayMs} ms`);
      await line.say('delay 1 15');
      t.equal(await read(2, 400, LONG_MS), 'good', 'the other device is not held up');
      for (const address of [200, 300, 400]) t.equal(await read(1, address, LONG_MS), 'good');
    }
  });
});

t.test('every model, as on TCP', needsLine, async (t) => {
  await withLine(['--images', IMAGES_FILE, '--baud', '1000000', '--latency-ms', '0'], async (bus) => {
    await readEveryModel(t, bus);
  });
});

repeated('one frame of twenty damaged: read again within the cycle, never a wrong value', twentieth, needsLine);

async function twentieth(t: Test): Promise<void> {
  const seed = Number(process.env['EVENKEEL_SEED'] ?? 5);
  t.comment(`seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/transports.test.js`);
  await withLine(['--units', '1-2', '--seed', String(seed), '--baud', '115200'], async (bus, line) => {
    await line.say('noise 0.05');
    const counts = { good: 0, failed: 0, asked: 0, damaged: 0 };
    const terms = { onAsked: () => void counts.asked++, onDamaged: () => void counts.damaged++ };
    for (let address = 100; address < 150; address++) {
      const unit = 1 + (address % 2);
      const answer = await bus.read(unit, registers(address, 12), 100, terms);
      if (answer.ok) t.strictSame(answer, truth(unit, address, 12));
      counts[answer.ok ? 'good' : 'failed']++;
    }
    // A damaged request is not answered at all; a damaged answer is asked for again.
    t.ok(counts.good >= 36, JSON.stringify(counts));
    t.ok(counts.damaged >= 1 && counts.damaged <= counts.asked - counts.good, JSON.stringify(counts));
  });
}

/** Pollers of units 1 to `count`, and what they tell, in order. */
function pollers(bus: RegisterBus, count: number, timeoutMs: number): { events: PollerEvent[]; stop: () => void } {
  const events: PollerEvent[] = [];
  const emit = (event: PollerEvent): void => void events.push(event);
  const ports = { bus, clock: realClock, timers: realTimers, rng: seededRng(1), emit };
  const all = Array.from({ length: count }, (_, index) => {
    const meterId = `m${index + 1}`;
    const times = { pollPeriodMs: 50, timeoutMs, maxAgeMs: 5000 };
    return new MeterPoller({ meterId, model: SIEMENS_PAC2200, unitId: index + 1, ...times }, ports);
  });
  for (const poller of all) poller.start();
  return {
    events,
    stop: () => {
      for (const poller of all) poller.stop();
    },
  };
}

repeated(
  'eight meters on one line: each in its turn, with its own values; a dead one delays nobody twice',
  eightMeters,
  needsLine,
);

async function eightMeters(t: Test): Promise<void> {
  await withLine(['--baud', '57600', '--latency-ms', '5'], async (bus, line) => {
    const { events, stop } = pollers(bus, 8, 300);
    const samples = (): Extract<PollerEvent, { kind: 'sample' }>[] => events.filter((event) => event.kind === 'sample');
    await eventually('three rounds', () => samples().length >= 24);
    const perMeter = new Map<string, number>();
    for (const { meterId, reading } of samples()) {
      perMeter.set(meterId, (perMeter.get(meterId) ?? 0) + 1);
      t.equal(reading.currentA[0], Number(meterId.slice(1)) + 0.5, meterId);
    }
    t.ok(Math.min(...perMeter.values()) >= 2 && Math.max(...perMeter.values()) <= 5, JSON.stringify([...perMeter]));
    await line.say('mute 3');
    const before = JSON.parse(await line.say('seen')) as Record<string, number>;
    const from = samples().length;
    await eventually('its first failure', () => events.some((event) => event.kind === 'error'));
    await eventually('two more rounds', () => samples().length >= from + 20);
    const others = samples()
      .slice(from)
      .map(({ meterId }) => meterId);
    t.notOk(others.slice(1).includes('m3'));
    for (const unit of [1, 2, 4, 5, 6, 7, 8]) t.ok(others.filter((id) => id === `m${unit}`).length >= 2, `m${unit}`);
    t.notOk(
      events.some((event) => event.kind === 'lost' && event.meterId !== 'm3'),
      'nobody else is lost',
    );
    await line.say('speak 3');
    const seen = samples().length;
    await eventually('it is heard again', () =>
      samples()
        .slice(seen)
        .some(({ meterId }) => meterId === 'm3'),
    );
    t.ok((before['3'] ?? 0) > 0);
    stop();
  });
}

t.test('no udevadm and an empty PATH: a port opens all the same', needsLine, async (t) => {
  const line = await rtuLine('--units', '1-1');
  const buses = fileURLToPath(new URL('../../src/transports/buses.js', import.meta.url));
  const time = fileURLToPath(new URL('../../src/transports/system-time.js', import.meta.url));
  const script = `
    const { busFor } = await import(${JSON.stringify(buses)});
    const { systemTimers } = await import(${JSON.stringify(time)});
    const connection = { kind: 'rtu', path: ${JSON.stringify(line.path)}, baud: 9600, parity: 'even', stopBits: 1 };
    const bus = busFor(connection, systemTimers);
    const answer = await bus.read(1, { functionCode: 3, address: 100, count: 1 }, 10000);
    await bus.close();
    process.stdout.write(answer.ok ? String(answer.value[0]) : answer.error.text);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { PATH: '' },
  });
  t.equal(`${run.stdout}${run.stderr}`, '356');
  t.equal(run.status, 0);
  await line.close();
});
