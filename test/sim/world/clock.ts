/** The clock of the machine of a simulated site with a schedule: what the master is told of it, and what it tells of it. */
import t from 'tap';
import { carryOut } from '../../../src/base/carrier.js';
import { defined } from '../../../src/base/assert.js';
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
    return master.runtime?.controller.schedules.ofCircuit('main', master.nowMs)?.limitA;
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
  t.match(state, { controller: { schedules: { clock: { heard: { wallMs: Number } } } } }, 'a recording carries it');
});
