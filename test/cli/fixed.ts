/** Without broadcast: a master that calls fixed addresses, and `evenkeel slave` at one of them. */
import { discoveryPort, fileIn, folder } from '../helpers/daemon-process.js';
import { aside, observer, siteFile, started } from './world.js';

aside('examples 16 and 17: fixed addresses, two charge points at one of them, nothing is broadcast', async (t) => {
  const port = await discoveryPort();
  const slavePorts = [port + 14, port + 15] as const;
  const seen = await observer(t, port);
  const slaveFile = fileIn(
    folder(t),
    'slave.yaml',
    `role: slave
id: cp1
connector: { maxA: 16 }
driver: { type: virtual, vehiclePhases: 1, vehicleMaxA: 16 }
discovery: { port: ${slavePorts[0]}, interfaces: [lo] }
`,
  );
  const slave = started(t, ['slave', '-c', slaveFile], { isMeasured: true });
  const simulated = started(t, [
    'simulate',
    'slaves',
    '--ids',
    'cp2',
    '--port',
    String(slavePorts[1]),
    '--max-a',
    '10',
  ]);
  const config = siteFile(t, {
    port,
    chargePoints: ['cp1', 'cp2'],
    discovery: `, broadcast: false, addresses: ["127.0.0.1:${slavePorts[0]}", "127.0.0.1:${slavePorts[1]}"]`,
  });
  const master = started(t, ['run', '-c', config]);

  await t.test('both slaves are found and served', async (t) => {
    const network = await master.untilEvent('NETWORK');
    t.equal(network.msg, `lo: listens on 127.0.0.1:${port + 1}, does not broadcast`);
    await slave.untilEvent('MASTER_FOUND', new RegExp(`^cp1 heard master .* at 127\\.0\\.0\\.1:${port + 1} `));
    await slave.untilEvent('ENFORCED', /^cp1 .* -> 16 A \(grant\)$/);
    await simulated.untilEvent('ENFORCED', /^cp2 .* -> 10 A \(grant\)$/);
    t.match(slave.log[0], { event: 'START', msg: new RegExp(`slave cp1, network id 0, UDP ${slavePorts[0]}$`) });
    await master.untilEvent('SLAVE_STATE', /^cp1 .* -> Charging$/);
  });

  await t.test('nobody else hears the master', (t) => {
    t.same(seen.text, ['listening']);
    t.end();
  });

  await t.test('SIGINT ends all of them in order', async (t) => {
    for (const daemon of [master, slave, simulated]) t.match(await daemon.end('SIGINT'), { code: 0, signal: null });
    t.match(slave.log.at(-1), { event: 'STOP', msg: /^stops on SIGINT/ });
  });
});
