/** From shares to grants: who is lowered and raised when, who is passed over, and why. */
import t from 'tap';
import { type Ms, perPhase } from '../../src/base/units.js';
import { PAUSE_MIN_MS } from '../../src/dlm/sharing/reserved.js';
import { acknowledgementMaxAgeMs } from '../../src/dlm/leases/lease-rules.js';
import type { ChargePoint, Circuit, Site } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

/** Listed charge points behind one fuse. */
function behind(limitA: number, ids: string, facts: Partial<ChargePoint> = {}, more: Partial<Circuit> = {}): Site {
  return site({
    autoAdopt: false,
    circuits: [circuit({ id: 'main', limitA: perPhase(limitA), ...more })],
    chargePoints: ids.split(' ').map((id) => chargePoint({ id, ...facts })),
  });
}

/** All vehicles there, everything settled. */
function running(of: Site, ids = of.chargePoints.map(({ id }) => id)): Rig {
  const rig = new Rig({ site: of });
  for (const id of ids) rig.slave(id).plugIn();
  rig.run(10_000);
  return rig;
}

t.test('two charge points behind 32 A: one vehicle 32 A, two vehicles 16 A each', async (t) => {
  const rig = running(behind(32, 'a b'), ['a']);
  t.equal(rig.limits, '32 0');
  t.equal(rig.reasons, 'maximum noVehicle');
  rig.slave('b').plugIn();
  rig.cycle();
  t.equal(rig.limits, '16 0', 'first the lowering');
  rig.run(1000);
  t.equal(rig.limits, '16 16', 'then the raise');
  t.equal(rig.reasons, 'circuit circuit');
  rig.slave('a').unplug();
  rig.run(2000);
  t.equal(rig.limits, '0 32');
});

t.test('M1: nobody is raised before the lowered one has acknowledged', async (t) => {
  const rig = running(behind(32, 'a b'), ['a']);
  rig.slave('a').hears = false;
  rig.slave('b').plugIn();
  rig.run(8000);
  t.equal(rig.limits, '32 0', 'a has not heard that it is lowered');
  t.equal(rig.record('b').reason.kind, 'waiting');
  rig.slave('a').hears = true;
  rig.run(2000);
  t.equal(rig.limits, '16 16');
});

t.test('a raise goes as far as there is room', async (t) => {
  const rig = running(behind(40, 'a b c'), ['a', 'b']);
  t.equal(rig.limits, '20 20 0');
  rig.slave('a').hears = false;
  rig.slave('c').plugIn();
  rig.run(3000);
  t.equal(rig.limits, '20 13 7', 'b gave 7 A, a has not yet');
  rig.slave('a').hears = true;
  rig.run(2000);
  t.equal(rig.limits, '14 13 13');
});

t.test('a silent charge point: what it may draw stays reserved, then its disconnected limit', async (t) => {
  const rig = running(behind(32, 'a b'));
  rig.slave('a').isHeard = false;
  rig.slave('a').hears = false;
  rig.run(4000);
  t.equal(rig.record('a').reason.kind, 'offline');
  t.equal(rig.limits, '16 16');
  rig.run(30_000);
  t.equal(rig.limits, '6 26', 'its lease is over: it is at 6 A, and b has the rest');
  t.equal(rig.exposures, '6 26');
  t.match(rig.events('SLAVE_LOST'), ['a is silent; 6 A stay reserved for it']);
  t.equal(rig.alarm('SLAVE_LOST'), 'silent: a');
  rig.slave('a').isHeard = true;
  rig.slave('a').hears = true;
  rig.run(10_000);
  t.equal(rig.limits, '16 16', 'it is back');
  t.equal(rig.alarm('SLAVE_LOST'), undefined);
  t.equal(rig.events('SLAVE_FOUND').length, 3);
});

t.test(
  'a listed charge point that never came is told once, after a minute, and is an alarm until it comes',
  async (t) => {
    const rig = new Rig({ site: behind(32, 'a b c') });
    rig.slave('a').plugIn();
    for (const id of ['b', 'c']) rig.slave(id).isHeard = false;
    rig.run(59_000);
    t.same([rig.alarm('SLAVE_MISSING'), rig.events('SLAVE_MISSING')], [undefined, []]);
    rig.run(120_000);
    t.equal(rig.alarm('SLAVE_MISSING'), 'never heard: b, c');
    const told = ['b', 'c'].map((id) => `${id} was never heard; "evenkeel status" says what is known of it`);
    t.same(rig.events('SLAVE_MISSING'), told);
    rig.slave('b').isHeard = true;
    rig.run(2000);
    t.equal(rig.alarm('SLAVE_MISSING'), 'never heard: c');
    rig.slave('c').isHeard = true;
    rig.run(2000);
    t.equal(rig.alarm('SLAVE_MISSING'), undefined);
    t.equal(rig.events('SLAVE_FOUND').length, 3);
    rig.slave('c').isHeard = false;
    rig.run(70_000);
    t.same([rig.alarm('SLAVE_MISSING'), rig.alarm('SLAVE_LOST')], [undefined, 'silent: c'], 'it was heard');
  },
);

t.test('a listed charge point that is only remembered is missing too', async (t) => {
  const rig = running(behind(32, 'a b'), ['a']);
  rig.slave('b').isHeard = false;
  rig.restartMaster();
  rig.run(61_000);
  t.equal(rig.alarm('SLAVE_MISSING'), 'never heard: b');
});

t.test('its words arrive, its grants do not: it counts until the end of each lease that was sent', async (t) => {
  const rig = running(behind(32, 'a b'), ['a']);
  rig.slave('a').hears = false;
  rig.slave('b').plugIn();
  rig.run(acknowledgementMaxAgeMs(rig.site.leaseMs) + 20_000);
  t.equal(rig.slave('a').core.enforced(rig.nowMs).limitA, 6, 'on its disconnected limit');
  const [, b] = rig.limits.split(' ').map(Number);
  t.ok((b ?? 0) >= 16, `b has ${b} A`);
  rig.slave('a').hears = true;
  rig.run(10_000);
  t.equal(rig.limits, '16 16');
});

t.test('a cycle that comes late raises nobody', async (t) => {
  const rig = running(behind(32, 'a b'), []);
  rig.slave('b').plugIn();
  rig.nowMs += 4001;
  rig.cycle();
  t.equal(rig.limits, '0 0', 'what was heard meanwhile is stale');
  t.match(rig.events('LOOP_LATE'), [/no cycle for 4001 ms/]);
  rig.run(1000);
  t.equal(rig.limits, '0 32');
  rig.nowMs += 4000;
  rig.cycle();
  t.equal(rig.events('LOOP_LATE').length, 1, '4 s are the sample period and the patience');
});

t.test('single-phase vehicles leave the other phases free after ten seconds of charging', async (t) => {
  const rig = new Rig({ site: behind(16, 'a b', { rotation: 'RST' }) });
  rig.slave('a').plugIn({ phases: 1 });
  rig.run(5000);
  t.equal(rig.exposures, '16 0');
  rig.slave('b').plugIn({ phases: 1 });
  rig.run(4000);
  t.equal(rig.limits, '8 8', 'still counted on three phases');
  rig.run(12_000);
  const [a] = rig.controller.records;
  t.same(a?.exposureA(rig.nowMs, rig.site.leaseMs), [8, 0, 0]);
  const turned = { ...rig.site, chargePoints: [chargePoint({ id: 'a' }), chargePoint({ id: 'b', rotation: 'STR' })] };
  const other = new Rig({ site: turned });
  for (const slave of other.slaves.values()) slave.plugIn({ phases: 1 });
  other.run(8000);
  t.equal(other.limits, '8 8');
  other.run(10_000);
  t.equal(other.limits, '16 16', 'connector L1 of b is on L2');
});

t.test('who is not served, and why', async (t) => {
  const rows = [
    ['Available', 'noVehicle', 0],
    ['Preparing', 'vehiclePaused', 6],
    ['Charging', 'maximum', 32],
    ['SuspendedEVSE', 'maximum', 32],
    ['SuspendedEV', 'maximum', 32],
    ['Finishing', 'noVehicle', 0],
    ['Reserved', 'unavailable', 0],
    ['Unavailable', 'unavailable', 0],
    ['Faulted', 'unavailable', 0],
  ] as const;
  for (const [state, reason, limitA] of rows) {
    const rig = new Rig({ site: behind(40, 'a') });
    rig.slave('a').plugIn();
    rig.slave('a').state = state;
    rig.run(5000);
    t.equal(`${rig.limits} ${rig.reasons}`, `${limitA} ${reason}`, state);
  }
});

t.test('shortage: paused for a while, and back', async (t) => {
  const of = behind(15, 'a b c', { disconnectedLimitA: 5 });
  const chargePoints = of.chargePoints.map((point) => ({ ...point, priority: point.id === 'a' ? 1 : 2 }));
  const rig = running({ ...of, chargePoints });
  t.equal(rig.limits, '8 7 0');
  t.equal(rig.reasons, 'circuit step shortage');
  rig.slave('a').unplug();
  rig.run(8000);
  t.equal(rig.limits, '0 8 7', 'it was never raised, so it need not wait');
  rig.slave('a').plugIn();
  rig.run(8000);
  t.equal(rig.limits, '8 7 0', 'a is served first; of b and c the order given decides');
  rig.slave('a').unplug();
  rig.run(PAUSE_MIN_MS - 12_000);
  t.equal(rig.limits, '0 15 0', 'c has been paused: not back and forth');
  rig.run(12_000);
  t.equal(rig.limits, '0 8 7');
});

t.test('longest charging first: turns of the dwell time', async (t) => {
  const dwellMs = 60_000;
  const of = behind(10, 'a b', { disconnectedLimitA: 5 });
  const rig = running({ ...of, allocation: { ...of.allocation, dwellMs } });
  t.equal(rig.limits, '10 0');
  let turns = 0;
  const servedMs = { a: 0, b: 0 };
  let before = rig.limits;
  for (let second = 0; second < 600; second++) {
    rig.run(1000);
    if (rig.limits !== before) turns += 1;
    before = rig.limits;
    for (const id of ['a', 'b'] as const) if (rig.slave(id).core.enforced(rig.nowMs).limitA > 0) servedMs[id] += 1000;
  }
  t.ok(Math.abs(servedMs.a - servedMs.b) <= 2 * dwellMs, `a ${servedMs.a} ms, b ${servedMs.b} ms`);
  t.ok(turns <= (2 * 600_000) / dwellMs + 2, `${turns} changes`);
});

t.test('I4: disconnected limits that exceed the fuse', async (t) => {
  const rig = new Rig({ site: behind(32, 'a b') });
  for (const slave of rig.slaves.values()) slave.plugIn();
  rig.run(3000);
  t.equal(rig.alarm('FALLBACK_UNSAFE'), undefined);
  rig.add('big', { disconnectedLimitA: 24 });
  rig.run(40_000);
  t.equal(
    rig.alarm('FALLBACK_UNSAFE'),
    'disconnected limits exceed the fuse: main L1: 36 A of 32 A, 4 A too much; no charge point below gets more than its own; lower them in the charge points, or have some charge points forgotten',
  );
  t.equal(rig.limits, '6 6 0', 'nobody gets more than it has without a master');
  t.equal(rig.reasons, 'fallbackUnsafe fallbackUnsafe notAdopted');
  t.equal(rig.events('FALLBACK_UNSAFE').length, 1);
});

t.test('I4: the largest load of the building counts', async (t) => {
  const safe = new Rig({ site: behind(32, 'a b', {}, { backgroundMaxA: perPhase(20) }) });
  safe.cycle();
  t.equal(safe.alarm('FALLBACK_UNSAFE'), undefined, '20 + 2 x 6 A on 32 A');
  const unsafe = new Rig({ site: behind(32, 'a b', {}, { backgroundMaxA: [0, 20.1, 0] }) });
  unsafe.cycle();
  t.match(unsafe.alarm('FALLBACK_UNSAFE'), /main L2: 32.1 A of 32 A, 0.1 A too much/);
});

t.test('a charge point that draws more than its limit: an alarm, and the others yield', async (t) => {
  const rig = running(behind(32, 'a b'));
  rig.slave('a').drawsA = 20;
  rig.run(4000);
  t.equal(rig.alarm('OVERDRAW'), undefined, 'a vehicle has 5 s to follow');
  rig.run(4000);
  t.equal(rig.alarm('OVERDRAW'), 'above the limit: a');
  t.equal(rig.limits, '16 12', 'what it draws is left to it, not more');
  t.equal(rig.exposures, '20 12');
  t.equal(rig.reasons, 'overdraw circuit');
  rig.slave('a').drawsA = undefined;
  rig.run(10_000);
  t.equal(rig.limits, '16 16');
  t.equal(rig.alarm('OVERDRAW'), undefined);
  rig.slave('a').drawsA = 40;
  rig.run(8000);
  t.equal(rig.limits, '0 0', 'more than the fuse carries: all that can be done is to pause it');
  rig.slave('a').isHeard = false;
  rig.run(5000);
  t.equal(rig.alarm('OVERDRAW'), 'above the limit: a', 'nobody knows better of a silent one');
  t.equal(rig.alarm('SLAVE_LOST'), 'silent: a');
  t.match(rig.events('SLAVE_LOST'), ['a is silent; 32 A stay reserved for it']);
});

t.test('it yields to a silent one, as far as a limit can do that (seed 995170)', async (t) => {
  const rig = running(behind(32, 'a b'));
  rig.slave('a').drawsA = 18;
  rig.run(8000);
  t.equal(rig.reasons, 'overdraw circuit');
  rig.slave('b').isHeard = false;
  rig.controller.limits.settings.setOperatorLimit('main', perPhase(20));
  rig.run(30_000);
  t.equal(rig.limits.split(' ')[0], '6', '20 A less the 14 A that b had');
  rig.controller.limits.settings.setOperatorLimit('main', perPhase(17));
  rig.run(2000);
  t.equal(rig.limits.split(' ')[0], '0', 'what it draws alone is too much');
});

t.test('a meter: the building rises, the charge points fall in that cycle', async (t) => {
  const of = behind(100, 'a b c d', {}, { meter: 'grid', meterLocation: 'excluding', fallbackA: perPhase(50) });
  const rig = new Rig({ site: of });
  for (const slave of rig.slaves.values()) slave.plugIn();
  const seconds = (count: number, buildingA: number): void => {
    for (let second = 0; second < count; second++) {
      rig.hearMeter('grid', perPhase(buildingA));
      rig.run(1000);
    }
  };
  seconds(10, 20);
  t.equal(rig.limits, '20 20 20 20');
  seconds(1, 60);
  t.equal(rig.limits, '10 10 10 10');
  seconds(4, 20);
  t.equal(rig.limits, '10 10 10 10', 'a fall must hold');
  seconds(4, 20);
  t.equal(rig.limits, '20 20 20 20');
  rig.loseMeter('grid');
  rig.run(3000);
  t.equal(rig.limits, '13 12 13 12', 'the fallback of 50 A');
  t.equal(rig.reasons, 'circuit step circuit step');
});

t.test('circuits as people see them', async (t) => {
  const rig = running(behind(32, 'a b'), ['a']);
  t.match(rig.controller.circuits(rig.nowMs), [
    {
      capacity: { capacityA: perPhase(32), backgroundA: perPhase(0), measuredA: null },
      exposureA: perPhase(32),
      limitsA: perPhase(32),
    },
  ]);
});

t.test('notices tell of slaves, states and limits', async (t) => {
  const rig = running(behind(32, 'a'));
  t.same(rig.events('SLAVE_FOUND'), ['a heard (listed; 3 ph RST, max 32 A, disconnected 6 A)']);
  t.match(rig.events('LIMIT'), ['a 0 A -> 32 A: its own maximum']);
  rig.slave('a').state = 'Faulted';
  rig.run(1000);
  t.equal(rig.events('SLAVE_STATE').at(-1), 'a Charging -> Faulted');
  t.equal(
    rig.events('LIMIT').at(-1),
    'a 32 A -> 0 A: charge point out of service; next: the charge point is in service again',
  );
  rig.slave('a').reboot(rig.nowMs);
  rig.run(4000);
  t.same(rig.events('SLAVE_REBOOT'), ['a has started again']);
});

t.test('a lease is renewed as long as all is well', async (t) => {
  const rig = running(behind(32, 'a b'));
  const leaseLeft = (): Ms => rig.slave('a').core.status(rig.nowMs).leaseLeftMs;
  rig.run(60_000);
  t.equal(leaseLeft(), rig.site.leaseMs);
  t.equal(rig.limits, '16 16');
});

t.test('the building takes more: one vehicle is paused for it, not one after the other', async (t) => {
  const metered = { meter: 'grid', meterLocation: 'excluding' } as const;
  const rig = new Rig({ site: behind(40, 'a b c', { disconnectedLimitA: 0 }, metered) });
  for (const id of ['a', 'b', 'c']) rig.slave(id).plugIn();
  rig.hearMeter('grid', perPhase(3));
  rig.run(4000);
  t.notOk(rig.limits.split(' ').includes('0'), 'all three have been raised a moment ago');
  rig.hearMeter('grid', perPhase(26));
  const paused = (): number => rig.limits.split(' ').filter((limit) => limit === '0').length;
  let most = 0;
  for (let step = 0; step < 300; step++) {
    rig.run(100);
    most = Math.max(most, paused());
  }
  t.equal(most, 1, '14 A carry two of them, also while the third one stops');
});
