/** Rules that stand behind others, so that only a scene made for each shows that it is there; see test/mutants. */
import t from 'tap';
import { hasPhase, maskToGrid } from '../../src/base/rotation.js';
import { type Amps, mapPhases, type PhaseAmps, perPhase } from '../../src/base/units.js';
import { STRANGERS_MAX } from '../../src/dlm/group/roster.js';
import { acknowledgementMaxAgeMs } from '../../src/dlm/leases/lease-rules.js';
import type { ChargePoint } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';
import { statusOf } from '../helpers/messages.js';

function rigBehind(limitA: Amps, ...chargePoints: readonly (Partial<ChargePoint> & { readonly id: string })[]): Rig {
  const main = circuit({ id: 'main', limitA: perPhase(limitA) });
  return new Rig({ site: site({ autoAdopt: false, circuits: [main], chargePoints: chargePoints.map(chargePoint) }) });
}

/** What all enforce now, grid order. */
function enforcedA(rig: Rig): PhaseAmps {
  const all = [...rig.slaves.values()].map(({ core }) => {
    const { limitA, phases } = core.enforced(rig.nowMs);
    return { limitA, grid: maskToGrid(core.facts.rotation, phases) };
  });
  return mapPhases((p) => all.reduce((sumA, { limitA, grid }) => sumA + (hasPhase(grid, p) ? limitA : 0), 0));
}

/** The highest sum of a phase within so many seconds. */
function mostA(rig: Rig, seconds: number): Amps {
  let most = Math.max(...enforcedA(rig));
  for (let second = 0; second < seconds; second++) {
    rig.run(1000);
    most = Math.max(most, ...enforcedA(rig));
  }
  return most;
}

/** Behind 20 A: a on L1 and c on L2, one phase each, b on all three; each has 10 A. */
function oneOnEachPhase(): Rig {
  const rig = rigBehind(20, { id: 'a' }, { id: 'b' }, { id: 'c', rotation: 'STR' });
  rig.slave('a').plugIn({ phases: 1 });
  rig.slave('b').plugIn();
  rig.slave('c').plugIn({ phases: 1 });
  rig.run(30_000);
  return rig;
}

t.test(
  'A_max: the hold by a slow clock, less the drift of three leases, two margins and the time of a vehicle',
  async (t) => {
    t.equal(acknowledgementMaxAgeMs(15_000), 14_850 - 450 - 100 - 5_000);
    t.equal(acknowledgementMaxAgeMs(60_000), 14_850 - 1_800 - 100 - 5_000);
  },
);

t.test('M1: what it enforces on one phase is not repeated on three', async (t) => {
  const rig = oneOnEachPhase();
  t.same([rig.limits, enforcedA(rig)], ['10 10 10', [20, 20, 10]]);
  rig.slave('b').isHeard = false;
  rig.restartMaster();
  t.ok(mostA(rig, 6) <= 20, `${rig.limits}: b is not heard, a and c keep what they have`);
});

t.test('M5: lowerings go out before any raise', async (t) => {
  const rig = rigBehind(32, { id: 'a' }, { id: 'b' });
  rig.slave('b').plugIn();
  rig.run(10_000);
  t.equal(rig.limits, '0 32');
  rig.slave('a').plugIn();
  rig.nowMs += 1000;
  t.same(
    rig.cycle().map(({ chargePointId }) => chargePointId),
    ['b', 'a'],
  );
});

t.test('who hears no grants will rise to its disconnected limit: it shares with no less', async (t) => {
  const rig = rigBehind(14, { id: 'a' }, { id: 'b', disconnectedLimitA: 8 });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.run(10_000);
  t.equal(rig.limits, '7 7');
  rig.slave('b').hears = false;
  t.ok(mostA(rig, 60) <= 14, 'at no moment more than the fuse');
  t.equal(rig.limits, '6 8');
});

t.test('who hears no grants will rise on all its phases', async (t) => {
  const rig = oneOnEachPhase();
  rig.slave('c').hears = false;
  t.ok(mostA(rig, 60) <= 20, `at no moment more than the fuse: ${rig.limits}`);
});

t.test('M4: names that somebody makes up fill neither the cycle nor the log', async (t) => {
  const rig = rigBehind(32, { id: 'a' });
  rig.run(5000);
  const heard = Array.from({ length: 5000 }, (_, index) =>
    rig.controller.hearStatus(statusOf(`stranger-${index}`, { state: 'Available' }), rig.nowMs),
  );
  t.notOk(
    heard.some(({ isUrgent }) => isUrgent),
    'who gets nothing does not hurry the cycle',
  );
  rig.cycle();
  t.equal(rig.controller.records.length, 1 + STRANGERS_MAX);
  t.equal(rig.events('SLAVE_REFUSED').length, 1, 'told once');
  t.notOk(
    rig.saved?.slaves.some(({ id }) => id !== 'a'),
    'nor is any remembered',
  );
});
