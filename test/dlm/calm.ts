/** Starts need steady room where a load wanders, and a raise that was taken back is not repeated at once. */
import t from 'tap';
import { type Amps, type Ms, perPhase } from '../../src/base/units.js';
import {
  afterGrant,
  afterPart,
  afterRamp,
  afterRoom,
  afterStop,
  ALWAYS_CALM,
  type Calm,
  calmLimit,
  calmRaiseA,
  isWandering,
  mayStart,
} from '../../src/dlm/group/calm.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const MINUTE_MS: Ms = 60_000;
const STEADY_MS: Ms = 5 * MINUTE_MS;

t.test('the first stop counts as an emergency, the second within the hour as wandering', async (t) => {
  const once = afterStop(ALWAYS_CALM, 0);
  t.notOk(isWandering(once, STEADY_MS, 1000));
  const twice = afterStop(once, MINUTE_MS);
  t.ok(isWandering(twice, STEADY_MS, 59 * MINUTE_MS));
  t.notOk(isWandering(twice, STEADY_MS, 60 * MINUTE_MS), 'an hour after the first');
  t.notOk(isWandering(twice, 0, 2 * MINUTE_MS), 'steadyMin 0: no wait');
});

t.test('a start needs room with an ampere to spare for the steady time, or twice that without', async (t) => {
  const stopped = afterStop(afterStop(ALWAYS_CALM, 0), 0);
  const spare = afterRoom(stopped, 7, 6, 0);
  t.notOk(mayStart(spare, STEADY_MS, STEADY_MS - 1));
  t.ok(mayStart(spare, STEADY_MS, STEADY_MS));
  t.equal(afterRoom(spare, 7.2, 6, 1000), spare, 'nothing new');
  const tight = afterRoom(spare, 6, 6, 1000);
  t.notOk(mayStart(tight, STEADY_MS, 2 * STEADY_MS - 1));
  t.ok(mayStart(tight, STEADY_MS, 2 * STEADY_MS));
  t.notOk(mayStart(afterRoom(spare, 5.9, 6, 1000), STEADY_MS, 1e9), 'it broke off');
});

t.test('after five stops in an hour nobody starts before the oldest is an hour ago', async (t) => {
  let calm = ALWAYS_CALM;
  for (let stop = 0; stop < 6; stop++) calm = afterStop(calm, stop * MINUTE_MS);
  t.equal(calm.stopsMs.length, 5);
  const steady = afterRoom(calm, 20, 6, 6 * MINUTE_MS);
  t.notOk(mayStart(steady, STEADY_MS, 60 * MINUTE_MS));
  t.ok(mayStart(steady, STEADY_MS, 61 * MINUTE_MS), 'the second stop was at 1 min');
});

/** Its limit behind a load that wanders. */
function granted(before: Calm, limitA: Amps, nowMs: Ms, capacityA = 20): Calm {
  return afterGrant(before, limitA, {
    wanders: true,
    steadyMs: STEADY_MS,
    stepA: 1,
    capacityA: () => capacityA,
    nowMs,
  });
}

t.test('raises that are taken back within 10 s make the next one wait, twice as long each time', async (t) => {
  let calm = ALWAYS_CALM;
  const waits = [0, 20_000, 90_000, 400_000, 600_000].map((atMs) => {
    calm = granted(granted(calm, 10, atMs), 9, atMs + 10_000);
    return calm.noRaiseUntilMs - (atMs + 10_000);
  });
  t.same(waits, [0, 30_000, 60_000, 0, 0], 'once may happen; long after the last one it begins anew');
  calm = ALWAYS_CALM;
  const close = Array.from({ length: 4 }, () => {
    const atMs = Math.max(0, calm.noRaiseUntilMs);
    calm = granted(granted(calm, 10, atMs), 9, atMs + 5000);
    return calm.raiseWaitMs;
  });
  t.same(close, [0, 30_000, 60_000, 120_000]);
  const late = granted(granted(ALWAYS_CALM, 10, 0), 9, 10_001);
  t.equal(late.raiseWaitMs, 0, 'a lowering later than that is no toggle');
  t.equal(granted(granted(ALWAYS_CALM, 10, 0), 0, 5000).raiseWaitMs, 0, 'a pause has a rule of its own');
});

function home(): Rig {
  const main = circuit({ id: 'main', limitA: perPhase(20), meter: 'grid', fallbackA: perPhase(0) });
  const points = [chargePoint({ id: 'a', disconnectedLimitA: 0, maxA: 16 })];
  return new Rig({ site: site({ autoAdopt: false, circuits: [main], chargePoints: points }) });
}

/** The house takes so much for a while; the meter shows it and the vehicle. Counts the starts. */
function live(rig: Rig, houseA: Amps, forMs: Ms): number {
  let starts = 0;
  for (const endMs = rig.nowMs + forMs; rig.nowMs < endMs; ) {
    const { limitA } = rig.slave('a').core.enforced(rig.nowMs);
    rig.hearMeter('grid', perPhase(houseA + limitA));
    rig.run(1000);
    if (limitA === 0 && rig.slave('a').core.enforced(rig.nowMs).limitA > 0) starts += 1;
  }
  return starts;
}

t.test('a house that comes and goes each minute starts a vehicle three times an hour, not thirty times', async (t) => {
  const rig = home();
  rig.slave('a').plugIn();
  let starts = 0;
  for (let minute = 0; minute < 25; minute++) starts += live(rig, 8, MINUTE_MS) + live(rig, 16, MINUTE_MS);
  t.ok(starts <= 3, `${starts} starts`);
  t.same(rig.record('a').reason, { kind: 'unsteady' });
  t.equal(live(rig, 8, 4 * MINUTE_MS), 0, 'not yet');
  t.equal(live(rig, 8, 2 * MINUTE_MS), 1, 'after five minutes of steady room');
});

t.test('after one emergency the vehicle returns at once', async (t) => {
  const rig = home();
  rig.slave('a').plugIn();
  live(rig, 8, 5 * MINUTE_MS);
  live(rig, 16, 10_000);
  t.equal(rig.limits, '0');
  t.equal(live(rig, 8, 45_000), 1);
});

t.test('another vehicle is plugged in: nothing is held against it', async (t) => {
  const rig = home();
  rig.slave('a').plugIn();
  for (let minute = 0; minute < 5; minute++) {
    live(rig, 8, MINUTE_MS);
    live(rig, 16, MINUTE_MS);
  }
  t.equal(live(rig, 8, MINUTE_MS), 0);
  rig.slave('a').unplug();
  live(rig, 8, 3000);
  rig.slave('a').plugIn();
  t.equal(live(rig, 8, 10_000), 1);
});

t.test('turns of a shortage are no stops', async (t) => {
  const main = circuit({ id: 'main', limitA: perPhase(10), meter: 'grid', fallbackA: perPhase(10) });
  const points = ['a', 'b'].map((id) => chargePoint({ id, disconnectedLimitA: 0 }));
  const of = site({ autoAdopt: false, circuits: [main], chargePoints: points });
  const rig = new Rig({ site: { ...of, allocation: { ...of.allocation, dwellMs: MINUTE_MS } } });
  for (const id of ['a', 'b']) rig.slave(id).plugIn();
  let turns = 0;
  let before = '';
  for (let second = 0; second < 1200; second++) {
    const sumA = ['a', 'b'].reduce((sum, id) => sum + rig.slave(id).core.enforced(rig.nowMs).limitA, 0);
    rig.hearMeter('grid', perPhase(sumA));
    rig.run(1000);
    if (rig.limits !== before) turns += 1;
    before = rig.limits;
  }
  t.ok(turns > 20, `${turns} changes in 20 minutes`);
  t.equal(rig.record('a').service.calm.stopsMs.length, 0);
});

t.test('while raises wait, a larger one goes on, but for half an ampere and the rest of a step', async (t) => {
  const rows = [
    [9, 10, 1, 9],
    [9, 11, 1, 10],
    [9, 17, 1, 16],
    [9, 9.5, 0.1, 9],
    [9, 10, 0.1, 9.5],
    [0, 6, 2, 4],
  ] as const;
  for (const [grantedA, shareA, stepA, expectedA] of rows) {
    t.equal(
      calmRaiseA(grantedA, shareA, stepA),
      expectedA,
      `${grantedA} A, a share of ${shareA} A in steps of ${stepA} A`,
    );
  }
});

/** What a vehicle may have of this share. */
function allowedA(calm: Calm, shareA: Amps, nowMs: Ms, roomA: Amps = Number.POSITIVE_INFINITY): Amps {
  return calmLimit(calm, { shareA, stepA: 1, roomA: () => roomA, nowMs }).limitA;
}

t.test('no vehicle is raised twice within 10 s, but while it starts', async (t) => {
  const started = granted(ALWAYS_CALM, 6, 0);
  t.equal(allowedA(started, 16, 2_000), 16, 'it starts');
  const raised = granted(granted(started, 8, 30_000), 10, 60_000);
  t.equal(allowedA(raised, 16, 69_999), 10);
  t.equal(allowedA(raised, 16, 70_000), 16);
  t.equal(allowedA(raised, 8, 61_000), 8, 'a lowering goes at once');
  t.equal(allowedA(granted(raised, 0, 61_000), 16, 62_000), 16, 'a pause ends at once');
});

t.test('a step that was taken back needs an ampere to spare for a steady time', async (t) => {
  const quick = granted(granted(granted(ALWAYS_CALM, 8, 0), 9, 60_000), 8, 65_000);
  const later = 65_000 + STEADY_MS;
  t.equal(allowedA(quick, 9, later - 1, 1.9), 8);
  t.equal(allowedA(quick, 9, later - 1, 2), 9, 'an ampere would be left');
  t.equal(allowedA(quick, 10, later - 1, 2), 10, 'a larger raise');
  t.equal(allowedA(quick, 9, later, 1), 9, 'it is long ago');
  const twice = granted(granted(quick, 9, later), 8, later + 60_000);
  t.equal(twice.tightUntilMs, later + 60_000 + 2 * STEADY_MS, 'twice as long');
  const slow = granted(granted(granted(ALWAYS_CALM, 8, 0), 9, 60_000), 8, 90_000);
  t.equal(allowedA(slow, 9, 120_000, 1), 9, 'once within the steady time');
  const again = granted(granted(slow, 9, 120_000), 8, 150_000);
  t.equal(allowedA(again, 9, 200_000, 1), 8, 'twice');
  const large = granted(granted(granted(ALWAYS_CALM, 8, 0), 14, 60_000), 8, 75_000);
  t.equal(allowedA(large, 9, 100_000, 1), 9, 'no step');
  const load = granted(granted(granted(ALWAYS_CALM, 8, 0), 9, 60_000), 8, 65_000, 18.9);
  t.equal(allowedA(load, 9, 100_000, 1), 9, 'a load came on');
});

t.test('a part of a raise waits for the rest for 5 s', async (t) => {
  const calm = granted(granted(ALWAYS_CALM, 6, 0), 8, 60_000);
  const first = afterPart(calm, true, 80_000);
  t.ok(first.waits);
  t.ok(afterPart(first.calm, true, 84_999).waits);
  t.notOk(afterPart(first.calm, true, 85_000).waits);
  t.equal(afterPart(first.calm, false, 81_000).calm.partSinceMs, undefined, 'all of it is there');
  t.notOk(afterPart(granted(ALWAYS_CALM, 6, 80_000), true, 81_000).waits, 'it starts');
});

/** The limits of a vehicle that is granted what a ramp permits, once a second; it follows at once, or never. */
function ramped(
  fromA: Amps,
  shareA: Amps,
  aPerS: number,
  seconds: number,
  { stepA = 1, hears = true }: { stepA?: Amps; hears?: boolean } = {},
): readonly Amps[] {
  let calm = granted(ALWAYS_CALM, fromA, 0);
  let followedA = fromA;
  return Array.from({ length: seconds }, (_, second) => {
    const nowMs = 60_000 + second * 1000;
    calm = afterRamp(calm, { shareA, neededA: 6, followedA, stepA, aPerS, nowMs });
    const { limitA } = calmLimit(calm, { shareA, stepA, roomA: () => 0, nowMs });
    calm = granted(calm, limitA, nowMs);
    if (hears) followedA = limitA;
    return limitA;
  });
}

t.test('a ramp: so many amperes per second, whole steps, and a start with what is needed', async (t) => {
  t.same(ramped(10, 15, 2, 5), [10, 12, 14, 15, 15]);
  t.same(ramped(10, 12, 0.5, 6), [10, 10, 11, 11, 12, 12]);
  t.same(ramped(0, 12, 2, 5), [6, 8, 10, 12, 12]);
  t.same(ramped(0, 16, 2, 5, { stepA: 4 }), [8, 8, 12, 12, 16]);
  t.same(ramped(16, 6, 2, 2), [6, 6], 'lowered at once');
});

t.test('a ramp waits for a charge point that hears no grants: else it would have all of it at once', async (t) => {
  t.same(ramped(0, 32, 1, 8, { hears: false }), [6, 7, 8, 9, 10, 10, 10, 10]);
  t.same(ramped(16, 32, 1, 8, { hears: false }), [16, 17, 18, 19, 20, 20, 20, 20]);
});
