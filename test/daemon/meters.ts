import t from 'tap';
import { defined } from '../../src/base/assert.js';
import { fail, ok } from '../../src/base/result.js';
import type { MeterConfig } from '../../src/config/types.js';
import { EXIT } from '../../src/daemon/exit-codes.js';
import { createMeters } from '../../src/daemon/meters.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import { modelOfMeter } from '../../src/runtime/meter-model.js';
import type { PollerEvent } from '../../src/runtime/poller.js';
import { type VirtualMeter, virtualMeter } from '../../src/sim/virtual-meter.js';
import { serveModbusTcp } from '../../src/transports/modbus-tcp-server.js';
import { METER_IMAGES, readImage, withWords } from '../helpers/meter-images.js';
import { eventually } from '../helpers/machine.js';
import { circuit } from '../helpers/site.js';
import { rawDevice } from '../transports/modbus-peers.js';

const SITE = {
  circuits: [circuit({ id: 'main', meter: 'grid' }), circuit({ id: 'garage', parent: 'main', meter: 'garage' })],
};

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
    SITE,
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
    SITE,
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
        SITE,
        hearer(() => undefined),
      ),
    {
      exitCode: EXIT.config,
      message: /siemens-pac220/,
    },
  );
  t.end();
});

t.test(
  'a map of the file, a transformer the wrong way round, and a phase that the circuit does not have',
  async (t) => {
    const row = { functionCode: 4, encoding: 'float32', wordOrder: 'little', scale: 1 } as const;
    const map: NonNullable<MeterConfig['map']> = {
      ...{ id: 'my-meter', title: 'Mine', currents: 'signed', phases: 3, maxRegisters: 8, maxGap: 0 },
      rows: [
        { ...row, measurand: 'currentL1', address: 100 },
        { ...row, measurand: 'currentL2', address: 102 },
        { ...row, measurand: 'currentL3', address: 104 },
      ],
    };
    const wiring = { ctRatio: 2, inverted: [true, false, false], order: 'STR' } as const;
    const model = modelOfMeter({ model: map.id, map });
    if (!model.ok) throw new Error(model.error);
    const values = { currentA: [8, -4, 0], voltageV: [230, 230, 230] } as const;
    const server = await serveModbusTcp(virtualMeter(model.value, values), { host: '127.0.0.1', port: 0 });
    if (!server.ok) throw new Error(server.error);
    const configs = [meterConfig('grid', server.value.port, { model: map.id, map, wiring })];
    const circuits = [circuit({ id: 'main', meter: 'grid', limitA: [0, 63, 63] })];
    const events: PollerEvent[] = [];
    const meters = createMeters(
      configs,
      { circuits },
      {
        emit: (event) => void events.push(event),
        drawnBehindA: () => undefined,
      },
    );
    meters.start();
    const sample = await eventually('a sample', () => events.find((event) => event.kind === 'sample'));
    t.match(sample, { reading: { currentA: [null, -16, -8], voltageV: [null, null, null] } });
    t.match(meters.list(performance.now()), [{ id: 'grid', model: 'my-meter', online: true }]);
    await Promise.all([meters.stop(), server.value.close()]);
  },
);

t.test('a meter in a mode that never shows export is never believed', async (t) => {
  const image = defined(METER_IMAGES['carlo-gavazzi-em340'], 'the image');
  const easy = withWords(image, { address: 0x1103, words: [0] });
  const read: VirtualMeter['read'] = (block) => {
    const words = readImage(easy, block);
    return words ? ok(words) : fail(2);
  };
  const server = await serveModbusTcp({ read }, { host: '127.0.0.1', port: 0 });
  if (!server.ok) throw new Error(server.error);
  const configs = [meterConfig('grid', server.value.port, { model: 'carlo-gavazzi-em340', maxAgeMs: 200 })];
  const events: PollerEvent[] = [];
  const meters = createMeters(configs, SITE, {
    emit: (event) => void events.push(event),
    drawnBehindA: () => undefined,
  });
  meters.start();
  const lost = await eventually('the loss', () => events.find((event) => event.kind === 'lost'));
  t.match(lost, {
    reason: /measurement mode 0: easy connection \(A\) never shows export; set the measurement mode to B/,
  });
  t.notOk(events.some((event) => event.kind === 'sample'));
  await Promise.all([meters.stop(), server.value.close()]);
});
