/** Garbage from another process, at full speed, while a charge point is served: nothing of it is felt. */
import { fileURLToPath } from 'node:url';
import { Daemon, discoveryPort } from '../helpers/daemon-process.js';
import { aside, siteFile, started, wireSlave } from './world.js';

const DATAGRAMS = 50_000;
/** Slow enough that the kernel can hand most of it over. */
const PER_SECOND = 20_000;
const FLOOD = fileURLToPath(new URL('../../bench/garbage-flood.js', import.meta.url));
/** Each kind of trouble is told now and then, not once for each datagram. */
const LINES_MAX = 60;

aside('a flood of garbage: no exception, no lease that ends, no flood in the log', async (t) => {
  const port = await discoveryPort();
  const a = await wireSlave(t, { id: 'a', port });
  const master = started(t, ['run', '-c', siteFile(t, { port, chargePoints: ['a'] })]);
  await a.untilEnforced(32);
  const { port: masterPort } = [...a.masters.values()][0] ?? { port: 0 };
  const [before, lines] = [a.grants.length, master.log.length];
  const flood = new Daemon(process.execPath, [FLOOD, `${masterPort}`, `${DATAGRAMS}`, `${PER_SECOND}`, 'nobody']);
  t.teardown(() => flood.end('SIGKILL'));
  t.match(await flood.ended, { code: 0 });
  t.match(JSON.parse(flood.text[0] ?? '{}'), { sent: DATAGRAMS });
  await a.untilGrants(5);
  t.ok(
    a.grants.slice(before).every(({ grant }) => grant.limitA === 32),
    'the limit stays',
  );
  const gapsMs = a.grants.slice(before + 1).map(({ atMs }, index) => atMs - (a.grants[before + index]?.atMs ?? 0));
  t.ok(Math.max(...gapsMs) < 6_000, `at most ${Math.round(Math.max(...gapsMs))} ms from grant to grant, lease 6 s`);
  t.match(await master.untilEvent('DATAGRAM_DROPPED'), { level: 'warn' });
  t.ok(master.log.length - lines < LINES_MAX, `${master.log.length - lines} lines of log`);
  t.equal(master.stderr, '');
  t.match(await master.end('SIGTERM'), { code: 0, signal: null });
});
