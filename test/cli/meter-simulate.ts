/** `evenkeel simulate meter` as a client sees it that shares no code with us (mbpoll), and its faults. */
import type { Test } from 'tap';
import { Daemon, output } from '../helpers/daemon-process.js';
import { needsTools } from '../helpers/tools.js';
import { meterFile, simulatedMeter } from './meter-site.js';
import { aside } from './world.js';

/** The values that mbpoll prints for three values of two registers from a register on. */
async function polled(t: Test, ...args: readonly string[]): Promise<readonly number[]> {
  const mbpoll = new Daemon('mbpoll', ['-0', '-1', '-c', '3', ...args]);
  t.teardown(() => mbpoll.end('SIGKILL'));
  t.match(await mbpoll.ended, { code: 0 }, mbpoll.stderr);
  return [...mbpoll.stdout.matchAll(/^\[\d+\]:\s*(\S+)$/gm)].map((match) => Number(match[1]));
}

aside(
  'simulate meter, read by mbpoll over TCP and over a serial line',
  async (t) => {
    const [tcp, rtu] = await Promise.all([
      simulatedMeter(t, '--current', '10 5.5 -3'),
      simulatedMeter(t, '--current', '10 5.5 -3', '--pty', '--unit', '9'),
    ]);
    const pac = ['-B', '-t', '4:float'];
    t.same(await polled(t, ...pac, '-r', '13', '-p', String(tcp.port), '127.0.0.1'), [10, 5.5, 3], 'magnitudes');
    t.same(await polled(t, ...pac, '-r', '25', '-p', String(tcp.port), '127.0.0.1'), [2300, 1265, -690]);
    const [eastron, gavazzi] = await Promise.all([
      simulatedMeter(t, '--current', '10 5.5 -3', '--model', 'eastron-sdm630-v2'),
      simulatedMeter(t, '--current', '10 5.5 -3', '--model', 'carlo-gavazzi-em340'),
    ]);
    const input = (port: number): readonly string[] => ['-p', String(port), '127.0.0.1'];
    t.same(await polled(t, '-B', '-t', '3:float', '-r', '6', ...input(eastron.port)), [10, 5.5, 3]);
    t.same(await polled(t, '-t', '3:int', '-r', '12', ...input(gavazzi.port)), [10_000, 5500, -3000], 'signed mA');
    const line = ['-m', 'rtu', '-a', '9', '-b', '9600', '-P', 'none', rtu.path];
    t.same(await polled(t, ...pac, '-r', '25', ...line), [2300, 1265, -690]);
    rtu.process.write('1 2 3');
    await t.resolves(untilPolled(t, [...pac, '-r', '13', ...line], [1, 2, 3]));
  },
  needsTools('mbpoll', 'script'),
);

async function untilPolled(t: Test, args: readonly string[], values: readonly number[]): Promise<void> {
  while (String(await polled(t, ...args)) !== String(values));
}

aside('simulate meter: frozen, late, noisy', async (t) => {
  const [frozen, late, noisy] = await Promise.all([
    simulatedMeter(t, '--freeze', '--current', '6 6 6'),
    simulatedMeter(t, '--late', '300'),
    simulatedMeter(t, '--noise', '5', '--current', '50 50 50'),
  ]);
  frozen.process.write('9 9 9');
  const read = async (port: number): Promise<Readonly<Record<string, unknown>>> => {
    const file = meterFile(t, { connection: `tcp://127.0.0.1:${port}`, meter: ', timeoutMs: 900' });
    return JSON.parse((await output(['meter', 'read', 'grid', '-c', file, '--json'])).stdout);
  };
  t.match(await read(frozen.port), { currentA: [6, 6, 6] });
  t.ok(Number((await read(late.port))['pollMs']) >= 300);
  const currents = (await read(noisy.port))['currentA'] as readonly number[];
  t.ok(currents.every((amps) => amps >= 47 && amps <= 53 && amps !== 50));
  const near = await output(['simulate', 'meter', '--model', 'siemens-pac220']);
  t.match(near, {
    code: 64,
    stderr: /^--model: .*, got siemens-pac220; did you mean siemens-pac2200\?\n$/,
  });
});
