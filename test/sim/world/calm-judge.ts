/** The judge of the calm time: equal shares, nobody forgotten, limits that stay; each seen when it is so, and when it is not. */
import t from 'tap';
import { NOT_YET_SERVED } from '../../../src/dlm/group/service.js';
import type { Ms } from '../../../src/base/units.js';
import type { ChargePoint, ShortageRule } from '../../../src/dlm/types.js';
import { CalmJudge } from '../../../src/sim/world/judges/calm-judge.js';
import type { MasterBox } from '../../../src/sim/world/master-box.js';
import type { ChargePointPlan, VehiclePlan } from '../../../src/sim/world/scenario.js';
import type { SlaveBox } from '../../../src/sim/world/slave-box.js';
import { chargePoint } from '../../helpers/site.js';
import { VEHICLE } from './small-site.js';

const DWELL_MS = 60_000;
const MINUTES = 20;
const WH_PER_MINUTE = 100;

/** A charge point of which only that stands here at which the judge looks. */
class Charging {
  readonly id: string;
  readonly nowMs = 0;
  readonly isOn = true;
  readonly hardware: {
    vehicle: VehiclePlan | undefined;
    plan: Partial<ChargePointPlan>;
    isAsleep: boolean;
    isFull: () => boolean;
    energyWh: () => number;
  };
  enforced = { limitA: 16 };
  wh = 0;
  isFull = false;

  constructor(id: string, plan: Partial<ChargePointPlan> = {}, vehicle: Partial<VehiclePlan> = {}) {
    this.id = id;
    this.hardware = {
      vehicle: { ...VEHICLE, ...vehicle },
      plan: { circuit: 'main', rotation: 'RST', phases: 3, minA: 6, maxA: 32, ...plan },
      isAsleep: false,
      isFull: () => this.isFull,
      energyWh: () => this.wh,
    };
  }
}

/** What the copper around the charge points shows. */
interface Looked {
  freeA: number;
  movedA: number;
}

interface Watched {
  readonly told: string[];
  readonly judge: CalmJudge;
  readonly copper: Looked;
}

function judgeOf(
  priorityOf: (id: string) => number = () => 1,
  shortage: ShortageRule = 'longest-charging-first',
): Watched {
  const told: string[] = [];
  const violate = (judge: string, text: string): number => told.push(`${judge}: ${text}`);
  const copper: Looked = { freeA: 0, movedA: 0 };
  const judge = new CalmJudge({
    dwellMs: DWELL_MS,
    steadyMs: DWELL_MS,
    stepA: 1,
    shortage,
    priorityOf,
    isHandled: () => false,
    freeA: () => copper.freeA,
    movedA: () => copper.movedA,
    violate,
  });
  return { told, judge, copper };
}

function lookedAt(
  { judge }: Watched,
  boxes: readonly Charging[],
  each: (second: number) => void,
  forS: number,
  masterAt: (second: number) => MasterBox | undefined = () => undefined,
): Ms {
  for (let second = 0; second <= forS; second++) {
    each(second);
    judge.look(boxes as unknown as readonly SlaveBox[], masterAt(second), second * 1000);
  }
  return forS * 1000;
}

function masterWith(reasons: Readonly<Record<string, string>>): MasterBox {
  const records = Object.entries(reasons).map(([id, kind]) => ({
    id,
    reason: { kind },
    vehicle: { chargingMs: 0 },
    service: NOT_YET_SERVED,
  }));
  return { runtime: { controller: { records } } } as unknown as MasterBox;
}

/** Two that charge for 20 minutes; the second one at this share of the first. */
function pair(share: number, other = new Charging('b'), priorityOf?: (id: string) => number): Watched {
  const watched = judgeOf(priorityOf);
  const one = new Charging('a');
  const charge = (): void => {
    one.wh += WH_PER_MINUTE / 60;
    other.wh += (share * WH_PER_MINUTE) / 60;
  };
  const nowMs = lookedAt(watched, [one, other], charge, 60 * MINUTES);
  watched.judge.finish(masterWith({ a: 'circuit', b: 'circuit' }), nowMs);
  return watched;
}

t.test('fair: equal vehicles differ by 2 % at most', async (t) => {
  const { told, judge } = pair(0.981);
  t.same(told, []);
  const { unfairnessShare, limitChangesPerHour, pausesPerHour } = judge.measures;
  t.ok(unfairnessShare !== null && Math.abs(unfairnessShare - 0.019) < 1e-3, `${unfairnessShare}`);
  t.same([limitChangesPerHour, pausesPerHour], [0, 0]);
});

t.test('unfair: by more than 2 %', async (t) => {
  const { told } = pair(0.975);
  t.same(told, ['fairness: a got 2000 Wh and b 1950 Wh, although equal']);
});

t.test('those that are not equal are not compared', async (t) => {
  const rows: readonly (readonly [string, Charging, ((id: string) => number)?])[] = [
    ['another circuit', new Charging('b', { circuit: 'garage' })],
    ['another rotation', new Charging('b', { rotation: 'STR' })],
    ['a smaller connector', new Charging('b', { maxA: 16 })],
    ['fewer phases', new Charging('b', {}, { phases: 1 })],
    ['a vehicle that takes less', new Charging('b', {}, { maxA: 16 })],
    ['one that gets full', new Charging('b', {}, { demandWh: 9_000 })],
    ['one that cools', new Charging('b', {}, { coolsEveryMs: 300_000 })],
    ['another priority', new Charging('b'), (id) => (id === 'a' ? 1 : 2)],
  ];
  for (const [what, other, priorityOf] of rows) {
    const { told, judge } = pair(0.5, other, priorityOf);
    t.same(told, [], what);
    t.equal(judge.measures.unfairnessShare, null, what);
  }
});

t.test('one that came later, or was paused, is not compared', async (t) => {
  for (const isLate of [true, false]) {
    const watched = judgeOf();
    const [one, other] = [new Charging('a'), new Charging('b')];
    const { vehicle } = other.hardware;
    const charge = (second: number): void => {
      one.wh += 1;
      other.wh += 0.5;
      if (isLate) other.hardware.vehicle = second < 30 ? undefined : vehicle;
      else other.enforced = { limitA: second === 30 ? 0 : 16 };
    };
    const nowMs = lookedAt(watched, [one, other], charge, 60 * MINUTES);
    watched.judge.finish(undefined, nowMs);
    t.same(watched.told, [], isLate ? 'late' : 'paused');
  }
});

t.test('too short a time says nothing about fairness', async (t) => {
  const watched = judgeOf();
  const boxes = [new Charging('a'), new Charging('b')] as const;
  const charge = (): void => {
    boxes[0].wh += 1;
  };
  const master = masterWith({ b: 'shortage' });
  const nowMs = lookedAt(watched, boxes, charge, (8 * DWELL_MS) / 1000 - 1, () => master);
  watched.judge.finish(master, nowMs);
  t.same(watched.told, []);
});

/** One charges; the other one had its last energy `quietS` before the end. */
function waiting(quietS: number, kind: string | undefined, forS = 600, kindBefore = kind): readonly string[] {
  const watched = judgeOf();
  const [one, other] = [new Charging('a'), new Charging('b', { circuit: 'garage' })];
  const charge = (second: number): void => {
    one.wh += 1;
    if (second <= forS - quietS) other.wh += 1;
    else other.enforced = { limitA: 0 };
  };
  const masterOf = (own: string | undefined): MasterBox =>
    masterWith({ a: 'maximum', ...(own !== undefined && { b: own }) });
  const [before, after] = [masterOf(kindBefore), masterOf(kind)];
  const nowMs = lookedAt(watched, [one, other], charge, forS, (second) => (second <= forS - 220 ? before : after));
  watched.judge.finish(after, nowMs);
  return watched.told;
}

t.test('starvation: one has nothing for longer than the turns of all take', async (t) => {
  t.same(waiting(210, 'waiting'), [], 'two dwell times and 90 s');
  t.same(waiting(211, 'waiting'), ['starvation: b had nothing for 211 s: waiting']);
  t.same(waiting(300, undefined), ['starvation: b had nothing for 300 s: no master knows it']);
  for (const kind of ['shortage', 'circuit', 'imbalance', 'vehiclePaused', 'unsteady'])
    t.same(waiting(300, kind), [], `${kind}: by the rules of the site`);
  t.same(waiting(600, 'waiting', 800, 'shortage'), ['starvation: b had nothing for 220 s: waiting']);
  t.same(waiting(400, 'shortage', 600, 'waiting'), [], 'now the rules have nothing for it');
  t.same(waiting(3810, 'declined', 5000), [], 'asked again after an hour');
  t.same(waiting(3811, 'declined', 5000), ['starvation: b had nothing for 3811 s: declined']);
});

interface Shortage {
  readonly chargedMin: number;
  readonly facts?: Partial<ChargePoint>;
  readonly phases?: number;
  readonly between?: readonly [number, number];
  readonly declinedAtMs?: Ms;
  readonly rule?: ShortageRule;
  readonly priorityOf?: (id: string) => number;
  readonly isPausedAt?: number;
}

/** `a` charges on L1 and L2 for ten minutes while `b` has nothing. `a` had charged for so many minutes by then, `b` for none. */
function shortage(form: Shortage): readonly string[] {
  const watched = judgeOf(form.priorityOf, form.rule);
  const [one, other] = [new Charging('a'), new Charging('b')];
  other.enforced = { limitA: 0 };
  const charge = (second: number): void => {
    one.wh += 1;
    one.enforced = { limitA: second === form.isPausedAt ? 0 : 16 };
  };
  const record = (
    id: string,
    reason: unknown,
    chargedMin: number,
    phases: number,
    facts: Partial<ChargePoint>,
  ): unknown => ({
    ...{ id, reason, facts: chargePoint({ id, ...facts }), activePhases: () => phases },
    ...{
      vehicle: { chargingMs: chargedMin * 60_000 },
      service: { declinedAtMs: id === 'b' ? form.declinedAtMs : undefined },
    },
  });
  const why = { kind: 'shortage', ...(form.between && { phases: form.between }) };
  const records = [
    record('a', { kind: 'maximum' }, form.chargedMin, 0b011, {}),
    record('b', why, 0, form.phases ?? 0b011, form.facts ?? {}),
  ];
  const master = { runtime: { controller: { records } } } as unknown as MasterBox;
  const nowMs = lookedAt(watched, [one, other], charge, 600, () => master);
  watched.judge.finish(master, nowMs);
  return watched.told;
}

t.test('starvation in a shortage: one that has charged for longer does not yield its place', async (t) => {
  const told = ['starvation: b had nothing for 600 s: shortage, all for a, which has charged for longer'];
  t.same(shortage({ chargedMin: 12 }), told);
  t.same(shortage({ chargedMin: 12, phases: 0b010 }), told, 'it would need less');
  const rows: readonly (readonly [string, Shortage])[] = [
    ['it has to catch up', { chargedMin: 1 }],
    ['on another circuit', { chargedMin: 12, facts: { circuit: 'garage' } }],
    ['it needs a higher minimum', { chargedMin: 12, facts: { minA: 8 } }],
    ['it needs one phase more', { chargedMin: 12, phases: 0b111 }],
    ['its phase is another one in the grid', { chargedMin: 12, phases: 0b001, facts: { rotation: 'TRS' } }],
    ['phases would differ too much', { chargedMin: 12, between: [0, 1] }],
    ['by rank', { chargedMin: 12, priorityOf: (id) => (id === 'a' ? 1 : 2) }],
    ['by the rule of the site', { chargedMin: 12, rule: 'last-connected-first' }],
    ['it did not want', { chargedMin: 12, declinedAtMs: 5 }],
    ['it yielded once', { chargedMin: 12, isPausedAt: 300 }],
  ];
  for (const [what, row] of rows) t.same(shortage(row), [], what);
});

t.test('one that is full, asleep or gone does not starve', async (t) => {
  const ends: readonly ((box: Charging) => void)[] = [
    (box) => {
      box.isFull = true;
    },
    (box) => {
      box.hardware.isAsleep = true;
    },
    (box) => {
      box.hardware.vehicle = undefined;
    },
  ];
  for (const end of ends) {
    const watched = judgeOf();
    const box = new Charging('a');
    const charge = (second: number): void => {
      if (second < 10) box.wh += 1;
      else end(box);
    };
    watched.judge.finish(masterWith({ a: 'waiting' }), lookedAt(watched, [box], charge, 900));
    t.same(watched.told, []);
  }
});

/** Its limit goes up and down `perHour` times, while the building above moves by so many amperes. */
function moving(perHour: number, buildingA = 0): Watched {
  const watched = judgeOf();
  const box = new Charging('a');
  const everyS = 3600 / perHour;
  const move = (second: number): void => {
    box.wh += 1;
    watched.copper.movedA = (buildingA * second) / 3600;
    if (second % everyS === 0) box.enforced = { limitA: box.enforced.limitA === 16 ? 15 : 16 };
  };
  watched.judge.finish(undefined, lookedAt(watched, [box], move, 3600));
  return watched;
}

t.test('flapping: the limit of one charge point changes all the time', async (t) => {
  const { told, judge } = moving(360);
  t.same(told, ['flapping: the limit of a changed 360 times in 3600 s, 123 are explained']);
  t.equal(judge.measures.limitChangesPerHour, 360);
  t.ok(judge.measures.mostFlapping > 1.9);
});

t.test('limits that follow a load do not flap', async (t) => {
  t.same(moving(150).told, [], 'two for each minute of the remainder');
  t.same(moving(360, 210).told, [], 'one for each step of the building');
  t.same(moving(360, 200).told.length, 1);
});

t.test('starvation: beside free copper nobody waits, whatever its master says', async (t) => {
  const waitsBeside = (freeA: number, forS: number, minA = 6): readonly string[] => {
    const watched = judgeOf();
    const box = new Charging('a', {}, { minA });
    box.enforced = { limitA: 0 };
    watched.copper.freeA = freeA;
    lookedAt(
      watched,
      [box],
      () => {},
      forS,
      () => masterWith({ a: 'circuit' }),
    );
    return [...new Set(watched.told)];
  };
  t.same(waitsBeside(9, 210), [], 'the steady time and 150 s');
  t.same(waitsBeside(9, 211), ['starvation: a waits for 211 s beside 9.0 A that nobody uses']);
  t.same(waitsBeside(8.9, 2000), []);
  t.same(waitsBeside(11, 2000, 11), [], 'it needs more, and one to spare');
  t.match(waitsBeside(12, 211, 11), [/beside 12.0 A/]);
  const behind = judgeOf((id) => (id === 'a' ? 2 : 1));
  const [waiting, first] = [new Charging('a'), new Charging('b')];
  waiting.enforced = { limitA: 0 };
  behind.copper.freeA = 20;
  const charge = (): void => {
    first.wh += 1;
  };
  lookedAt(behind, [waiting, first], charge, 1000);
  t.same(behind.told, [], 'one of a higher rank charges');
});

t.test('pauses are counted, once each', async (t) => {
  const watched = judgeOf();
  const box = new Charging('a');
  const pause = (second: number): void => {
    box.wh += 1;
    box.enforced = { limitA: second % 600 < 60 && second >= 600 ? 0 : 16 };
  };
  watched.judge.finish(undefined, lookedAt(watched, [box], pause, 3600));
  t.equal(watched.judge.measures.pausesPerHour, 6);
  t.equal(watched.judge.measures.limitChangesPerHour, 11, 'the last one had no end');
});
