/**
 * The judge of all that limits beside copper: once kept, and once broken. It is broken by a master that is told something else than the
 * world has seen, behind its back.
 */
import t, { type Test } from 'tap';
import type { OperatorAction } from '../../../src/base/operator-action.js';
import { perPhase } from '../../../src/base/units.js';
import { defined } from '../../../src/base/assert.js';
import type { Controller } from '../../../src/dlm/controller.js';
import type { ContactPlan } from '../../../src/sim/world/scenario.js';
import { HOUSE, Scene, type SceneOptions } from './scene.js';

const FROM_S = 60;
/** A Monday in Berlin, from 00:02 on: 01:02 there. */
const AT_TWO = '{ timeZone: Europe/Berlin, rows: [{ days: Mo, from: "01:02", to: "01:30", limitA: LIMIT }] }';

function siteOf({ circuit = '', point = '', file = '' }: { circuit?: string; point?: string; file?: string }): string {
  return `
site: Scene
circuits:
  - { id: evse, limitA: 63${circuit} }
chargePoints:
  - { id: a, circuit: evse${point} }
  - { id: b, circuit: evse }
${file}`;
}

interface Case extends SceneOptions {
  /** Sets the limit, at 60 s. */
  readonly begin?: (scene: Scene) => void;
  /** What the master believes instead, at 100 s. */
  readonly deceive: (controller: Controller, nowMs: number) => void;
  readonly told: RegExp;
}

function controllerOf(scene: Scene): Controller {
  return defined(scene.master.runtime, 'a master').controller;
}

function set(scene: Scene, target: string, action: OperatorAction): void {
  void scene.set(target, action);
}

function found(scene: Scene): string | undefined {
  return scene.end().find((told) => told.startsWith('source'));
}

/** Held for as long as the master knows of it, and not any more. */
async function judge(t: Test, { begin, deceive, told, ...options }: Case): Promise<void> {
  const scene = new Scene({ vehicles: { a: {}, b: {} }, ...options });
  await scene.at(FROM_S);
  begin?.(scene);
  await scene.at(150);
  t.strictSame(scene.end(), [], 'kept');
  deceive(controllerOf(scene), scene.master.nowMs);
  await scene.at(200);
  t.match(found(scene), told, 'broken');
}

t.test('the operator limit of a circuit', (t) =>
  judge(t, {
    config: siteOf({}),
    begin: (scene) => set(scene, 'evse', { what: 'operatorLimit', limitA: 40 }),
    deceive: ({ limits }) => limits.settings.setOperatorLimit('evse', undefined),
    told: /^source at [\d.]+ ms: evse L1: 6[23](\.\d+)? A allowed, the operator has 40 A$/,
  }),
);

t.test('the operator limit of a charge point, and a pause', async (t) => {
  await judge(t, {
    config: siteOf({}),
    begin: (scene) => set(scene, 'a', { what: 'operatorLimit', limitA: 10 }),
    deceive: ({ limits }) => limits.settings.change('a', { operatorA: undefined }),
    told: /^source at [\d.]+ ms: a has 3\d A, by the operator it may have 10 A$/,
  });
  await judge(t, {
    config: siteOf({}),
    begin: (scene) => set(scene, 'a', { what: 'pause' }),
    deceive: ({ limits }) => limits.settings.change('a', { isPaused: undefined }),
    told: /^source at [\d.]+ ms: a has \d+ A, by a pause it may have 0 A$/,
  });
});

t.test('a pause of a whole circuit, a block, and their end', async (t) => {
  const scene = new Scene({ config: siteOf({}), vehicles: { a: {}, b: {} } });
  await scene.at(FROM_S);
  set(scene, 'evse', { what: 'pause' });
  await scene.at(100);
  t.equal(scene.shown, 'a 0 b 0');
  set(scene, 'evse', { what: 'resume' });
  set(scene, 'b', { what: 'block', from: 'now' });
  await scene.at(200);
  t.same([scene.limitA('a') > 30, scene.limitA('b')], [true, 0]);
  t.strictSame(scene.end(), []);
  controllerOf(scene).limits.settings.change('b', { block: undefined });
  await scene.at(260);
  t.match(found(scene), /b has \d+ A, by a block it may have 0 A/);
});

t.test('what was refused, or told to nobody, limits nothing', async (t) => {
  const scene = new Scene({ config: siteOf({}), vehicles: { a: {}, b: {} } });
  await scene.at(FROM_S);
  const refused = [
    scene.set('evse', { what: 'operatorLimit', limitA: 64 }),
    scene.set('a', { what: 'operatorLimit', limitA: [6, 6, 6] }),
    scene.set('a', { what: 'operatorLimit', limitA: 33 }),
  ];
  await scene.at(FROM_S + 1);
  for (const why of await Promise.all(refused)) t.type(why, 'string');
  const { people } = scene.master;
  t.same([people.circuitA('evse'), people.operatorA('a')], [undefined, undefined]);
  t.notOk(scene.world.handled.has('a'));
  scene.world.master('master').kill();
  t.equal(await scene.set('a', { what: 'pause' }), 'no master decides');
  t.equal(people.stopOf('a'), undefined);
  t.notOk(scene.world.handled.has('a'));
  t.strictSame(scene.end(), []);
});

t.test('a master knows after a start what its state file kept, a standby what it was told', async (t) => {
  const scene = new Scene({ config: siteOf({}), vehicles: { a: {}, b: {} }, hasStandby: true });
  await scene.at(FROM_S);
  set(scene, 'evse', { what: 'operatorLimit', limitA: 20 });
  set(scene, 'a', { what: 'operatorLimit', limitA: 8 });
  await scene.at(FROM_S + 1);
  scene.strike('master-killed', 'master', 5);
  await scene.at(80);
  const { people } = scene.world.master('master');
  t.same([people.circuitA('evse'), people.operatorA('a')], [perPhase(20), 8]);
  scene.strike('master-killed', 'master', 300);
  await scene.at(300);
  t.same(scene.deciding, ['standby']);
  t.equal(scene.limitA('a'), 8, 'the standby was told');
  set(scene, 'a', { what: 'operatorLimit', limitA: 7 });
  await scene.at(310);
  scene.strike('master-lost-state', 'master', 5);
  await scene.at(420);
  t.same(scene.deciding, ['master']);
  t.same([people.circuitA('evse'), people.operatorA('a')], [perPhase(20), 7], 'by the standby');
  t.strictSame(scene.end(), [], 'and nobody complains');
});

t.test('what its state file has already when a master ends before it has answered', async (t) => {
  const scene = new Scene({ config: siteOf({}), vehicles: { a: {}, b: {} } });
  await scene.at(FROM_S);
  void scene.set('evse', { what: 'operatorLimit', limitA: 20 });
  scene.strike('master-killed', 'master', 5);
  await scene.at(FROM_S + 20);
  t.same(scene.master.people.circuitA('evse'), perPhase(20));
  t.same(controllerOf(scene).limits.settings.operatorLimitA('evse'), perPhase(20));
  t.strictSame(scene.end(), []);
});

for (const [where, change] of [
  ['a circuit', { circuit: `, schedule: ${AT_TWO.replace('LIMIT', '30')}` }],
  ['a charge point', { point: `, schedule: ${AT_TWO.replace('LIMIT', '10')}` }],
] as const) {
  t.test(`the schedule of ${where}, by the clock of the master`, async (t) => {
    const scene = new Scene({ config: siteOf(change), vehicles: { a: {}, b: {} } });
    await scene.at(240);
    t.strictSame(scene.end(), [], 'kept');
    const { schedules } = controllerOf(scene).limits;
    const hear = schedules.hearClock.bind(schedules);
    // It believes that it is an hour later.
    schedules.hearClock = (wallMs, nowMs) => hear(wallMs + 3_600_000, nowMs);
    await scene.at(280);
    t.strictSame(scene.end(), [], 'in doubt the lowest holds');
    await scene.at(330);
    t.match(found(scene), /(evse L1: 6\d A allowed|a has 3\d A), (by )?the schedule (has|it may have) [13]0 A/);
  });
}

t.test('a clock that jumps: the lowest of the table for a minute, then what it shows', async (t) => {
  const config = siteOf({ circuit: `, schedule: ${AT_TWO.replace('LIMIT', '30')}` });
  const scene = new Scene({ config, vehicles: { a: {}, b: {} } });
  await scene.at(FROM_S);
  scene.strike('wall-clock-jumps', 'master', 150);
  await scene.at(100);
  t.ok(scene.limitA('a') + scene.limitA('b') <= 30, scene.shown);
  await scene.at(180);
  t.ok(scene.limitA('a') + scene.limitA('b') > 60, scene.shown);
  t.strictSame(scene.end(), [], 'kept');
  const { schedules } = controllerOf(scene).limits;
  scene.strike('no-real-time-clock', 'master', 100);
  schedules.ofCircuit = () => undefined;
  await scene.at(240);
  t.match(found(scene), /evse L1: 6\d A allowed, the schedule, its clock being bad has 30 A/);
});

const CONTACT: ContactPlan = { input: 'input1', state: 'low', changes: [{ atMs: FROM_S * 1000, state: 'high' }] };
const INPUT = '  - { id: input1, source: { command: true }';

for (const [effect, told] of [
  ['offsetA: 33', /evse L1: 6\d A allowed, input input1 has 30 A/],
  ['limitA: [63, 12, 63]', /evse L2: 6\d A allowed, input input1 has 12 A/],
  ['stop: true', /evse L1: 6\d A allowed, input input1 has 0 A/],
  ['limitA: 9, chargePoint: a', /a has 3\d A, by input input1 it may have 9 A/],
] as const) {
  t.test(`an input that is active: ${effect}`, (t) =>
    judge(t, {
      config: siteOf({ file: `inputs:\n${INPUT}, ${effect} }\n` }),
      contacts: [CONTACT],
      deceive: ({ limits }, nowMs) => limits.inputs.hear('input1', 'low', nowMs),
      told,
    }),
  );
}

t.test('a source that is lost, or silent for its maximum age, counts as active', async (t) => {
  const file = `inputs:\n${INPUT}, offsetA: 33, maxAgeMs: 3000 }\n`;
  for (const state of ['lost', 'silent'] as const) {
    await judge(t, {
      config: siteOf({ file }),
      contacts: [{ ...CONTACT, readEveryMs: 500, changes: [{ atMs: FROM_S * 1000, state }] }],
      deceive: ({ limits: { inputs } }) => {
        // Believes the last word for ever.
        inputs.lowered = (limitA) => limitA;
      },
      told: /evse L1: 6\d A allowed, input input1 has 30 A/,
    });
  }
});

t.test('the headroom, and the configured limits', async (t) => {
  for (const [options, told] of [
    [{ circuit: ', headroomA: 10 %' }, /evse L1: 6\d A allowed, the fuse has 56.7 A/],
    [{ circuit: ', operatorLimitA: 40' }, /evse L1: 6\d A allowed, the operator has 40 A/],
    [{ point: ', installationA: 20' }, /a has 3\d A, by the installation it may have 20 A/],
    [{ point: ', operatorA: 20' }, /a has 3\d A, by the operator it may have 20 A/],
  ] as const) {
    const scene = new Scene({ config: siteOf(options), vehicles: { a: {}, b: {} } });
    await scene.at(FROM_S);
    t.strictSame(scene.end(), [], 'kept');
    // The world is another one than the master was told of.
    for (const box of scene.world.boxes.values()) scene.world.copper.setAllowed(box.tapId, 0, 0);
    const box = scene.world.box('a');
    Object.defineProperty(box, 'enforced', { value: { limitA: 32, reason: 'grant', phases: 7 } });
    Object.defineProperty(scene.world.box('b'), 'enforced', { value: { limitA: 31, reason: 'grant', phases: 7 } });
    await scene.at(FROM_S + 5);
    t.match(found(scene), told, 'broken');
  }
});

t.test('a lost meter: the fallback, as a share of the fuse', async (t) => {
  const scene = new Scene({ config: HOUSE.replace('fallbackA: 20', 'fallbackA: 30 %') });
  await scene.at(FROM_S);
  scene.strike('meter-silent', 'grid', 300);
  await scene.at(150);
  t.ok(scene.limitA('a') + scene.limitA('b') <= 12, scene.shown);
  t.strictSame(scene.end(), [], 'kept');
  Object.defineProperty(scene.world.box('b'), 'enforced', { value: { limitA: 16, reason: 'grant', phases: 7 } });
  await scene.at(250);
  t.match(found(scene), /main L1: 2\d A allowed, the fallback has 12 A/);
});

t.test('what charge points take while they hear no master is their own matter, but the others yield', async (t) => {
  const scene = new Scene({ config: siteOf({}), vehicles: { a: {}, b: {} } });
  await scene.at(FROM_S);
  set(scene, 'evse', { what: 'operatorLimit', limitA: 8 });
  await scene.at(FROM_S + 10);
  scene.strike('partition', 'a', 300);
  await scene.at(250);
  t.same([scene.limitA('a'), scene.limitA('b')], [6, 0], scene.shown);
  t.strictSame(scene.end(), [], 'kept');
  Object.defineProperty(scene.world.box('b'), 'enforced', { value: { limitA: 6, reason: 'grant', phases: 7 } });
  await scene.at(260);
  t.match(found(scene), /evse L1: 12 A allowed, the operator has 8 A/);
});

t.test('more is drawn than a source allows, by one that was told of it', async (t) => {
  const scene = new Scene({ config: siteOf({}), vehicles: { a: {}, b: {} } });
  await scene.at(FROM_S);
  set(scene, 'a', { what: 'operatorLimit', limitA: 10 });
  await scene.at(100);
  scene.world.copper.setDrawn = () => {};
  t.strictSame(scene.end(), [], 'kept');
  set(scene, 'a', { what: 'operatorLimit', limitA: 6 });
  await scene.at(130);
  t.match(found(scene), /^source at [\d.]+ ms: a draws 10 A, by the operator it may have 6 A$/);
});
