/** Our bus, plan and decoding against a PAC2200 that shares no code with us (test/independent/pac2200-server.py). */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { fail, type Result } from '../../src/base/result.js';
import { decodeReading } from '../../src/meters/decode.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import { planReads } from '../../src/modbus/plan.js';
import type { BlockWords } from '../../src/modbus/rows.js';
import type { MeterReading } from '../../src/ports/meter-reading.js';
import type { RegisterBus } from '../../src/ports/register-bus.js';
import { modbusTcpBus } from '../../src/transports/modbus-tcp.js';
import { hushed } from '../helpers/hushed.js';
import { realTimers } from '../helpers/real-time.js';
import { freePort, registers } from './modbus-peers.js';

const PYTHON = '/usr/bin/python3';
/** Tests run in build/test/transports; the script stays in the source tree. */
const SCRIPT = fileURLToPath(new URL('../../../test/independent/pac2200-server.py', import.meta.url));
const TIMEOUT_MS = 5000;

/** Why there is no pymodbus here, or `false`. A build machine must have it. */
function missing(): string | false {
  const probe = spawnSync(PYTHON, ['-c', 'import pymodbus.server.async_io'], { encoding: 'utf8' });
  if (probe.status === 0 || process.env['CI'] === 'true') return false;
  return `${PYTHON} has no pymodbus (apt-get install python3-pymodbus): ${probe.error?.message ?? probe.stderr.trim()}`;
}

interface Pac2200 {
  readonly port: number;
  readonly child: ChildProcessWithoutNullStreams;
  /** The next line that it prints; rejects when it ends instead. */
  readonly line: () => Promise<string>;
}

async function start(...options: readonly string[]): Promise<Pac2200> {
  const port = await freePort();
  const child = spawn(PYTHON, [SCRIPT, '--port', String(port), ...options]);
  hushed(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done) throw new Error('pac2200-server.py ended');
    return next.value;
  };
  const ready = await line();
  if (ready !== 'ready') throw new Error(`pac2200-server.py said ${ready}`);
  return { port, child, line };
}

async function poll(bus: RegisterBus): Promise<Result<MeterReading>> {
  const blocks: BlockWords[] = [];
  for (const block of planReads(SIEMENS_PAC2200.rows, SIEMENS_PAC2200.limits)) {
    const words = await bus.read(1, block, TIMEOUT_MS);
    if (!words.ok) return fail(words.error.text);
    blocks.push({ block, words: words.value });
  }
  return decodeReading(SIEMENS_PAC2200, blocks);
}

t.test('an independent PAC2200', { skip: missing() }, async (t) => {
  const { port, child, line } = await start(
    ...['--currents', '10.5,0,4', '--powers', '2415,0,-920', '--voltages', '230,231.5,229'],
  );
  const bus = modbusTcpBus({ host: '127.0.0.1', port }, realTimers);
  t.strictSame(await poll(bus), {
    ok: true,
    value: {
      currentA: [10.5, 0, -4],
      voltageV: [230, 231.5, 229],
      powerW: [2415, 0, -920],
      totalPowerW: 1495,
    },
  });

  const say = async (text: string): Promise<void> => {
    child.stdin.write(`${text}\n`);
    t.equal(await line(), 'ok');
  };
  await say('i1 12.5');
  await say('p2 -1000');
  await say('i2 4.5');
  t.match(await poll(bus), {
    ok: true,
    value: { currentA: [12.5, -4.5, -4], powerW: [2415, -1000, -920], totalPowerW: 495 },
  });
  await say('i3 nan');
  t.match(await poll(bus), { ok: false, error: /^register 17 \(currentL3\): expected a value, got/ });

  const refused = { ok: false, error: { kind: 'exception', exceptionCode: 2 } };
  t.match(await bus.read(1, registers(2, 2), TIMEOUT_MS), refused, 'half values are refused');
  t.match(await bus.read(1, registers(1, 32), TIMEOUT_MS), refused, 'unknown registers are refused');
  t.match(await bus.read(1, registers(13, 2, 4), TIMEOUT_MS), { ok: true }, 'function 4 reads the same');
  await bus.close();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  t.equal(await ended, 0);
});
