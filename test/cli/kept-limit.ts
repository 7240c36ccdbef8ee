/** The disconnected limit that masters know of (S8), kept by `evenkeel slave` and by the internal slave in their state directory. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, discoveryPort, fileIn, folder } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';
import { aside, siteFile, started } from './world.js';

const kept = (directory: string, id: string): unknown => {
  const file = join(directory, `slave-${id}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8').split('\n')[0] ?? '') : undefined;
};

aside('raised over a restart: written once a master has answered', async (t) => {
  const port = await discoveryPort();
  const stateDir = join(folder(t), 'state');
  const slave = (disconnectedLimitA: number): Daemon => {
    const text = `role: slave\nid: a\nleaseMs: 6000\nconnector: { disconnectedLimitA: ${disconnectedLimitA} }
driver: { type: virtual }\ndiscovery: { port: ${port}, interfaces: [lo] }\n`;
    return started(t, ['slave', '-c', fileIn(folder(t), 'slave.yaml', text), '--state-dir', stateDir]);
  };
  const first = slave(6);
  await first.untilEvent('READY');
  await eventually('the first file', () => kept(stateDir, 'a') !== undefined);
  t.strictSame(kept(stateDir, 'a'), { format: 1, disconnectedLimitA: 6 });
  await first.end('SIGKILL');
  const second = slave(10);
  await second.untilEvent('READY');
  t.strictSame(kept(stateDir, 'a'), { format: 1, disconnectedLimitA: 6 }, 'no master was there');
  const internal = 'id: b\ndriver: { type: virtual }\n';
  const site = siteFile(t, { port, chargePoints: ['a', 'b'], more: internal });
  const masterDir = folder(t);
  const master = started(t, ['run', '-c', site, '--state-dir', masterDir]);
  await second.untilEvent('ENFORCED', /\(grant\)$/);
  await eventually(
    'the raised one',
    () => JSON.stringify(kept(stateDir, 'a')) === '{"format":1,"disconnectedLimitA":10}',
  );
  await eventually('the internal one', () => kept(masterDir, 'b') !== undefined);
  t.strictSame(
    kept(masterDir, 'b'),
    { format: 1, disconnectedLimitA: 6 },
    'the internal slave has a file beside the master',
  );
  await Promise.all([second.end('SIGTERM'), master.end('SIGTERM')]);
});
