/** A restart without any memory: old grants may be in force, so one lease passes before anybody is raised. */
import { discoveryPort } from '../helpers/daemon-process.js';
import { aside, siteFile, started, wireSlave } from './world.js';

const LEASE_MS = 6_000;
const LEFT = { epoch: 7, limitA: 10 };

aside('without state directory nobody is raised for one lease', async (t) => {
  const port = await discoveryPort();
  const a = await wireSlave(t, { id: 'a', port, left: LEFT });
  const startedMs = performance.now();
  const master = started(t, ['run', '-c', siteFile(t, { port, autoAdopt: true })]);
  await master.untilEvent('START', /^no state directory: after a restart old leases are waited for$/);
  await master.untilEvent('START', /^nothing is remembered: .* no charge point is raised for 7 s$/);
  await master.untilEvent('SLAVE_FOUND', /^a heard \(adopted; /);
  await master.untilEvent('EPOCH', /^grants continue with epoch 8$/);
  await a.untilEnforced(32);
  const raise = a.grants.find(({ grant, enforcedA }) => grant.limitA > enforcedA);
  t.ok(raise && raise.atMs - startedMs > LEASE_MS, `${Math.round((raise?.atMs ?? 0) - startedMs)} ms after the start`);
  t.equal(a.grants[0]?.grant.limitA, LEFT.limitA, 'it keeps what it has');
  t.match(await master.end(), { code: 0 });
});
