/** Slaves that the configuration does not list: taken on by somebody, remembered, forgotten, and back again. */
import t from 'tap';
import { leaseExpiryMs, SETTLE_MS } from '../../src/dlm/leases/lease-rules.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const one = site({
  autoAdopt: false,
  circuits: [circuit({ id: 'main' })],
  chargePoints: [chargePoint({ id: 'a' })],
});
const MEMORY = { epoch: 1, leaseMs: 15_000, slaves: [] };

function withStranger(saves = true): Rig {
  const rig = new Rig({ site: one, memory: MEMORY, saves });
  rig.slave('a').plugIn();
  rig.add('x').plugIn();
  rig.run(5_000);
  return rig;
}

/** Since when nobody hears x, until it may be forgotten; what it was told meanwhile. */
function untilForgettable(rig: Rig): readonly string[] {
  const told: string[] = [];
  for (let second = 0; second < 100; second++) {
    const why = rig.controller.membership.whyKept(rig.record('x'), rig.nowMs);
    if (why === undefined) return told;
    told.push(why);
    rig.run(1_000);
  }
  throw new Error('x can never be forgotten');
}

t.test('adopted: served from then on, and after a restart', async (t) => {
  const rig = withStranger();
  t.equal(rig.limits, '32 0');
  t.equal(rig.controller.membership.adopt(rig.record('x')), true);
  t.equal(rig.controller.membership.adopt(rig.record('x')), false, 'once');
  rig.run(10_000);
  t.equal(rig.limits, '16 16');
  t.same(rig.events('SLAVE_ADOPTED'), ['x is adopted at circuit main']);
  t.match(rig.saved?.slaves, [
    { id: 'a', adopted: false },
    { id: 'x', adopted: true },
  ]);
  rig.restartMaster();
  rig.run(5_000);
  t.equal(rig.limits, '16 16', 'it stays adopted');
  t.equal(rig.reasons, 'circuit circuit');
});

t.test('not raised before the state file knows it', async (t) => {
  const rig = withStranger(false);
  rig.controller.membership.adopt(rig.record('x'));
  rig.run(10_000);
  t.equal(rig.limits.split(' ')[1], '0');
});

t.test(
  'taken out of the list: waits for adoption, is counted, and stays remembered until it is forgotten',
  async (t) => {
    const both = { ...one, chargePoints: [chargePoint({ id: 'a' }), chargePoint({ id: 'x' })] };
    const before = new Rig({ site: both, memory: MEMORY });
    before.run(5_000);
    t.match(before.saved?.slaves, [{ id: 'a' }, { id: 'x', adopted: false }]);
    const rig = new Rig({ site: one, ...(before.saved && { memory: before.saved }) });
    t.equal(rig.exposures, '32 32', 'its old grants count');
    t.equal(rig.record('x').isAdopted, false);
    rig.run(30_000);
    t.equal(rig.exposures, '0 6');
    t.match(rig.saved?.slaves, [{ id: 'a' }, { id: 'x', adopted: false }]);
    t.equal(rig.controller.membership.forget(rig.record('x'), rig.nowMs), undefined);
    rig.run(1_000);
    t.equal(rig.exposures, '0');
    t.match(rig.saved?.slaves, [{ id: 'a' }]);
  },
);

t.test('forgotten only when it is silent and nothing that was granted can flow any more', async (t) => {
  const rig = withStranger();
  rig.controller.membership.adopt(rig.record('x'));
  rig.run(10_000);
  t.equal(
    rig.controller.membership.forget(rig.record('a'), rig.nowMs),
    'is listed in the configuration: take it out there',
  );
  t.equal(rig.controller.membership.forget(rig.record('x'), rig.nowMs), 'is still heard: switch it off first');
  rig.slave('x').isHeard = false;
  const silentMs = rig.nowMs;
  const told = untilForgettable(rig);
  const tookMs = rig.nowMs - silentMs;
  const mostMs = leaseExpiryMs(one.leaseMs) + SETTLE_MS;
  t.ok(tookMs >= mostMs && tookMs <= mostMs + 1_000, `${tookMs} ms`);
  t.same([...new Set(told.slice(0, 3))], ['is still heard: switch it off first']);
  t.equal(told[4], `may still draw by what it was granted: wait ${Math.ceil((mostMs - 4_000) / 1_000)} s`);
  t.equal(rig.exposures, '26 6', 'what is freed is its disconnected limit and no more');
  t.equal(rig.controller.membership.forget(rig.record('x'), rig.nowMs), undefined);
  t.notOk(rig.controller.records.some(({ id }) => id === 'x'));
  rig.slaves.delete('x');
  rig.run(12_000);
  t.equal(rig.limits, '32');
  t.same(rig.events('SLAVE_FORGOTTEN'), ['x is forgotten; the 6 A of its disconnected limit are no longer reserved']);
});

t.test('back again it is new, but its grants are numbered on', async (t) => {
  const rig = withStranger();
  rig.controller.membership.adopt(rig.record('x'));
  rig.run(30_000);
  const last = rig.record('x').grants.last;
  rig.slave('x').isHeard = false;
  untilForgettable(rig);
  rig.controller.membership.forget(rig.record('x'), rig.nowMs);
  rig.slave('x').isHeard = true;
  rig.run(1_000);
  t.equal(rig.record('x').isAdopted, false);
  t.equal(rig.record('x').grants.last?.epoch, last?.epoch);
  t.ok((rig.record('x').grants.last?.seq ?? 0) > (last?.seq ?? 0), 'no number is given twice');
  rig.controller.membership.adopt(rig.record('x'));
  rig.run(5_000);
  t.equal(rig.limits, '16 16', 'and it takes them');
});

t.test('defaults of the site bound what an adopted charge point gets; a listed one has its own row', async (t) => {
  const defaults = { minA: 8, maxA: 16, disconnectedLimitA: 8 };
  const of = site({ circuits: [circuit({ id: 'main' })], chargePoints: [chargePoint({ id: 'a' })], defaults });
  const rig = new Rig({ site: of, memory: MEMORY });
  rig.add('x').plugIn();
  rig.run(5_000);
  t.equal(rig.limits, '0 16', 'it says 32 A');
  t.match(rig.record('x').facts, { minA: 8, maxA: 16, disconnectedLimitA: 6 }, 'what it says it takes alone holds');
  t.match(rig.record('a').facts, { minA: 6, maxA: 32 });
  t.equal(rig.exposures, '0 16');
  rig.restartMaster();
  rig.run(20_000);
  t.equal(rig.limits, '0 16', 'also when it is remembered');
});

t.test('an adopted charge point that says less than the defaults keeps what it says', async (t) => {
  const defaults = { minA: 7, maxA: 16 };
  const rig = new Rig({ site: site({ circuits: [circuit({ id: 'main' })], defaults }), memory: MEMORY });
  rig.add('x', { minA: 10, maxA: 13 }).plugIn();
  rig.run(5_000);
  t.equal(rig.limits, '13');
  t.match(rig.record('x').facts, { minA: 10, maxA: 13 });
});
