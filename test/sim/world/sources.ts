/** What status shows of all that limits beside copper: on the simulated site, as people read it. */
import t from 'tap';
import { defined } from '../../../src/base/assert.js';
import { Scene } from './scene.js';

const CONFIG = `
site: Scene
circuits:
  - id: evse
    limitA: 63
    section14a: { devices: 3 }
    schedule: { timeZone: Europe/Berlin, rows: [{ days: Mo, from: "01:02", to: "01:30", limitA: 40 }] }
chargePoints:
  - { id: a, circuit: evse }
  - { id: b, circuit: evse }
inputs:
  - { id: relay, source: { command: true }, circuit: evse, offsetA: 16 }
  - { id: door, source: { command: true }, chargePoint: b, stop: true, maxAgeMs: 60000 }
`;

async function shown(scene: Scene): Promise<readonly string[]> {
  const { commands } = defined(scene.master.runtime, 'a master');
  const { sources, wallMs } = commands.status();
  return sources.map(({ kind, id, target, state, sinceWallMs, text }) => {
    const since = sinceWallMs === null ? '' : ` ${Math.round((wallMs - sinceWallMs) / 1000)} s`;
    return `${kind} ${id}>${target} ${state}${since}: ${text}`;
  });
}

t.test('inputs, a schedule, section 14a and what people set', async (t) => {
  const scene = new Scene({ config: CONFIG, vehicles: { a: {}, b: {} } });
  await scene.at(3);
  t.same(await shown(scene), [
    'section14a evse>evse inactive: nobody asks for less',
    'input relay>evse awaited: no value yet; it counts as active and lowers evse by 16 A',
    'input door>b awaited: no value yet; it counts as active and stops b',
    'schedule evse>evse inactive: no limit until Mo 01:02',
  ]);
  const { commands } = defined(scene.master.runtime, 'a master');
  commands.input('relay', 'active');
  commands.input('door', 'inactive');
  await scene.at(60);
  void scene.set('evse', { what: 'section14a', isOn: true });
  void scene.set('evse', { what: 'operatorLimit', limitA: [60, 50, 40] });
  void scene.set('a', { what: 'operatorLimit', limitA: 12 });
  void scene.set('a', { what: 'priority', priority: 2 });
  void scene.set('a', { what: 'boost', forMs: 600_000 });
  void scene.set('b', { what: 'pause' });
  void scene.set('b', { what: 'block', from: 'next' });
  await scene.at(150);
  t.same(await shown(scene), [
    'section14a evse>evse active 90 s: 10500 W from the grid (command)',
    'input relay>evse active 147 s: lowers evse by 16 A',
    'input door>b lost 87 s: not heard for 60 s; it counts as active and stops b',
    'schedule evse>evse active: 40 A until Mo 01:30 (Mo 01:02-01:30)',
    'operator evse>evse active: operator limit 60/50/40 A',
    'operator a>a active: operator limit 12 A, priority 2 for this session, goes before all others for 9 min',
    'operator b>b active: paused, blocked for the next session',
  ]);
  scene.strike('no-real-time-clock', 'master', 60);
  await scene.at(200);
  t.match((await shown(scene))[3], /^schedule evse>evse lost: 40 A \(Mo 01:02-01:30, since the time is not known\)$/);
});
