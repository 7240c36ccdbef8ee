/** Rows 26, 27, 39 to 49 and 52 to 54: masters, their machine, their disk, and who reads what they tell. */
import type { Test } from 'tap';
import { BARE, compared, HOUSE, row, type Scene } from './scene.js';

const CALM = 'a 18 b 18 c 0';
/** 2026-01-05 00:00 UTC. */
const FIRST_DAY_MS = 1_767_571_200_000;
/** HOLD behind the lease of 15 s: nobody rises to its own limit before. */
const OWN_LIMITS = 'a 6 b 6 c 6';

function epochOf(scene: Scene): number {
  return scene.master.runtime?.controller.mastership.epoch ?? 0;
}

row('second-master', 'the higher epoch decides, the other one is passive; an alarm in both', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('second-master', 'network', 40);
  await scene.at(90);
  t.same(scene.deciding, ['rival']);
  for (const name of ['master', 'rival']) t.same(scene.alarms(scene.world.master(name)), ['TWO_MASTERS'], name);
  await scene.at(150);
  t.same(scene.deciding, ['master'], 'it takes over when the other one is gone');
  t.same(scene.limitsSince('a', 60), [18], 'and all keep what they have through both changes');
  t.equal(scene.wrong, undefined);
});

row('masters-parted', 'the standby sees that slaves follow the master', { hasStandby: true }, async (scene, t) => {
  await scene.at(60);
  scene.strike('masters-parted', 'master', 60);
  await scene.each(1, 120, () => {
    if (scene.deciding.join() !== 'master') t.fail(`${scene.deciding} decide at ${scene.nowS} s`);
  });
  t.same([scene.wrong, scene.limitsSince('a', 60)], [undefined, [18]]);
});

row('follows-another', 'counted in full while it follows another one, and taken back', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('follows-another', 'a', 60);
  let mostA = 0;
  await scene.each(0.5, 120, () => {
    if (scene.deciding[0] === 'master') mostA = Math.max(mostA, scene.exposureA('a'));
  });
  t.equal(mostA, 32, 'its maximum');
  t.ok(scene.alarms(scene.world.master('master')).includes('TWO_MASTERS'));
  await scene.at(150);
  t.same(scene.deciding, ['master']);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row(
  'follows-another',
  'whoever moves meanwhile is no longer cut off from the other one when it is over',
  {},
  async (scene, t) => {
    const { network } = scene.world;
    const { host } = scene.world.box('b');
    await scene.at(60);
    scene.strike('follows-another', 'a', 20);
    await scene.at(65);
    scene.world.box('b').move(`${host}, elsewhere`);
    await scene.at(90);
    const heard: string[] = [];
    network.open('rival').subscribe((_, from) => heard.push(from.host));
    network.open(host).send({ host: 'rival', port: 1, via: '' }, new Uint8Array(1));
    await scene.at(91);
    t.ok(heard.includes(host));
  },
);

/** Started again after a while: they had what they had, then their own limits; then all is as before. */
async function isStartedAgain(scene: Scene, t: Test, fault: string): Promise<void> {
  await scene.at(60);
  const epoch = epochOf(scene);
  scene.strike(fault, 'master', 40);
  await scene.at(73);
  t.equal(scene.shown, CALM, 'their leases run on');
  await scene.at(80);
  t.equal(scene.shown, 'a 6 b 6 c 0');
  await scene.at(99);
  t.equal(scene.shown, OWN_LIMITS);
  await scene.at(140);
  t.equal(epochOf(scene), epoch + 1);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
}

row(
  'master-killed',
  'charge points keep their limit, then their own; started again it goes on',
  {},
  async (scene, t) => {
    await isStartedAgain(scene, t, 'master-killed');
  },
);

row('master-killed', 'started again within the lease: nobody is lowered', {}, async (scene, t) => {
  await scene.at(60);
  const epoch = epochOf(scene);
  scene.strike('master-killed', 'master', 5);
  await scene.at(90);
  t.equal(epochOf(scene), epoch + 1);
  t.same([scene.limitsSince('a', 60), scene.limitsSince('b', 60), scene.wrong], [[18], [18], undefined]);
});

row('master-out-of-memory', 'the same', {}, (scene, t) => isStartedAgain(scene, t, 'master-out-of-memory'));

row('master-stopped', 'the same', {}, (scene, t) => isStartedAgain(scene, t, 'master-stopped'));

row('master-lost-state', 'nobody is raised for a lease; the epoch is learned from the slaves', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('second-master', 'network', 1);
  await scene.at(90);
  t.ok(epochOf(scene) > 1);
  const epoch = epochOf(scene);
  scene.unplug('b');
  scene.strike('master-lost-state', 'master', 0.5);
  await scene.at(105);
  t.same(scene.limitsSince('a', 90), [18], 'what b had is not given away yet');
  await scene.at(120);
  t.equal(epochOf(scene), epoch + 1);
  t.same([scene.wrong, scene.limitA('a')], [undefined, 32]);
});

row('master-killed-again', 'every two seconds: the epoch grows, and all keep what they have', {}, async (scene, t) => {
  await scene.at(60);
  const epoch = epochOf(scene);
  scene.strike('master-killed-again', 'master', 60);
  await scene.at(119.5);
  t.equal(epochOf(scene), epoch + 30);
  t.same([scene.limitsSince('a', 60), scene.limitsSince('b', 60)], [[18], [18]]);
  await scene.at(140);
  t.equal(scene.wrong, undefined);
});

row('disk-full', 'goes on from memory, with an alarm, until it can write again', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('disk-full', 'master', 60);
  scene.strike('slave-unknown', 'a', 100);
  scene.plugIn('stranger');
  await scene.at(100);
  t.same(scene.alarms(), ['STATE_FAILED']);
  t.match(scene.said('STATE_FAILED')[0], /control goes on from memory/);
  t.equal(scene.shown, 'a 12 b 12 c 0 stranger 12');
  await scene.at(140);
  t.same([scene.wrong, scene.said('STATE_SAVED').length], [undefined, 1]);
});

row('disk-read-only', 'starts and serves, with an alarm', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('disk-read-only', 'master', 60);
  await scene.at(119);
  t.same(scene.alarms(), ['STATE_FAILED']);
  t.same([scene.shown, scene.leastA('a', 60)], [CALM, 18]);
  await scene.at(140);
  t.equal(scene.wrong, undefined);
});

row('state-corrupt', 'set aside and told; nobody is raised for a lease', {}, async (scene, t) => {
  await scene.at(60);
  scene.unplug('b');
  scene.strike('state-corrupt', 'master', 60);
  await scene.at(77);
  t.match(scene.said('STATE_FAILED')[0], /state not used: .*\(kept as state\.corrupt\)/);
  t.same(scene.limitsSince('a', 60), [18]);
  await scene.at(140);
  t.same([scene.wrong, scene.limitA('a')], [undefined, 32]);
});

/** What its calendar says, less what it should. */
function wallErrorMs(scene: Scene): number {
  const { clock, wallShiftMs } = scene.master.machine;
  return clock.wallMs() - scene.world.time.nowMs - FIRST_DAY_MS === wallShiftMs ? wallShiftMs : Number.NaN;
}

compared('wall-clock-jumps', 'the limits are those of a run without it', {
  during: (t, scene) => t.equal(Math.abs(wallErrorMs(scene)), 3_600_000),
});

compared('no-real-time-clock', 'the limits are those of a run without it', {
  during: (t, scene) => t.equal(wallErrorMs(scene), -FIRST_DAY_MS),
});

compared('log-stalled', 'lines are dropped and counted; the limits are those of a run without it', {
  after: (t, scene) => t.ok((scene.world.journal.counts['droppedLines'] ?? 0) > 5),
});

compared('broker-slow', 'what waits is bounded; the limits are those of a run without it', {
  after: (t, scene) => {
    const published = scene.world.journal.lines.filter(({ event }) => event === 'PUBLISHED');
    t.ok(published.length >= 15 && published.length <= 30, `${published.length} published`);
  },
});

/** b leaves while the master stands still: what it had is given away only on fresh words. */
async function isCareful(scene: Scene, t: Test, fault: string, forS: number): Promise<void> {
  await scene.at(60);
  scene.strike(fault, 'master', forS);
  await scene.at(61);
  scene.unplug('b');
  await scene.at(60 + forS + 0.1);
  t.match(scene.said('LOOP_LATE')[0], /no charge point is raised in this one/);
  t.equal(scene.highestA('a', 60), 20, 'nobody is raised by what waited in the socket');
  await scene.at(90 + forS);
  t.same([scene.wrong, scene.limitA('a')], [undefined, 32]);
}

const ALONE = { config: BARE };
row('master-stalls', 'for 5 s: one cycle without raises; the leases run on', ALONE, async (scene, t) => {
  await isCareful(scene, t, 'master-stalls', 5);
  t.equal(scene.leastA('a', 60), 20);
});

row('master-frozen', 'for longer than a lease: no raise until fresh words', ALONE, async (scene, t) => {
  await isCareful(scene, t, 'master-frozen', 30);
  t.equal(scene.leastA('a', 60), 6);
});

row('master-stalls', 'what the meter said before is stale', {}, async (scene, t) => {
  await scene.at(60);
  scene.strike('master-stalls', 'master', 5);
  await scene.at(65.3);
  t.same([scene.alarms(), scene.shown], [['METER_LOST'], 'a 10 b 10 c 0']);
  await scene.at(120);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row(
  'master-stalls',
  'differs: whoever left meanwhile is counted once more, and another one paused for it',
  {},
  async (scene, t) => {
    await scene.at(60);
    scene.strike('master-stalls', 'master', 5);
    await scene.at(61);
    scene.unplug('b');
    await scene.at(70);
    t.match(scene.record('a').reason, { kind: 'shortage', cause: { source: 'fallback', limitA: 20 } });
    t.equal(scene.limitA('a'), 0, '20 A of fallback, less the 18 A that b had');
    await scene.at(120);
    t.same([scene.wrong, scene.limitA('a')], [undefined, 32]);
  },
);

const BIG = { config: HOUSE.replace('fallbackA: 20', 'fallbackA: 20, headroomA: 1') };
row(
  'fuse-lowered',
  'below what flows: lowered at once, and within the new fuse when the vehicles have followed',
  BIG,
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 18 b 17 c 0');
    scene.strike('fuse-lowered', 'master', 60);
    await scene.at(62);
    t.equal(scene.shown, 'a 13 b 12 c 0');
    await scene.at(67);
    t.ok(Math.max(scene.drawnA('a'), scene.drawnA('b')) <= 13);
    await scene.at(160);
    t.same([scene.wrong, scene.shown], [undefined, 'a 18 b 17 c 0']);
  },
);
