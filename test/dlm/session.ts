/** The account of a session: what counts between two STATUS, in silence, over a restart of the master, and after unplugging. */
import t from 'tap';
import type { Status } from '../../src/base/messages.js';
import { type Ms, perPhase } from '../../src/base/units.js';
import { SessionAccount } from '../../src/dlm/group/session.js';
import { statusOf } from '../helpers/messages.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

const MIN: Ms = 60_000;
const POWERED = { currentA: [16, 16, 16] } as const;

/** A STATUS of one slave whose clock is an hour ahead of the master's. */
function said(nowMs: Ms, facts: Partial<Status> = {}): Status {
  return statusOf('a', { tauMs: nowMs + 60 * MIN, ...POWERED, ...facts });
}

function heard(account: SessionAccount, fromMs: Ms, untilMs: Ms, facts: Partial<Status> = {}): void {
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs += 1000) account.applyStatus(said(nowMs, facts), nowMs);
}

t.test('energy is current times 230 V, times and energy run on between two STATUS', async (t) => {
  const account = new SessionAccount();
  t.equal(account.figures(0), undefined, 'no vehicle was heard of');
  heard(account, 0, 30 * MIN);
  t.match(account.figures(30 * MIN), { pluggedInMs: 30 * MIN, chargingMs: 30 * MIN });
  t.equal(Math.round(account.figures(30 * MIN)?.energyWh ?? 0), 5520);
  t.match(account.figures(30 * MIN + 1000), { pluggedInMs: 30 * MIN + 1000 });
  account.applyStatus(said(31 * MIN, { currentA: [10, 0, 0] }), 31 * MIN);
  heard(account, 31 * MIN, 91 * MIN, { currentA: [10, 0, 0] });
  const { energyWh = 0 } = account.figures(91 * MIN) ?? {};
  t.ok(Math.abs(energyWh - 5520 - 11 - 2300) < 1, `${energyWh} Wh: each phase counts by itself`);
});

t.test(
  'a silence counts what was said last, for the offline time, but as plugged in once the same vehicle is heard',
  async (t) => {
    const account = new SessionAccount();
    heard(account, 0, MIN);
    const lost = { pluggedInMs: MIN + 3500, chargingMs: MIN + 3500 };
    t.match(account.figures(20 * MIN), lost);
    account.applyStatus(said(20 * MIN), 20 * MIN);
    t.match(account.figures(20 * MIN), { ...lost, pluggedInMs: 20 * MIN });
    const { energyWh = 0 } = account.figures(20 * MIN) ?? {};
    t.ok(Math.abs(energyWh - (11_040 * 63.5) / 3600) < 0.01, `${energyWh} Wh`);
  },
);

t.test('example 77: charging takes no longer than being plugged in, and both are 0 after unplugging', async (t) => {
  const rig = new Rig({
    site: site({ circuits: [circuit({ id: 'main' })], chargePoints: [chargePoint({ id: 'a' })] }),
  });
  const figures = () => rig.record('a').session.figures(rig.nowMs);
  rig.slave('a').startsAfterMs = 10_000;
  rig.run(5_000);
  t.equal(figures(), undefined);
  rig.slave('a').plugIn();
  rig.run(60_000);
  const { pluggedInMs = 0, chargingMs = 0 } = figures() ?? {};
  t.ok(pluggedInMs >= 58_000 && pluggedInMs <= 60_000, `plugged in for ${pluggedInMs} ms`);
  t.ok(chargingMs <= pluggedInMs - 9_000 && chargingMs > 30_000, `charged for ${chargingMs} ms`);
  rig.slave('a').unplug();
  rig.run(1_000);
  t.equal(figures(), undefined);
  rig.slave('a').plugIn();
  rig.run(1_000);
  t.match(figures(), { pluggedInMs: 0, chargingMs: 0, energyWh: 0 }, 'each vehicle has its own');
});

t.test('what a charge point says by its own meter counts, the rest is reckoned', async (t) => {
  const account = new SessionAccount();
  const own = { powerW: 7_000, sessionWh: 1_234, chargingS: 600, pluggedInS: 900 };
  account.applyStatus(said(0, { state: 'Charging', currentA: perPhase(16), ...own }), 0);
  t.same(account.figures(0), { energyWh: 1_234, chargingMs: 600_000, pluggedInMs: 900_000 });
  const { energyWh = 0, chargingMs, pluggedInMs } = account.figures(1_000) ?? {};
  t.ok(Math.abs(energyWh - 1_234 - 7_000 / 3_600) < 1e-6, 'until the next STATUS with the power that it said');
  t.same([chargingMs, pluggedInMs], [601_000, 901_000]);
  account.applyStatus(said(1_000, { state: 'Charging', currentA: perPhase(16), sessionWh: 1_240 }), 1_000);
  t.same(account.figures(1_000), { energyWh: 1_240, chargingMs: 601_000, pluggedInMs: 901_000 }, 'one alone');
});

t.test('another vehicle begins anew; a fault neither begins nor ends a session', async (t) => {
  const account = new SessionAccount();
  account.applyStatus(said(0, { state: 'Faulted' }), 0);
  t.equal(account.figures(0), undefined);
  heard(account, 1000, MIN);
  heard(account, MIN, 2 * MIN, { state: 'Faulted', currentA: [0, 0, 0] });
  t.match(account.figures(2 * MIN), { pluggedInMs: 2 * MIN - 1000, chargingMs: MIN - 1000 });
  account.applyStatus(said(2 * MIN, { sessionId: 2 }), 2 * MIN);
  t.same(account.figures(2 * MIN), { pluggedInMs: 0, chargingMs: 0, energyWh: 0 });
  account.applyStatus(said(3 * MIN, { sessionId: 2, state: 'Available' }), 3 * MIN);
  t.equal(account.figures(3 * MIN), undefined);
});

t.test('over a restart of the master the clock of the slave tells how long the vehicle was plugged in', async (t) => {
  const before = new SessionAccount();
  heard(before, 0, 40 * MIN);
  const remembered = before.remembered();
  t.match(remembered, { sessionId: 1, pluggedInMs: 40 * MIN, isCharging: true, powerW: 11_040 });
  const after = (facts: Partial<Status>) => {
    const account = new SessionAccount();
    if (remembered) account.expect(remembered);
    t.same(account.remembered(), remembered, 'kept until it is heard');
    // Ten minutes later, by the clock of a master that has just started.
    account.applyStatus(said(50 * MIN, facts), 5);
    return account.figures(5);
  };
  t.match(after({}), { pluggedInMs: 50 * MIN, chargingMs: 40 * MIN + 3500 });
  t.match(after({ sessionId: 2 }), { pluggedInMs: 0 }, 'another vehicle came meanwhile');
  t.match(after({ bootId: 'ffffffffffffffff' }), { pluggedInMs: 0 }, 'the slave has started anew');
  t.equal(after({ state: 'Available' }), undefined);
  t.match(after({ tauMs: 0 }), { pluggedInMs: 40 * MIN }, 'a clock that went back takes nothing away');
});

t.test('sessions are written down at most once a minute, and only while they change', async (t) => {
  const rig = new Rig({
    site: site({ circuits: [circuit({ id: 'main' })], chargePoints: [chargePoint({ id: 'a' })] }),
  });
  rig.run(10_000);
  const saves = (durationMs: Ms): number => {
    let count = 0;
    for (let at = 0; at < durationMs; at += 1000) {
      const before = rig.saved;
      rig.run(1000);
      if (rig.saved !== before) count += 1;
    }
    return count;
  };
  t.equal(saves(2 * MIN), 0, 'nothing is plugged in');
  rig.slave('a').plugIn();
  t.equal(saves(10 * MIN), 10);
  rig.slave('a').state = 'SuspendedEV';
  rig.slave('a').drawsA = 0;
  saves(MIN);
  t.equal(saves(10 * MIN), 0, 'a full vehicle changes nothing that a restart would lose');
  const [saved] = rig.saved?.slaves ?? [];
  rig.restartMaster();
  rig.run(2 * MIN);
  const { pluggedInMs = 0, energyWh = 0 } = rig.record('a').session.figures(rig.nowMs) ?? {};
  t.equal(Math.round(pluggedInMs / MIN), 23);
  t.equal(energyWh, saved?.session?.energyWh);
});
