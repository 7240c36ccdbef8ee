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

function shown(scene: Scene, master = scene.master): readonly string[] {
  const { commands } = defined(master.runtime, 'a master');
  const { sources, wallMs } = commands.status();
  return sources.map(({ kind, id, target, state, sinceWallMs, text }) => {
    const since = sinceWallMs === null ? '' : ` ${Math.round((wallMs - sinceWallMs) / 1000)} s`;
    return `${kind} ${id}>${target} ${state}${since}: ${text}`;
  });
}

t.test('inputs, a schedule, section 14a and what people set', async (t) => {
  const scene = new Scene({ config: CONFIG, vehicles: { a: {}, b: {} } });
  await scene.at(3);
  t.same(shown(scene), [
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
  t.same(shown(scene), [
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
  t.match(shown(scene)[3], /^schedule evse>evse lost: 40 A \(Mo 01:02-01:30, since the time is not known\)$/);
});

const BOX = `
site: Scene
circuits:
  - { id: evse, limitA: 63, section14a: { devices: 3, failsafeAfterMin: 2, failsafeW: 2000 } }
chargePoints:
  - { id: a, circuit: evse }
inputs:
  - { id: box, source: { command: true }, section14a: true }
`;

t.test('a control box that is lost: since when, and what comes of it; a standby shows the same', async (t) => {
  const scene = new Scene({ config: BOX, vehicles: { a: {} }, hasStandby: true });
  const hear = (level: 'high' | 'low' | 'lost', reason?: string): void => {
    for (const { runtime } of scene.world.masters.values()) {
      runtime?.hear({ kind: 'input', id: 'box', level, ...(reason !== undefined && { reason }) });
    }
  };
  await scene.at(1);
  t.same(shown(scene)[0], 'section14a evse>evse awaited: 10500 W from the grid (no value yet)');
  hear('low');
  await scene.at(60);
  t.same(shown(scene)[0], 'section14a evse>evse inactive: nobody asks for less');
  hear('lost', `bad certificate: ${'DNS:example.org, '.repeat(99)}`);
  await scene.at(100);
  const after = 'after 2 min 6000 W, until it is heard (input box)';
  const [lost, input = ''] = shown(scene);
  t.equal(lost, `section14a evse>evse lost 40 s: 10500 W from the grid; ${after}`);
  t.match(
    input,
    /^input box>evse lost 40 s: bad certificate: DNS:.*; it counts as active and limits evse by section 14a$/,
  );
  t.ok(input.length < 320, `${input.length} characters`);
  for (const master of scene.world.masters.values()) t.same(shown(scene, master), [lost, input], master.name);
  await scene.at(240);
  const value = '6000 W from the grid, the failsafe value (input box)';
  t.equal(shown(scene)[0], `section14a evse>evse lost 180 s: ${value}`);
  t.match(
    [...new Set(scene.said('GRID_OPERATOR', 60))],
    [
      `section 14a: the source is lost: input box limits evse to 10500 W from the grid; ${after.replace(' (input box)', '')}; its`,
      'section 14a: the source is still lost: input box limits evse to 6000 W from the grid, the failsafe value; its',
    ],
  );
  hear('high');
  await scene.at(250);
  t.equal(shown(scene)[0], 'section14a evse>evse active 10 s: 10500 W from the grid (input box)');
  t.strictSame(scene.end(), [], 'no judge complains');
});
