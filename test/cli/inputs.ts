/** Digital inputs of a real master: a GPIO line, a coil, and the control socket lower one charge point, and let it go again. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { discoveryPort, folder } from '../helpers/daemon-process.js';
import { FakeGpiod, isAlive } from '../helpers/fake-gpiod.js';
import { rawDevice } from '../transports/modbus-peers.js';
import { aside, siteFile, started, wireSlave } from './world.js';

/** One line of the control socket, and its answer. */
function ask(path: string, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(JSON.parse(data.toString()));
    });
    socket.once('error', reject);
  });
}

function inputsAt(coilPort: number, webPort: number): string {
  return `inputs:
  - { id: contact, source: { gpio: { chip: gpiochip0, line: 17 } }, active: low, debounceMs: 20, offsetA: [10, 0, 0] }
  - id: ripple
    source: { modbus: { connection: "tcp://127.0.0.1:${coilPort}", coil: 4, pollPeriodMs: 50 } }
    debounceMs: 20
    limitA: 16
  - id: web
    source: { http: { url: "http://127.0.0.1:${webPort}/relay", value: relay.on, pollPeriodMs: 200 } }
    debounceMs: 20
    limitA: 20
  - { id: fire, source: { command: true }, debounceMs: 20, stop: true, chargePoint: a }
`;
}

aside('digital inputs of a running master', async (t) => {
  const port = await discoveryPort();
  const [bin, stateDir] = [folder(t), folder(t)];
  const gpiod = new FakeGpiod(bin, 2);
  gpiod.setLevel('1');
  let coil = 0;
  const device = await rawDevice(({ socket, frame }) => {
    const head = Buffer.from(frame.subarray(0, 7));
    head.writeUInt16BE(4, 4);
    socket.write(Buffer.concat([head, Buffer.from([1, 1, coil])]));
  });
  t.teardown(() => device.close());
  let relay = false;
  const web = createServer((_, response) => void response.end(JSON.stringify({ relay: { on: relay } })));
  t.teardown(() => web.close());
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const config = siteFile(t, {
    port,
    chargePoints: ['a'],
    more: inputsAt(device.port, (web.address() as AddressInfo).port),
  });
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  const master = started(t, ['run', '-c', config, '--state-dir', stateDir], { env });
  const a = await wireSlave(t, { id: 'a', port });
  const path = join(stateDir, 'control.sock');
  await master.untilEvent('INPUT_LOST', /^input fire: not set since the start of this master; .* stops a$/);
  t.equal(a.enforcedA, 0, 'nothing before somebody says so');
  t.match(await ask(path, { command: 'input', id: 'fire', state: 'inactive' }), { ok: true, value: { id: 'fire' } });
  await a.untilEnforced(32);

  let from = master.log.length;
  coil = 1;
  await master.untilEvent('INPUT', /^input ripple is active and limits main to 16 A$/, from);
  await a.untilEnforced(16);
  gpiod.edges('falling');
  await master.untilEvent('INPUT', /^input contact is active and lowers main by 10\/0\/0 A$/, from);
  await a.untilEnforced(6);
  from = master.log.length;
  coil = 0;
  gpiod.edges('rising');
  await master.untilEvent('INPUT', /^input contact is inactive/, from);
  await a.untilEnforced(32);
  from = master.log.length;
  relay = true;
  await master.untilEvent('INPUT', /^input web is active and limits main to 20 A$/, from);
  await a.untilEnforced(20);
  relay = false;
  await master.untilEvent('INPUT', /^input web is inactive/, from);
  await a.untilEnforced(32);
  t.match(await ask(path, { command: 'input', id: 'fire', state: 'active' }), { ok: true });
  await a.untilEnforced(0);

  const monitors = gpiod.monitors.filter(isAlive);
  t.equal(monitors.length, 1);
  t.match(await master.end('SIGTERM'), { code: 0 });
  t.same(monitors.filter(isAlive), [], 'no child outlives it');
  gpiod.close();
});
