/** The judge of explanations: seen when a sentence says what is so, and when it does not. */
import t from 'tap';
import type { LimitReason } from '../../../src/base/reason.js';
import { ExplainJudge, type Explained } from '../../../src/sim/world/judges/explain-judge.js';
import { Scene } from './scene.js';

/** What the judge says of one charge point at circuit `garage`, beside `house`. */
function told(grantedA: number, reason: LimitReason): readonly string[] {
  const said: string[] = [];
  const record = { id: 'a', grantedA, reason, facts: { circuit: 'garage', maxA: 32 } };
  const topology = {
    pathOf: [[0], [1, 0], [2, 0]],
    indexOf: new Map(['main', 'garage', 'house'].map((id, at) => [id, at])),
  };
  const controller = { records: [record], topology, outlooks: () => ({ of: () => ({}) }) };
  const judge = new ExplainJudge((_, text) => said.push(text.replace(/:.*/, '')));
  judge.look(controller as unknown as Explained, 0);
  return said;
}

t.test('a limit that its words allow, and one that they do not', async (t) => {
  const cause = { source: 'operator', limitA: 16 } as const;
  t.same(told(16, { kind: 'maximum', cause }), []);
  t.same(told(17, { kind: 'maximum', cause }), ['a has more than it says']);
  t.same(told(17, { kind: 'circuit', circuit: 'main', phase: 0, cause }), ['a has more than it says']);
  t.same(told(6, { kind: 'paused' }), ['a has more than it says']);
  t.same(told(0, { kind: 'paused' }), []);
  t.same(told(6, { kind: 'circuit', circuit: 'house', phase: 0 }), ['a is not below that circuit']);
  t.same(told(6, { kind: 'fallbackUnsafe', circuit: '; what' }), ['a has no sentence', 'a is not below that circuit']);
});

t.test('H6: at any second each limit has one sentence that names what binds; these are some', async (t) => {
  const config = `
site: Scene
circuits:
  - { id: main, limitA: 15 }
chargePoints:
  - { id: a, circuit: main, disconnectedLimitA: 5 }
  - { id: b, circuit: main, disconnectedLimitA: 5 }
  - { id: c, circuit: main, disconnectedLimitA: 5 }
`;
  const scene = new Scene({ config, vehicles: { a: {}, b: {} } });
  await scene.at(60);
  const explained = (id: string): string =>
    scene.master.runtime?.controller.outlooks(scene.master.nowMs).explain(scene.record(id)) ?? '';
  t.match(
    explained('a'),
    /^[78] A: main L\d full.* \(15 of 15 A\); next: (b leaves|the remainder goes round, within \d+ (min|s))$/,
  );
  t.equal(explained('c'), '0 A: no vehicle; next: a vehicle is plugged in');
  scene.plugIn('c');
  await scene.at(120);
  t.match(
    explained('c'),
    /^0 A: paused, main L\d has no minimum left, yields to [ab].* \(15 of 15 A\); next: 1st in line, next change in 1[345] min$/,
  );
  const [line] = scene.said('LIMIT', 60).filter((text) => text.startsWith('c '));
  t.equal(line, undefined, 'it had nothing before');
  scene.unplug('a');
  await scene.at(180);
  t.match(scene.said('LIMIT', 120).join('\n'), /^c 0 A -> [78] A: main L\d full.*; next: /m, 'the log says the same');
  t.strictSame(scene.end(), [], 'no judge complains');
});
