/** Fixed masters: `evenkeel slave` that listens to no broadcast, by the name of its master. */
import { discoveryPort, fileIn, folder } from '../helpers/daemon-process.js';
import { aside, siteFile, started } from './world.js';

aside('a slave that knows its master by name, and hears no BEACON', async (t) => {
  const port = await discoveryPort();
  const config = siteFile(t, { port, chargePoints: ['cp1'] });
  const text = `role: slave
id: cp1
driver: { type: virtual }
discovery: { port: ${port}, broadcast: false, interfaces: [lo], masters: [localhost, "127.0.0.1:${port + 9}"] }
`;
  const slave = started(t, ['slave', '-c', fileIn(folder(t), 'slave.yaml', text)]);
  const master = started(t, ['run', '-c', config]);
  t.match(await slave.untilEvent('START'), { msg: / slave cp1, network id 0, 2 fixed masters$/ });
  const answered = await slave.untilEvent('MASTER_FOUND');
  t.match(answered.msg, `cp1 is answered by fixed master localhost:${port + 1}: `);
  await slave.untilEvent('ENFORCED', /-> 32 A \(grant\)$/);
  await master.end('SIGKILL');
  const from = slave.log.length;
  await slave.untilEvent('MASTER_LOST', /fixed master localhost:/, from);
  // Told only now: it could have been a standby while the other one served.
  const silent = new RegExp(`fixed master 127\\.0\\.0\\.1:${port + 9} for 10 s \\(no answer\\)`);
  await slave.untilEvent('MASTER_LOST', silent, from);
  started(t, ['run', '-c', config]);
  await slave.untilEvent('MASTER_FOUND', /fixed master localhost:/, from);
  await slave.untilEvent('ENFORCED', /-> 32 A \(grant\)$/, from);
  t.match(await slave.end('SIGTERM'), { code: 0 });
});
