/** The clock of the machine of a simulated site with a schedule: what the master is told of it, and what it tells of it. */
import t from 'tap';
import { carryOut } from '../../../src/base/carrier.js';
import { defined } from '../../../src/base/assert.js';
import { reasonText } from '../../../src/base/reason.js';
import { Scene } from './scene.js';

const SCHEDULED = `
site: Scene
circuits:
  - id: main
    limitA: 40
    schedule: { timeZone: Europe/Berlin, rows: [{ days: Mo-Fr, from: 06:00, to: 20:00, limitA: 20 }] }
chargePoints:
  - { id: a, circuit: main }
  - { id: b, circuit: main }
`;
/** 2026-01-05 00:00 UTC, a Monday. */
const FIRST_DAY_MS = 1_767_571_200_000;

t.test('E9: a machine that wakes up in 1970 raises an alarm until its clock is good', async (t) => {
  const scene = new Scene({ config: SCHEDULED });
  scene.world.master('master').machine.wallShiftMs = -FIRST_DAY_MS;
  await scene.at(30);
  const held = (): unknown => {
    const { master } = scene;
    return master.runtime?.controller.limits.schedules.ofCircuit('main', master.nowMs)?.limitA;
  };
  t.same([scene.alarms(scene.master), held()], [['CLOCK_BAD'], [20, 20, 20]]);
  scene.master.machine.wallShiftMs = 0;
  await scene.at(33);
  t.same([scene.alarms(scene.master), held()], [[], undefined], 'Monday, 01:00 in Berlin');
  scene.master.machine.wallShiftMs = 5 * 3_600_000 - 36_000;
  await scene.at(34);
  t.same(scene.alarms(scene.master), ['CLOCK_BAD'], 'somebody sets it to 05:59');
  await scene.at(100);
  t.same([scene.alarms(scene.master), held()], [[], [20, 20, 20]], 'and it is after 06:00 when it is believed');
  const state: unknown = JSON.parse(carryOut(defined(scene.master.runtime, 'the master')));
  t.match(
    state,
    { controller: { limits: { schedules: { clock: { heard: { wallMs: Number } } } } } },
    'a recording carries it',
  );
});

const HOUR_MS = 3_600_000;

/** A scene whose clocks show this time, s, after `atS` seconds of it. */
function sceneAt(config: string, utcText: string, atS: number): Scene {
  const scene = new Scene({ config });
  const shiftMs = Date.parse(utcText) - FIRST_DAY_MS - atS * 1000;
  for (const master of scene.world.masters.values()) master.machine.wallShiftMs = shiftMs;
  return scene;
}

const WORKDAYS = `
site: Scene
circuits:
  - id: evse
    limitA: 63
    schedule: { timeZone: Europe/Berlin, rows: [{ days: Mo-Fr, from: "06:00", to: "20:00", limitA: 40 }] }
chargePoints:
  - { id: a, circuit: evse }
  - { id: b, circuit: evse }
`;

t.test('E7: workdays 40 A of 63 A', async (t) => {
  const rows = [
    ['2026-01-09T05:00:00Z', 'a 32 b 31', /^a 20 b 20$/, 'Friday 06:00'],
    ['2026-01-09T19:00:00Z', 'a 20 b 20', /^a 32 b 31$/, 'Friday 20:00'],
    ['2026-01-10T05:00:00Z', 'a 32 b 31', /^a 32 b 31$/, 'Saturday 06:00'],
  ] as const;
  for (const [utc, before, after, name] of rows) {
    const scene = sceneAt(WORKDAYS, utc, 60);
    await scene.at(59.5);
    t.equal(scene.shown, before, `${name}, just before`);
    await scene.at(62.5);
    if (before < String(after)) t.match(scene.shown, after, `${name}: within one cycle and its answers`);
    await scene.at(75);
    t.match(scene.shown, after, name);
    t.strictSame(scene.end(), [], 'no judge complains');
  }
});

t.test('E8: two hours on Sunday last as long as the clocks say', async (t) => {
  const config = WORKDAYS.replace(
    'days: Mo-Fr, from: "06:00", to: "20:00", limitA: 40',
    'days: Su, from: "01:30", to: "03:30", limitA: 20',
  );
  for (const [utc, hours] of [
    ['2026-03-29T00:30:00Z', 1],
    ['2026-10-25T00:30:00Z', 3],
  ] as const) {
    // Looked at just before each end, and just after it: the hours between are the same.
    for (const [name, afterMs, shown] of [
      ['before it begins', -2000, /^a 32 b 31$/],
      ['it has begun', 20_000, /^a 10 b 10$/],
      ['just before its end', hours * HOUR_MS - 2000, /^a 10 b 10$/],
      ['it is over', hours * HOUR_MS + 20_000, /^a 32 b 31$/],
    ] as const) {
      const beginsUtc = hours === 3 ? Date.parse(utc) - HOUR_MS : Date.parse(utc);
      const scene = sceneAt(config, new Date(beginsUtc + afterMs).toISOString(), 60);
      await scene.at(60);
      t.match(scene.shown, shown, `${utc}: ${name}`);
    }
  }
});

t.test('E10: the lowest of all sources holds, they do not add up, and the reason names it', async (t) => {
  const config = `${WORKDAYS.replace('limitA: 63', 'limitA: 63\n    operatorLimitA: 50')}
inputs:
  - { id: relay, source: { command: true }, active: high, offsetA: 16 }
`;
  const scene = sceneAt(config, '2026-01-09T10:00:00Z', 60);
  const { runtime } = scene.world.master('master');
  await scene.at(1);
  runtime?.commands.input('relay', 'active');
  await scene.at(60);
  t.equal(scene.shown, 'a 20 b 20');
  t.equal(reasonText(scene.record('a').reason), 'evse L1 full (schedule Mo-Fr 06:00-20:00 40 A)');
  const late = sceneAt(config, '2026-01-10T10:00:00Z', 60);
  await late.at(1);
  late.world.master('master').runtime?.commands.input('relay', 'active');
  await late.at(60);
  t.equal(reasonText(late.record('a').reason), 'evse L1 full (input relay 47 A)', 'on a Saturday');
  late.world.master('master').runtime?.commands.input('relay', 'inactive');
  await late.at(80);
  t.equal(reasonText(late.record('a').reason), 'evse L1 full (operator limit 50 A)');
});
