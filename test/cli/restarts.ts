/** A master that is killed and started again, with and without what it remembers. Its slaves are held by the test. */
import { mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Daemon, discoveryPort, fileIn, folder } from '../helpers/daemon-process.js';
import { lateMsBetweenDates } from '../helpers/machine.js';
import { aside, remembered, siteFile, started, wireSlave } from './world.js';
import type { HeardGrant, WireSlave } from './wire-slave.js';

/** Both vehicles share this fuse. */
const FUSE_A = 32;
const DISCONNECTED_A = 6;
const LEASE_MS = 6_000;
const BROKEN = '{"format":1,"epoch":';

interface Site {
  readonly stateDir: string;
  readonly a: WireSlave;
  readonly b: WireSlave;
  readonly master: Daemon;
}

aside('a master that is killed and started again', async (t) => {
  const port = await discoveryPort();
  const config = siteFile(t, { port, limitA: FUSE_A, chargePoints: ['a', 'b'] });
  const stateDir = folder(t);
  const [a, b] = await Promise.all([wireSlave(t, { id: 'a', port }), wireSlave(t, { id: 'b', port })]);
  const start = (): Site => ({ stateDir, a, b, master: started(t, ['run', '-c', config, '--state-dir', stateDir]) });
  const first = start();
  await Promise.all([a.untilEnforced(16), b.untilEnforced(16)]);
  b.state = 'Available';
  await a.untilEnforced(FUSE_A);

  await first.master.end('SIGKILL');
  const second = start();
  await t.test('kill -9: a new epoch, and no raise before the confirmation', (t) => afterKill(t, second));

  b.polls = false;
  await second.master.end('SIGKILL');
  const killedMs = performance.now();
  const third = start();
  await t.test('kill -9, and one slave is not heard: it may have anything', (t) => withOneSilent(t, third, killedMs));

  await third.master.end('SIGKILL');
  b.state = 'Available';
  const fourth = start();
  await t.test('kill -9 once more: normal service once the older limit of the other has ended, within 8 s', (t) =>
    soonNormal(t, fourth),
  );

  await fourth.master.end('SIGKILL');
  b.state = 'Charging';
  fileIn(stateDir, 'state.json', BROKEN);
  // A save that was killed leaves a file of this name.
  rmSync(join(stateDir, 'state.json.new'), { force: true });
  mkdirSync(join(stateDir, 'state.json.new'));
  const fifth = start();
  await t.test('a state file that is broken and cannot be written: told, and it starts anyway', (t) => {
    return withoutState(t, fifth);
  });
  t.match(await fifth.master.end('SIGTERM'), { code: 0, signal: null });
});

/** As long as nothing is confirmed nobody is raised, and then only by what was confirmed to be free. */
async function afterKill(t: Test, { master, stateDir, a, b }: Site): Promise<void> {
  const before = [a.grants.length, b.grants.length] as const;
  const raises = (): readonly HeardGrant[] =>
    [...a.grants.slice(before[0]), ...b.grants.slice(before[1])].filter(
      (heard) => heard.grant.limitA > heard.enforcedA,
    );
  a.acknowledges = false;
  b.acknowledges = false;
  b.state = 'Charging';
  b.sessionId += 1;
  await master.untilEvent('READY', /epoch 2,/);
  await Promise.all([a.untilGrants(8), b.untilGrants(8)]);
  t.same(raises(), []);
  t.equal(b.lastGrant?.epoch, 2);
  t.same(master.messages('EPOCH'), [], 'remembered, not learned from the slaves');
  a.acknowledges = true;
  await a.untilEnforced(16);
  await b.untilGrants(5);
  t.ok(raises().every(({ grant }) => grant.chargePointId === 'b' && grant.limitA <= FUSE_A - a.enforcedA));
  b.acknowledges = true;
  await b.untilEnforced(16);
  t.match(remembered(stateDir), { epoch: 2 });
}

/** Until its lease is over the silent one may have all that it can take; from then on its disconnected limit. */
async function withOneSilent(t: Test, { master, a, b }: Site, killedMs: number): Promise<void> {
  await master.untilEvent('READY', /epoch 3,/);
  await a.untilEnforced(FUSE_A - DISCONNECTED_A);
  const raise = a.grants.find(({ grant }) => grant.epoch === 3 && grant.limitA > 16);
  const afterMs = Math.round((raise?.atMs ?? 0) - killedMs);
  t.ok(afterMs > LEASE_MS, `raised ${afterMs} ms after the kill`);
  b.enforcedA = DISCONNECTED_A;
  b.polls = true;
  await Promise.all([a.untilEnforced(16), b.untilEnforced(16)]);
}

async function soonNormal(t: Test, { master, a }: Site): Promise<void> {
  await a.untilEnforced(FUSE_A);
  const [start] = await Promise.all([master.untilEvent('START'), master.untilEvent('READY', /epoch 4,/)]);
  const raised = await master.untilEvent('LIMIT', /^a .* -> 32 A: /);
  const [fromMs, toMs] = [Date.parse(start.time), Date.parse(raised.time)];
  const lateMs = Math.round(lateMsBetweenDates(fromMs, toMs));
  t.ok(toMs - fromMs - lateMs < 8_000, `${start.time} to ${raised.time}, this machine was late by ${lateMs} ms`);
}

async function withoutState(t: Test, { master, stateDir, a, b }: Site): Promise<void> {
  const broken = await master.untilEvent('STATE_FAILED', /^state not used: /);
  const file = join(stateDir, 'state.json');
  const reason = `${file} is cut off: it does not end with its checksum (kept as ${file}.corrupt)`;
  t.match(broken, { level: 'error', msg: `state not used: ${reason}; waits for old leases to run out` });
  t.equal(readFileSync(`${file}.corrupt`, 'utf8'), BROKEN);
  await master.untilEvent('STATE_FAILED', /^state not written: .*state\.json.*; control goes on from memory, tried/);
  await master.untilEvent('EPOCH', /^grants continue with epoch 5$/);
  await Promise.all([a.untilEnforced(16), b.untilEnforced(16)]);
  t.equal(a.lastGrant?.epoch, 5, 'the slaves told it where the count was');
  rmdirSync(`${file}.new`);
  await master.untilEvent('STATE_SAVED', /^the state file can be written again$/);
  t.match(remembered(stateDir), { epoch: 5, slaves: [{ id: 'a' }, { id: 'b' }] }, 'tried again by itself');
}
