/** Nobody waits for ever: the judge sees it when one does, and each rule of a shortage keeps the least share. */
import t from 'tap';
import type { Ms } from '../../../src/base/units.js';
import { LeastJudge } from '../../../src/sim/world/judges/least-judge.js';
import type { MasterBox } from '../../../src/sim/world/master-box.js';
import type { SlaveBox } from '../../../src/sim/world/slave-box.js';
import { Scene } from './scene.js';
import { VEHICLE } from './small-site.js';

const MINUTE_MS: Ms = 60_000;

interface Waiting {
  readonly leastMsPerHour?: Ms;
  readonly aloneA?: number;
  readonly reason?: object;
  readonly isExcused?: boolean;
  /** It has a limit in this minute. */
  readonly servedAtMin?: number;
}

/** Two charge points, a dwell time of 5 min; one has waited for an hour behind the other. */
function told({ leastMsPerHour = 10 * MINUTE_MS, aloneA = 15, servedAtMin, ...rest }: Waiting = {}): readonly string[] {
  const said: string[] = [];
  const { reason = { kind: 'shortage', phase: 0 }, isExcused = false } = rest;
  const judge = new LeastJudge({
    dwellMs: 5 * MINUTE_MS,
    leastMsPerHour,
    aloneA: () => aloneA,
    isExcused: () => isExcused,
    violate: (name, text) => said.push(`${name}: ${text}`),
  });
  const box = { id: 'b', isOn: true, enforced: { limitA: 0 }, hardware: { vehicle: VEHICLE } };
  const first = { ...box, id: 'a', enforced: { limitA: 15 } };
  const records = [{ id: 'b', reason }];
  const master = { runtime: { controller: { records } } } as unknown as MasterBox;
  for (let minute = 0; minute <= 60; minute++) {
    box.enforced = { limitA: minute === servedAtMin ? 6 : 0 };
    judge.look([first, box] as unknown as readonly SlaveBox[], master, minute * MINUTE_MS);
  }
  return said;
}

t.test('the judge: half an hour for 5 min, and the turns of both', async (t) => {
  t.same(told(), ['least share: b has waited for 42 min behind others']);
  t.same(told({ leastMsPerHour: 30 * MINUTE_MS }).length, 2, 'again and again');
  t.same(told({ servedAtMin: 30 }), [], 'it had a turn');
  t.same(told({ leastMsPerHour: 0 }), [], 'the order holds for ever');
  t.same(told({ aloneA: 6.5 }), [], 'no room for it, whoever yields');
  t.same(told({ isExcused: true }), []);
  t.same(told({ reason: { kind: 'declined' } }), []);
  t.same(told({ reason: { kind: 'shortage', phases: [0, 1] } }), [], 'a difference of phases');
});

const RULES = {
  'last-connected-first': '',
  'priority-only': ', priority: 2',
  'longest-charging-first': ', priority: 2',
} as const;

for (const [shortage, keys] of Object.entries(RULES)) {
  t.test(`C2, C3: ${shortage}: the order holds, but one that waits has 5 min in half an hour`, async (t) => {
    const config = `
site: Scene
circuits:
  - { id: main, limitA: 15 }
chargePoints:
  - { id: a, circuit: main, disconnectedLimitA: 5 }
  - { id: b, circuit: main, disconnectedLimitA: 5 }
  - { id: c, circuit: main, disconnectedLimitA: 5${keys} }
allocation: { shortage: ${shortage}, dwellMin: 5, leastMinPerHour: 10 }
`;
    const scene = new Scene({ config, vehicles: { a: {}, b: {} }, calmFromMs: 0 });
    await scene.at(60);
    scene.plugIn('c');
    await scene.at(60 + 29 * 60);
    t.equal(scene.highestA('c', 0), 0, 'the order');
    const servedS = { a: 0, b: 0, c: 0 };
    await scene.each(10, 3 * 3600, () => {
      for (const id of ['a', 'b', 'c'] as const) if (scene.limitA(id) > 0) servedS[id] += 10;
    });
    // 5 of each 35 min.
    t.ok(servedS.c >= 1200 && servedS.c <= 1800, `c had ${servedS.c} s`);
    t.ok(Math.min(servedS.a, servedS.b) > 4 * servedS.c, `a ${servedS.a} s, b ${servedS.b} s`);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

t.test('leastMinPerHour: 0 keeps the order for ever', async (t) => {
  const config = `
site: Scene
circuits:
  - { id: main, limitA: 15 }
chargePoints:
  - { id: a, circuit: main, disconnectedLimitA: 5 }
  - { id: b, circuit: main, disconnectedLimitA: 5 }
  - { id: c, circuit: main, disconnectedLimitA: 5 }
allocation: { shortage: last-connected-first, dwellMin: 1, leastMinPerHour: 0 }
`;
  const scene = new Scene({ config, vehicles: { a: {}, b: {} } });
  await scene.at(60);
  scene.plugIn('c');
  await scene.at(3 * 3600);
  t.equal(scene.highestA('c', 0), 0);
});
