import t from 'tap';
import type { MeterConfig } from '../../src/config/types.js';
import { EXIT } from '../../src/daemon/exit-codes.js';
import { createMeters } from '../../src/daemon/meters.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import type { PollerEvent } from '../../src/runtime/poller.js';
import { virtualMeter } from '../../src/sim/virtual-meter.js';
import { serveModbusTcp } from '../../src/transports/modbus-tcp-server.js';
import { eventually } from '../helpers/real-time.js';
import { circuit } from '../helpers/site.js';
import { rawDevice } from '../transports/modbus-peers.js';

const CIRCUITS = [circuit({ id: 'main', meter: 'grid' }), circuit({ id: 'garage', parent: 'main', meter: 'garage' })];

function meterConfig(id: string, port: number, changes: Partial<MeterConfig> = {}): MeterConfig {
  const connection = { kind: 'tcp', host: '127.0.0.1', port } as const;
  const times = { pollPeriodMs: 20, timeoutMs: 200, maxAgeMs: 1_000 };
  return { id, model: 'siemens-pac2200', connection, unitId: 1, ...times, ...changes };
}

function hearer(emit: (event: PollerEvent) => void): Parameters<typeof createMeters>[2] {
  return { emit, drawnBehindA: () => undefined };
}

t.test('the status of each meter, before and after its first values', async (t) => {
  const values = { currentA: [10, 0, -4], voltageV: [230, 231, 232] } as const;
  const server = await serveModbusTcp(virtualMeter(SIEMENS_PAC2200, values), { host: '127.0.0.1', port: 0 });
  if (!server.ok) return t.fail(server.error);
  const silent = await rawDevice(() => undefined);
  const events: PollerEvent[] = [];
  const configs = [meterConfig('grid', server.value.port), meterConfig('garage', silent.port)];
  const meters = createMeters(
    configs,
    CIRCUITS,
    hearer((event) => events.push(event)),
  );
  const nothing = { online: false, ageMs: null, currentA: [null, null, null], totalPowerW: null };
  t.match(meters.list(performance.now()), [
    { id: 'grid', model: 'siemens-pac2200', ...nothing },
    { id: 'garage', ...nothing },
  ]);
  meters.start();
  await eventually('a sample', () => events.find((event) => event.kind === 'sample'));
  const [grid, garage] = meters.list(performance.now());
  t.match(grid, { online: true, currentA: [10, 0, -4], voltageV: [230, 231, 232] });
  t.ok(Number.isInteger(grid?.ageMs) && (grid?.ageMs ?? -1) >= 0, `${grid?.ageMs} ms old`);
  t.match(garage, nothing, 'the other one is not disturbed by it, nor it by the other');
  await meters.stop();
  const told = events.length;
  await eventually('the end of the connections', () => silent.open() === 0);
  t.equal(events.length, told, 'nothing more is told');
  await server.value.close();
  await silent.close();
  return t.end();
});

t.test('meters behind one address share one connection', async (t) => {
  const units: number[] = [];
  const device = await rawDevice(({ frame, socket }) => {
    units.push(frame[6] ?? 0);
    // Exception 4, "device failure": asked again soon.
    const header = frame.subarray(0, 8);
    socket.write(Buffer.concat([header.subarray(0, 4), Buffer.from([0, 3, frame[6] ?? 0, 0x83, 4])]));
  });
  const configs = [meterConfig('grid', device.port), meterConfig('garage', device.port, { unitId: 7 })];
  const meters = createMeters(
    configs,
    CIRCUITS,
    hearer(() => undefined),
  );
  meters.start();
  await eventually('both units', () => units.includes(1) && units.includes(7));
  t.equal(device.connections(), 1);
  await meters.stop();
  await device.close();
});

t.test('a model that nobody knows ends with the code for the configuration', (t) => {
  const config = meterConfig('grid', 502, { model: 'siemens-pac220' });
  t.throws(
    () =>
      createMeters(
        [config],
        CIRCUITS,
        hearer(() => undefined),
      ),
    {
      exitCode: EXIT.config,
      message: /siemens-pac220/,
    },
  );
  t.end();
});
