/** Scenes of vehicles that sleep after a pause, are full, or need more than they are allowed without a master (G1, G2, G7), on the simulated site. */
import t, { type Test } from 'tap';
import { Scene, type SceneOptions } from './scene.js';
import { until } from './until.js';

/** Two behind a fuse that is enough for one: they take turns of 15 min. */
const ONE_OF_TWO = (keys = ''): string => `
site: Scene
circuits:
  - { id: main, limitA: 10 }
chargePoints:
  - { id: a, circuit: main, disconnectedLimitA: 5${keys} }
  - { id: b, circuit: main, disconnectedLimitA: 5${keys} }
`;
const SLEEPER = { needsWakeUp: true } as const;
/** Turns are of 15 min. One that sleeps is offered current again after an hour. */
const TURN_MAX_S = 4000;

function scene(name: string, options: SceneOptions, play: (scene: Scene, t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    const scene = new Scene(options);
    await play(scene, t);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

const energyKwh = (scene: Scene, ...ids: readonly string[]): number =>
  ids.reduce((sum, id) => sum + scene.world.box(id).hardware.energyWh(scene.world.box(id).nowMs) / 1000, 0);

const interruptions = (scene: Scene, id: string): number => scene.world.box(id).hardware.interruptions;

/** When it drew current again, s; at most 120 s later. */
function wakesAtS(scene: Scene, id: string): Promise<number> {
  return until(scene, `${id} wakes up`, 120, () => scene.drawnA(id) > 1);
}

/** The next turn of a charge point after that time. */
async function turnOf(scene: Scene, id: string, fromS: number): Promise<number> {
  await scene.at(fromS);
  await until(scene, `a turn of ${id} ends`, TURN_MAX_S, () => scene.limitA(id) === 0);
  return await until(scene, `a turn of ${id} begins`, TURN_MAX_S, () => scene.limitA(id) > 0);
}

scene(
  'G1: a vehicle that sleeps after a pause is woken up when its turn comes, and an hour at 10 A is 6.5 kWh or more',
  { config: ONE_OF_TWO(), vehicles: { a: SLEEPER, b: SLEEPER } },
  async (scene, t) => {
    const turnS = await turnOf(scene, 'a', 60);
    const wokenS = (await wakesAtS(scene, 'a')) - turnS;
    t.ok(wokenS <= 60, `after ${wokenS} s`);
    t.match(scene.said('WAKE_UP', turnS).join('; '), /a wakes its vehicle up, 1 of 3 times/);
    await scene.at(3602);
    t.comment(`${energyKwh(scene, 'a', 'b').toFixed(2)} kWh in an hour, awake after ${wokenS} s`);
    t.ok(energyKwh(scene, 'a', 'b') >= 6.5, `${energyKwh(scene, 'a', 'b')} kWh`);
    t.notOk(scene.alarms().includes('VEHICLE_ASLEEP'));
  },
);

scene(
  'G1: three attempts, 60 s apart, then its offer is declined',
  { config: ONE_OF_TWO(), vehicles: { a: SLEEPER, b: {} } },
  async (scene, t) => {
    await turnOf(scene, 'b', 60);
    await scene.at(scene.nowS + 30);
    scene.strike('vehicle-pauses', 'a', 10_000);
    const turnS = await turnOf(scene, 'a', scene.nowS);
    await scene.at(turnS + 300);
    const { lines } = scene.world.journal;
    const atS = lines.filter(({ event, text }) => event === 'WAKE_UP' && text.startsWith('a interrupts'));
    const times = atS.map(({ atMs }) => Math.round(atMs / 1000 - turnS));
    t.equal(times.length, 3);
    t.ok((times[0] ?? 99) <= 60 && (times[1] ?? 0) - (times[0] ?? 0) >= 59, times.join(' '));
    t.equal(scene.shown, 'a 0 b 10 c 0'.replace(' c 0', ''), 'its current goes to the other one');
    t.ok(scene.alarms().includes('VEHICLE_ASLEEP'));
    await scene.at(turnS + 7200);
    t.equal(interruptions(scene, 'a'), 3, 'not again, whatever it is offered later');
  },
);

scene(
  'G1: a restart of the master begins no new attempts, and a sleeping vehicle is not forgotten',
  { config: ONE_OF_TWO(), vehicles: { a: SLEEPER, b: {} } },
  async (scene, t) => {
    await turnOf(scene, 'b', 60);
    await scene.at(scene.nowS + 90);
    scene.strike('master-killed', 'master', 5);
    const turnS = await turnOf(scene, 'a', scene.nowS + 30);
    t.ok((await wakesAtS(scene, 'a')) - turnS <= 60, 'it was paused by the master before');
    await turnOf(scene, 'b', scene.nowS);
    scene.strike('vehicle-pauses', 'a', 10_000);
    const nextS = await turnOf(scene, 'a', scene.nowS);
    await scene.at(nextS + 40);
    t.equal(interruptions(scene, 'a'), 2, 'one for each pause');
    scene.strike('master-killed', 'master', 5);
    await scene.at(nextS + 3600);
    t.equal(interruptions(scene, 'a'), 4, 'three in all for the second one');
  },
);

scene(
  'G1: a standby that takes over wakes up what the other master paused',
  { config: ONE_OF_TWO(), vehicles: { a: SLEEPER, b: {} }, hasStandby: true },
  async (scene, t) => {
    await turnOf(scene, 'b', 60);
    await scene.at(scene.nowS + 30);
    scene.strike('master-killed', 'master', 3600);
    const turnS = await turnOf(scene, 'a', scene.nowS + 30);
    t.same(scene.deciding, ['standby']);
    t.ok((await wakesAtS(scene, 'a')) - turnS <= 60);
  },
);

scene(
  'G1: wakeUp: false leaves it asleep',
  { config: ONE_OF_TWO(', wakeUp: false'), vehicles: { a: SLEEPER, b: {} } },
  async (scene, t) => {
    const turnS = await turnOf(scene, 'a', 60);
    await scene.at(turnS + 300);
    t.equal(interruptions(scene, 'a'), 0);
    t.ok(scene.alarms().includes('VEHICLE_ASLEEP'));
  },
);

scene(
  'G1: one that comes back on more phases than before has them only once they are granted (S6)',
  {
    config: ONE_OF_TWO().replace('{ id: b,', '{ id: b, rotation: STR,'),
    vehicles: { a: SLEEPER, b: { phases: 1 } },
  },
  async (scene, t) => {
    const { hardware, nowMs } = scene.world.box('a');
    const mend = hardware.misbehave({ phases: 1 }, nowMs);
    await scene.at(120);
    t.equal(scene.shown, 'a 10 b 10', 'each on a phase of its own');
    void scene.set('a', { what: 'pause' });
    await scene.at(150);
    mend(scene.world.box('a').nowMs);
    void scene.set('a', { what: 'resume' });
    await scene.at(160);
    t.equal(scene.shown, 'a 10 b 10', 'its offer is for one phase');
    const wokenS = await wakesAtS(scene, 'a');
    const lateS = scene.when('a', wokenS - 2, (limitA) => limitA === 0) - wokenS;
    t.ok(lateS < 0.3, `0 A ${lateS} s after it took phases that were not granted`);
    await scene.at(wokenS + 60);
    t.match(scene.shown, /^a (10 b 0|0 b 10)$/, 'one of them has all phases in its turn');
    t.equal(scene.record('a').status?.usedPhases, 0b111);
  },
);

scene(
  'G2: a full vehicle is never woken up, paused by its master or not',
  { config: ONE_OF_TWO(), vehicles: { a: { ...SLEEPER, demandWh: 500 }, b: { demandWh: 9_000 } } },
  async (scene, t) => {
    await scene.at(5400);
    t.ok(scene.world.box('a').hardware.isFull(scene.world.box('a').nowMs));
    t.ok(scene.limitsSince('a', 600).includes(0) && scene.limitsSince('a', 600).some((limitA) => limitA >= 6));
    t.equal(interruptions(scene, 'a'), 0);
    scene.strike('master-killed', 'master', 5);
    await scene.at(7200);
    t.equal(interruptions(scene, 'a'), 0, 'nor after a restart of the master');
  },
);

scene(
  'G7: 7 A without a master: a vehicle that needs 8 A pauses by itself',
  {
    config: ONE_OF_TWO()
      .replace('limitA: 10', 'limitA: 32')
      .replaceAll('disconnectedLimitA: 5', 'minA: 8, disconnectedLimitA: 7'),
    vehicles: { a: { minA: 8 }, b: {} },
  },
  async (scene, t) => {
    await scene.at(60);
    t.equal(scene.shown, 'a 16 b 16');
    scene.strike('master-killed', 'master', 120);
    await scene.at(120);
    t.equal(scene.shown, 'a 7 b 7');
    t.same([scene.drawnA('a'), scene.drawnA('b')], [0, 7]);
    const { hardware, nowMs } = scene.world.box('a');
    t.equal(hardware.look(nowMs).state, 'SuspendedEV');
    await scene.at(260);
    t.equal(scene.shown, 'a 16 b 16', 'it charges once a master is there');
    t.equal(scene.drawnA('a'), 16);
  },
);
