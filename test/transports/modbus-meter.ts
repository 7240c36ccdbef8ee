/** Poller, bus, server and virtual meter together, on real sockets and real time. */
import { seededRng } from '../../src/base/rng.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import { MeterPoller, type PollerEvent } from '../../src/runtime/poller.js';
import { virtualMeter } from '../../src/sim/virtual-meter.js';
import { modbusTcpBus } from '../../src/transports/modbus-tcp.js';
import { serveModbusTcp } from '../../src/transports/modbus-tcp-server.js';
import { eventually } from '../helpers/machine.js';
import { realClock, realTimers } from '../helpers/real-time.js';
import { repeated } from '../helpers/side-by-side.js';

repeated('samples follow the meter; its server dies and comes back', async (t) => {
  const meter = virtualMeter(SIEMENS_PAC2200, { currentA: [10, 0, -4], voltageV: [230, 230, 230] });
  const server = await serveModbusTcp(meter, { host: '127.0.0.1', port: 0 });
  if (!server.ok) throw new Error(server.error);
  const { port } = server.value;
  const bus = modbusTcpBus({ host: '127.0.0.1', port }, realTimers);
  const events: PollerEvent[] = [];
  const poller = new MeterPoller(
    { meterId: 'grid', model: SIEMENS_PAC2200, unitId: 1, pollPeriodMs: 20, timeoutMs: 200, maxAgeMs: 300 },
    { bus, clock: realClock, timers: realTimers, rng: seededRng(1), emit: (event) => events.push(event) },
  );
  const seen = (currentA: readonly number[]): boolean =>
    events.some((event) => event.kind === 'sample' && String(event.reading.currentA) === String(currentA));
  t.teardown(() => poller.stop());
  poller.start();
  await eventually('the first sample', () => seen([10, 0, -4]));
  meter.set({ currentA: [31.5, 2, 3], voltageV: [230, 230, 230] });
  await eventually('the new values', () => seen([31.5, 2, 3]));

  await server.value.close();
  const lost = await eventually('the loss', () => events.find((event) => event.kind === 'lost'));
  t.match(lost, { reason: /^no good values for 300 ms: (connect|read) ECONN/ });
  events.splice(0);
  const again = await serveModbusTcp(meter, { host: '127.0.0.1', port });
  if (!again.ok) throw new Error(again.error);
  await eventually('the recovery', () => seen([31.5, 2, 3]));
  t.equal(events[0]?.kind, 'recovered');
  poller.stop();
  await bus.close();
  await again.value.close();
});
