/** What a full vehicle leaves of its offer: open for it as long as nobody else can use it. */
import t from 'tap';
import { type Amps, type Ms, perPhase } from '../../src/base/units.js';
import type { ChargePoint, Circuit } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const MINUTE_MS: Ms = 60_000;
const NEVER = Number.POSITIVE_INFINITY;

interface Garage {
  readonly limitA?: Amps;
  readonly circuits?: readonly Circuit[];
  readonly points: readonly (Partial<ChargePoint> & { id: string })[];
}

function garage({ limitA = 32, circuits = [], points }: Garage): Rig {
  return new Rig({
    site: site({
      autoAdopt: false,
      circuits: [circuit({ id: 'main', limitA: perPhase(limitA) }), ...circuits],
      chargePoints: points.map((point) => chargePoint({ disconnectedLimitA: 0, ...point })),
    }),
  });
}

/** `full` takes nothing, all others charge. */
function withFull(rig: Rig, ...full: readonly string[]): Rig {
  for (const [id, slave] of rig.slaves) {
    slave.plugIn();
    if (full.includes(id)) slave.startsAfterMs = NEVER;
  }
  return rig;
}

t.test('after three minutes the minimum of a full vehicle goes to one that can use it', async (t) => {
  const rig = withFull(garage({ points: [{ id: 'a' }, { id: 'b' }] }), 'a');
  rig.run(2 * MINUTE_MS);
  t.equal(`${rig.limits}, ${rig.reasons}`, '6 26, vehiclePaused circuit');
  rig.run(2 * MINUTE_MS);
  t.equal(`${rig.limits}, ${rig.reasons}`, '0 32, declined maximum');
  t.same(rig.record('a').reason, { kind: 'declined', circuit: 'main', phase: 0 });
});

t.test('it stays open where all others have what they can take', async (t) => {
  const rig = withFull(garage({ points: [{ id: 'a' }, { id: 'b', maxA: 26 }] }), 'a');
  rig.run(180 * MINUTE_MS);
  t.equal(`${rig.limits}, ${rig.reasons}`, '6 26, vehiclePaused maximum');
});

t.test('it stays open where all others leave a part of their limits', async (t) => {
  const rig = withFull(garage({ points: [{ id: 'a' }, { id: 'b' }] }), 'a');
  rig.slave('b').drawsA = 16;
  rig.run(10 * MINUTE_MS);
  t.equal(rig.limits, '6 26');
  rig.slave('b').drawsA = 25;
  rig.run(10_000);
  t.equal(rig.limits, '0 32', 'it may use more now');
});

t.test('it stays open where those who get too little have another phase or another fuse', async (t) => {
  const one = { phases: 1, maxA: 40 } as const;
  const phases = garage({
    points: [
      { id: 'a', ...one },
      { id: 'b', ...one, rotation: 'STR' },
      { id: 'c', ...one, rotation: 'STR' },
    ],
  });
  withFull(phases, 'a').run(10 * MINUTE_MS);
  t.equal(phases.limits, '6 16 16');
  const fuses = garage({
    limitA: 100,
    circuits: [circuit({ id: 'left', parent: 'main' }), circuit({ id: 'right', parent: 'main' })],
    points: [
      { id: 'a', circuit: 'left' },
      { id: 'b', circuit: 'right' },
      { id: 'c', circuit: 'right' },
    ],
  });
  withFull(fuses, 'a').run(10 * MINUTE_MS);
  t.equal(fuses.limits, '6 16 16');
});

t.test('it goes to one that would be paused without it, and by priority too', async (t) => {
  const short = withFull(garage({ limitA: 12, points: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }), 'a');
  short.run(10 * MINUTE_MS);
  t.equal(short.limits, '0 6 6');
  const priority = { priority: 2 };
  const late = withFull(
    garage({
      limitA: 14,
      points: [
        { id: 'a', priority: 1 },
        { id: 'b', ...priority },
        { id: 'c', ...priority },
      ],
    }),
    'a',
  );
  late.run(10 * MINUTE_MS);
  t.equal(late.limits, '0 7 7');
});

t.test('it goes to one that the difference between two phases holds, if it is on the higher one alone', async (t) => {
  for (const [phases, limits] of [
    [1, '0 14'],
    [3, '6 14'],
  ] as const) {
    const circuits = [circuit({ id: 'house', parent: 'main', imbalanceLimitA: 14 })];
    const house = { circuit: 'house' };
    const points = [
      { id: 'a', ...house, phases },
      { id: 'b', ...house, phases: 1 as const },
    ];
    const rig = withFull(garage({ circuits, points }), 'a');
    rig.run(10 * MINUTE_MS);
    t.equal(rig.limits, limits, `${phases} phases`);
  }
});

t.test('full vehicles yield to those that charge, not to one another', async (t) => {
  const rig = withFull(garage({ limitA: 13, points: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }), 'a', 'b', 'c');
  rig.run(20 * MINUTE_MS);
  t.notMatch(rig.reasons, /declined/);
});

t.test('one that pauses for two minutes, or needs so long to start, loses nothing', async (t) => {
  const rig = withFull(garage({ points: [{ id: 'a' }, { id: 'b' }] }));
  rig.slave('a').startsAfterMs = 2.5 * MINUTE_MS;
  rig.run(4 * MINUTE_MS);
  t.equal(rig.limits, '16 16');
  rig.slave('a').state = 'SuspendedEV';
  rig.slave('a').drawsA = 0;
  rig.run(2.5 * MINUTE_MS);
  t.equal(rig.limits, '6 26');
  rig.slave('a').state = undefined;
  rig.slave('a').drawsA = undefined;
  rig.run(MINUTE_MS);
  t.equal(rig.limits, '16 16');
});

t.test('it is asked again after an hour, for three minutes', async (t) => {
  const rig = withFull(garage({ points: [{ id: 'a' }, { id: 'b' }] }), 'a');
  rig.run(10 * MINUTE_MS);
  const offeredMs = [0, 0, 0].map(() => {
    let offeredMs = 0;
    for (let second = 0; second < 63 * 60; second++) {
      rig.run(1000);
      if (rig.slave('a').core.enforced(rig.nowMs).limitA > 0) offeredMs += 1000;
    }
    return offeredMs;
  });
  for (const ms of offeredMs) t.ok(ms > 2.5 * MINUTE_MS && ms < 4 * MINUTE_MS, `${ms} ms in 63 min`);
  rig.slave('a').startsAfterMs = 0;
  rig.run(63 * MINUTE_MS);
  t.equal(rig.limits, '16 16', 'it wants again, and shares from then on');
});

t.test('it is offered again after a dwell time where there is room, and at once after another one comes', async (t) => {
  const rig = withFull(garage({ points: [{ id: 'a' }, { id: 'b' }] }), 'a');
  rig.run(10 * MINUTE_MS);
  t.equal(rig.limits, '0 32');
  rig.slave('b').unplug();
  rig.run(15 * MINUTE_MS);
  t.equal(rig.limits, '6 0');
  rig.slave('b').plugIn();
  rig.run(31 * MINUTE_MS);
  t.equal(rig.limits, '0 32');
  rig.slave('a').plugIn();
  rig.slave('a').startsAfterMs = 0;
  rig.run(10_000);
  t.equal(rig.limits, '16 16');
});

t.test('the next vehicle has its own three minutes, even if nothing was heard between the two', async (t) => {
  const rig = withFull(garage({ points: [{ id: 'a' }, { id: 'b' }] }), 'a');
  rig.run(2.5 * MINUTE_MS);
  rig.slave('a').plugIn();
  rig.run(2.5 * MINUTE_MS);
  t.equal(rig.limits, '6 26');
  rig.run(MINUTE_MS);
  t.equal(rig.limits, '0 32');
});

t.test('six hours with four full vehicles: limits change seldom', async (t) => {
  const full = 'a b c d'.split(' ');
  const rig = withFull(garage({ points: [...full, 'e', 'f'].map((id) => ({ id })) }), ...full);
  rig.run(10 * MINUTE_MS);
  t.equal(rig.limits, '0 0 0 0 16 16');
  let [changes, before] = [0, rig.limits];
  const hours = 6;
  for (let second = 0; second < hours * 3600; second++) {
    rig.run(1000);
    if (rig.limits !== before) changes++;
    before = rig.limits;
  }
  t.ok(changes > 0 && changes <= 4 * full.length * hours, `${changes} changes`);
});
