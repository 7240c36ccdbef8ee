/** Rows 23, 30 to 35, 37, 38, 57 and 58: what happens to datagrams. */
import t, { type Test } from 'tap';
import { BARE, CALM_BARE, compared, HOUSE, longest, row, type Scene } from './scene.js';

const CALM = CALM_BARE;
/** What the others may have while one of them is not heard, and once its lease is over for sure. */
const [HELD, FREED] = ['b 20', 'b 32'];
/** By the master's clock: lease, drift and the time of the vehicle. */
const FREED_AFTER_S = 15.35 + 5;
const OPTIONS = { config: BARE };

/** Of the first charge point, as the master sees it. */
async function longestSilenceS(scene: Scene, untilS: number): Promise<number> {
  let longestS = 0;
  await scene.each(0.1, untilS, () => {
    longestS = Math.max(longestS, scene.silentS('a'));
  });
  return longestS;
}

row('late-datagrams', 'late words change nothing: all keep what they have', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('late-datagrams', 'network', 120);
  t.ok((await longestSilenceS(scene, 180)) > 1.5);
  await scene.at(220);
  t.same([scene.limitsSince('a', 60), scene.limitsSince('b', 60)], [[20], [20]]);
  t.equal(scene.wrong, undefined);
});

row('grants-late', 'a grant that was under way for a lease allows nothing', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('grants-late', 'a', 40);
  await scene.at(99);
  const endS = scene.when('a', 60, (limitA) => limitA < 20);
  t.ok(endS < 60 + 1.1 + 15.1, `its lease ends at ${endS} s, counted from its own poll`);
  t.equal(scene.highestA('a', endS), 6);
  await scene.at(140);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('loss', 'service goes on, without swinging', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('loss', 'network', 120);
  t.ok((await longestSilenceS(scene, 180)) > 1.5);
  const changes = scene.limitsSince('a', 60).length + scene.limitsSince('b', 60).length - 2;
  t.ok(changes <= 8, `${changes} changes in 120 s`);
  t.ok(scene.leastA('a', 60) >= 6 && scene.leastA('b', 60) >= 6, 'nobody is paused');
  await scene.at(220);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('reordering', 'they overtake each other: nobody is paused, and no fuse is exceeded', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('reordering', 'network', 120);
  await scene.at(100);
  scene.plugIn('c');
  t.ok((await longestSilenceS(scene, 180)) > 1.5);
  t.ok(scene.leastA('a', 60) >= 6 && scene.leastA('b', 60) >= 6);
  await scene.at(240);
  t.equal(scene.wrong, undefined);
  t.match(scene.shown, /a 1[34] b 1[34] c 1[34]/);
});

row(
  'partition',
  'falls to its own limit; the others get the remainder only when its lease is over',
  OPTIONS,
  async (scene, t) => {
    await scene.at(60);
    scene.strike('partition', 'a', 60);
    await scene.at(120);
    const fellS = scene.when('a', 60, (limitA) => limitA === 6);
    const raisedS = scene.when('b', 60, (limitA) => limitA > 20);
    t.ok(fellS <= 75, `falls at ${fellS} s`);
    t.ok(raisedS >= fellS + 5 && raisedS <= 60 + FREED_AFTER_S + 1, `the other one is raised at ${raisedS} s`);
    t.same([scene.shown, scene.alarms()], ['a 6 b 32 c 0', ['SLAVE_LOST']]);
    await scene.at(150);
    t.same([scene.wrong, scene.shown], [undefined, CALM]);
  },
);

row('swizzled-partitions', 'cut off one by one, and back in another order', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('swizzled-partitions', 'network', 120);
  await scene.at(178);
  const cut = ['a', 'b', 'c'].filter((id) => scene.leastA(id, 60) !== scene.highestA(id, 60));
  t.ok(cut.length > 0, 'somebody was cut off for long enough to fall to its own limit');
  await scene.at(220);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('partition-of-some', 'those that are cut off fall to their own limit, and come back', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('partition-of-some', 'network', 60);
  await scene.at(80);
  t.equal(scene.shown, 'a 6 b 6 c 0');
  await scene.at(150);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('grants-lost', 'not acknowledged: the old bound is kept for as long as it polls', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('grants-lost', 'a', 25);
  await scene.at(84);
  t.equal(scene.limitA('a'), 6, 'its lease is over');
  t.same([scene.exposureA('a'), HELD], [20, `b ${scene.limitA('b')}`]);
  await scene.at(130);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('polls-lost', 'silent: freed only when its lease is over', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('polls-lost', 'a', 60);
  await scene.at(78);
  t.same([scene.exposureA('a'), HELD], [20, `b ${scene.limitA('b')}`]);
  await scene.at(119);
  t.same([scene.exposureA('a'), FREED], [6, `b ${scene.limitA('b')}`]);
  await scene.at(150);
  t.same([scene.wrong, scene.shown], [undefined, CALM]);
});

row('broadcast-blocked', 'for less than half a minute: nobody notices', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('broadcast-blocked', 'network', 25);
  t.ok(scene.world.network.isBroadcastBlocked);
  await scene.at(120);
  t.same([scene.limitsSince('a', 60), scene.said('MASTER_LOST')], [[20], []]);
});

row(
  'broadcast-blocked',
  'differs: for longer, the master is forgotten although it answers',
  OPTIONS,
  async (scene, t) => {
    await scene.at(60);
    scene.strike('broadcast-blocked', 'network', 70);
    await scene.at(129);
    t.equal(scene.said('MASTER_LOST').length, 3);
    t.equal(scene.shown, 'a 6 b 6 c 6', 'each has its own limit');
    await scene.at(160);
    t.same([scene.wrong, scene.shown], [undefined, CALM]);
  },
);

row('broadcast-blocked-fixed', 'slaves that were told the address are served on', OPTIONS, async (scene, t) => {
  await scene.at(60);
  scene.strike('broadcast-blocked-fixed', 'network', 60);
  await scene.at(119);
  t.same([scene.limitsSince('a', 60), scene.said('MASTER_LOST')], [[20], []]);
  t.match(scene.said('MASTER_FOUND', 60)[0], /is answered by fixed master/);
});

row(
  'interface-down',
  'all fall to their own limit, and are served again when it is back',
  OPTIONS,
  async (scene, t) => {
    await scene.at(60);
    scene.strike('interface-down', 'network', 60);
    await scene.at(119);
    t.equal(scene.shown, 'a 6 b 6 c 6');
    await scene.at(130);
    t.same([scene.wrong, scene.shown], [undefined, CALM]);
  },
);

compared('duplication', 'each counts once: the limits are those of a run without it', {
  ...OPTIONS,
  isSigned: true,
  after: (t, scene) => t.match(scene.said('DATAGRAM_DROPPED').join(' '), /replay/),
});

const dropsGarbage = {
  config: HOUSE,
  after: (t: Test, scene: Scene) => {
    t.match(scene.said('DATAGRAM_DROPPED')[0], /garbage/);
  },
};
compared('garbage', 'dropped and counted: the limits are those of a run without it', dropsGarbage);
compared('oversized', 'dropped and counted: the limits are those of a run without it', dropsGarbage);

compared('replay', 'what is signed by nobody, or was heard before, changes nothing', {
  ...OPTIONS,
  isSigned: true,
  after: (t, scene) => {
    const told = scene.said('DATAGRAM_DROPPED').join(' ');
    t.match(told, /bad tag/);
    t.match(told, /replay/);
  },
});

t.test('row 38: no datagram of ours is longer than 1200 bytes', async (t) => {
  t.ok(longest > 100 && longest <= 1_200, `${longest} bytes`);
});
