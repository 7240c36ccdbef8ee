/** A bug in a running daemon: told as CRASH, exit code 70, at once. The bug comes in through a module that Node preloads. */
import { discoveryPort, fileIn, folder } from '../helpers/daemon-process.js';
import { aside, siteFile, started, wireSlave } from './world.js';

const BUG = `process.once('SIGUSR2', () => { throw new Error('provoked'); });`;

aside('a bug ends master and slave with CRASH and 70', async (t) => {
  const port = await discoveryPort();
  const directory = folder(t);
  const env = { NODE_OPTIONS: `--import=${fileIn(directory, 'bug.mjs', BUG)}` };
  const slaveText = `role: slave\nid: b\ndriver: { type: virtual }\ndiscovery: { port: ${port}, interfaces: [lo] }\n`;
  const a = await wireSlave(t, { id: 'a', port });
  const slave = started(t, ['slave', '-c', fileIn(directory, 'slave.yaml', slaveText)], { env });
  const master = started(t, ['run', '-c', siteFile(t, { port, chargePoints: ['a', 'b'] })], { env });
  await a.untilEnforced(16);
  await slave.untilEvent('ENFORCED', /-> 16 A \(grant\)$/);
  for (const daemon of [master, slave]) {
    t.match(await daemon.end('SIGUSR2'), { code: 70, signal: null });
    const last = daemon.log.at(-1);
    t.match(last, { level: 'error', event: 'CRASH', msg: 'bug: provoked', stack: /bug\.mjs/ });
  }
  const sent = a.grants.length;
  a.poll();
  await slave.ended;
  t.equal(a.grants.length, sent, 'nothing more is granted');
});
