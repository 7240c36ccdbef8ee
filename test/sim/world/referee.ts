/** All judges over one world, as `play` has them: what they see of it, and that they can be seen to see. */
import t from 'tap';
import { virtualPorts } from '../../../src/cli/site/ports.js';
import { injector } from '../../../src/sim/world/faults/index.js';
import { play } from '../../../src/sim/world/play.js';
import type { RunLog } from '../../../src/sim/world/run-log.js';
import type { Scenario } from '../../../src/sim/world/scenario.js';
import { judged, METERED, PLAIN, scenarioOf } from './small-site.js';

const UP_MS = 60_000;
const PORTS = virtualPorts;

function played(scenario: Scenario, stopsEarly = false): Promise<RunLog> {
  return play(scenario, { seed: 1, ports: PORTS, stopsEarly });
}

function judgesOf({ violations }: RunLog): readonly string[] {
  return [...new Set(violations.map(({ judge }) => judge))].sort();
}

t.test('a calm run: no violation, and measures', async (t) => {
  const log = await played(scenarioOf(METERED, { durationMs: 15 * 60_000 }));
  t.same(log.violations, []);
  t.match(log.measures.breakers, [{ circuit: 'main', margin: 1 }]);
  t.ok(log.measures.energyKwh > 1, `${log.measures.energyKwh} kWh`);
  t.equal(log.measures.pausesPerHour, 0);
  const { cycles = 0, datagrams = 0, samples = 0, visits } = log.counts;
  t.ok(cycles >= 890 && datagrams > 2 * cycles && samples > 800, `${cycles} ${datagrams} ${samples}`);
  t.equal(visits, 2);
});

/** What the charge points take by themselves, where the master expects 6 A of each, and is dead for three minutes. */
function rising(disconnectedLimitA: number): Scenario {
  const scenario = scenarioOf(PLAIN, {
    faults: [{ atMs: UP_MS, forMs: 3 * UP_MS, fault: 'master-killed' }],
    calmFromMs: 4 * UP_MS,
    durationMs: 6 * UP_MS,
  });
  const chargePoints = scenario.chargePoints.map((plan) => ({ ...plan, disconnectedLimitA }));
  return { ...scenario, chargePoints };
}

t.test('charge points that take more by themselves than the fuse carries', async (t) => {
  t.same(judgesOf(await played(rising(20))), [], '2 x 20 A of 40 A');
  t.same(judgesOf(await played(rising(21))), ['I3', 'drawn'], '2 x 21 A of 40 A: no breaker minds');
  const log = await played(rising(32));
  t.same(judgesOf(log), ['I3', 'breaker', 'drawn'], '2 x 32 A of 40 A');
  t.ok(log.violations.every(({ atMs }) => atMs > UP_MS));
  t.match(log.measures.breakers, [{ margin: 0, worstShare: 1.6 }]);
});

t.test('it can end with the first violation', async (t) => {
  const log = await played(rising(32), true);
  t.ok(log.violations.length > 0 && log.durationMs < 6 * UP_MS, `${log.durationMs}`);
});

t.test('of each judge the first few violations are kept', async (t) => {
  const { world, referee } = await judged(scenarioOf(PLAIN), UP_MS);
  for (let count = 0; count < 100; count++) world.copper.setDrawn('cp1', [count % 2 === 0 ? 500 : 501, 0, 0]);
  for (let count = 1; count < 100; count++) {
    await world.run(UP_MS + count);
    world.copper.setDrawn('cp1', [count % 2 === 0 ? 500 : 501, 0, 0]);
  }
  t.equal(referee.violations.length, 5);
  t.match(referee.violations[0], { judge: 'breaker', text: /^main L1/ });
  world.network.onSend('cp1', 'master', new Uint8Array(1_201));
  t.match(referee.violations[5], { judge: 'datagram' }, 'another one is still heard');
});

t.test('a datagram of ours that is too long', async (t) => {
  const { world, judges } = await judged(scenarioOf(PLAIN), UP_MS);
  world.network.onSend('cp1', 'master', new Uint8Array(1_200));
  world.network.onSend('attacker', 'master', new Uint8Array(9_000));
  t.same(judges(), []);
  world.network.onSend('cp1', 'master', new Uint8Array(1_201));
  t.same(judges(), ['datagram']);
});

t.test('a connection of a meter that carries two requests at once', async (t) => {
  const { world, referee, judges } = await judged(scenarioOf(METERED), UP_MS);
  referee.finish();
  t.same(judges(), []);
  Object.defineProperty(world.master('master'), 'isQueueKept', { value: false });
  referee.finish();
  t.same(judges(), ['queue']);
});

t.test('in the end somebody decides, and all is well', async (t) => {
  const healed = scenarioOf(PLAIN, { calmFromMs: 0 });
  const { world, referee, judges } = await judged(healed, 200_000);
  referee.finish();
  t.same(judges(), []);
  world.box('cp2').powerOff();
  await world.run(240_000);
  referee.finish();
  t.match(referee.violations, [{ judge: 'recovery', text: /^in the end: .*cp2/ }]);
  world.master('master').kill();
  referee.finish();
  t.match(referee.violations.at(-1), { judge: 'recovery', text: 'in the end nobody decides' });
});

t.test('before the time to heal is over nothing is asked for', async (t) => {
  const { world, referee, judges } = await judged(scenarioOf(PLAIN, { calmFromMs: 100_000 }), 200_000);
  world.master('master').kill();
  await world.run(240_000);
  referee.finish();
  t.same(judges(), []);
});

t.test('a fault is written down when it begins, and when it is over', async (t) => {
  const { world, referee } = await judged(scenarioOf(PLAIN), UP_MS);
  const before = world.trace.digest;
  const isOver = referee.faultBegins(injector('loss'), 'network');
  isOver();
  t.not(world.trace.digest, before);
  const lines = world.journal.lines.filter(({ event }) => event === 'FAULT' || event === 'MENDED');
  t.same(
    lines.map(({ event, text }) => [event, text]),
    [
      ['FAULT', 'loss network'],
      ['MENDED', 'loss network'],
    ],
  );
});

t.test('a fault that names nobody befalls one that the seed draws', async (t) => {
  const targets = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const faults = [
      { atMs: 1_000, forMs: 1_000, fault: 'partition' },
      { atMs: 1_000, forMs: 1_000, fault: 'meter-silent' },
      { atMs: 1_000, forMs: 1_000, fault: 'loss' },
    ];
    const scenario = scenarioOf(METERED, { faults, durationMs: 3_000 });
    const [partition, silent, loss] = (await play(scenario, { seed, ports: PORTS })).faults;
    targets.add(partition?.target ?? '');
    t.same([silent?.target, loss?.target], ['grid', 'network']);
  }
  t.same([...targets].sort(), ['cp1', 'cp2']);
});
