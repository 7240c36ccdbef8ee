/** Power limits: in the division and in the ledger, in W over the three phases together. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { type PhaseAmps, perPhase, type Watts } from '../../src/base/units.js';
import { evenWithin, gridDrawCapacity, lowerPower, powerCapacity, surplusOf } from '../../src/dlm/load/power.js';
import type { Circuit, Site } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

function behind(ids: string, main: Partial<Circuit>, facts: Partial<Site> = {}): Site {
  return site({
    autoAdopt: false,
    circuits: [circuit({ id: 'main', limitA: perPhase(100), ...main })],
    chargePoints: ids.split(' ').map((id) => chargePoint({ id })),
    ...facts,
  });
}

/** The worst case of the root, in W. */
function exposureW({ controller, nowMs }: Rig, voltageV = 230): Watts {
  const [l1, l2, l3] = controller.circuits(nowMs)[0]?.exposureA ?? [Number.NaN, 0, 0];
  return voltageV * (l1 + l2 + l3);
}

function running(of: Site): Rig {
  const rig = new Rig({ site: of });
  for (const { id } of of.chargePoints) rig.slave(id).plugIn();
  rig.run(40_000);
  return rig;
}

function sorted(rig: Rig): string {
  return rig.limits
    .split(' ')
    .sort((a, b) => Number(b) - Number(a))
    .join(' ');
}

t.test('the highest limit with which the exposure still fits', async (t) => {
  const ALL = 0b111;
  const ROWS: readonly [number, readonly number[], number, phases?: number][] = [
    [60, [0, 0, 0], 20],
    [60, [32, 0, 0], 14],
    [60, [20, 20, 20], 20],
    [30, [6, 90, 6], 15, 0b101],
    [27, [10, 10, 10], 9],
    [40, [30, 8, 0], 2],
    [16, [90, 16, 90], 16, 0b010],
    [Number.NEGATIVE_INFINITY, [6, 0, 0], Number.NEGATIVE_INFINITY],
  ];
  for (const [roomA, [l1 = 0, l2 = 0, l3 = 0], limitA, phases = ALL] of ROWS) {
    t.equal(evenWithin(roomA, [l1, l2, l3], phases), limitA, `${roomA} A beside ${l1}, ${l2}, ${l3} A`);
  }
  t.equal(evenWithin(20, [6, 6, 6], 0), Number.POSITIVE_INFINITY, 'a limit on no phase adds nothing');
  t.ok(evenWithin(20, [32, 0, 0], ALL) < 0, 'more is counted already than there is room for');
});

t.test('what is left of a power limit: export makes no room, an unsure load stops raises', async (t) => {
  const of = (loadA: PhaseAmps, openA: PhaseAmps = [0, 0, 0]) => powerCapacity(9200, 230, loadA, openA);
  t.match(of([10, 0, 0]), { capacityW: 6900, raisableW: 6900 });
  t.match(of([10, -20, 0], [1, 1, 0]), { capacityW: 6900, raisableW: 6440 });
  t.match(of([40, 40, 40]), { capacityW: 0 });
  t.equal(of([0, 0, 0], perPhase(Number.POSITIVE_INFINITY)).raisableW, Number.NEGATIVE_INFINITY);
});

t.test(
  'A9: 40 kW beside 100 A: 15/14/14/14 A; the worst case fits at all times, also after a lost message',
  async (t) => {
    const rig = running(behind('a b c d', { limitW: 40_000 }));
    t.equal(sorted(rig), '15 14 14 14');
    t.match(rig.record('a').reason, { circuit: 'main' });
    const look = (): void => {
      if (exposureW(rig) > 40_000.001) t.fail(`${exposureW(rig)} W at ${rig.nowMs} ms: ${rig.exposures}`);
    };
    const runs = (seconds: number): void => {
      for (let second = 0; second < seconds; second++) {
        rig.run(1000);
        look();
      }
    };
    rig.slave('a').hears = false;
    rig.slave('b').unplug();
    runs(3);
    t.equal(rig.record('c').reason.kind, 'power', 'c has its share beside the old one of a');
    rig.slave('b').plugIn();
    runs(5);
    rig.slave('a').hears = true;
    runs(40);
    t.equal(sorted(rig), '15 14 14 14');
    t.ok(exposureW(rig) > 39_000);
  },
);

t.test('M1 in W: no raise before the lowered one has acknowledged', async (t) => {
  const rig = new Rig({ site: behind('a b', { limitW: 22_080 }) });
  rig.slave('a').plugIn();
  rig.run(40_000);
  t.equal(rig.limits, '32 0', '22.08 kW');
  rig.slave('a').hears = false;
  rig.slave('b').plugIn();
  rig.run(5_000);
  t.equal(rig.limits, '32 0');
  t.same(rig.record('b').reason, { kind: 'waiting', circuit: 'main' });
  rig.slave('a').hears = true;
  rig.run(5_000);
  t.equal(rig.limits, '16 16');
});

t.test('single-phase vehicles take a third each of what a three-phase one takes', async (t) => {
  const rig = new Rig({ site: behind('a b', { limitW: 6900 }) });
  rig.slave('a').plugIn({ phases: 1 });
  rig.run(40_000);
  t.equal(rig.limits, '30 0', 'once its phases are known');
  rig.slave('b').plugIn();
  rig.run(20_000);
  t.equal(rig.limits, '9 7', '9 + 3 x 7 = 30 A');
});

t.test('a building that rises on phases with room lowers at once, by the sum', async (t) => {
  const rig = new Rig({ site: behind('a', { limitW: 23_000, meter: 'grid', meterLocation: 'excluding' }) });
  rig.slave('a').plugIn();
  rig.hearMeter('grid', [0, 0, 0]);
  rig.run(40_000);
  t.equal(rig.limits, '32');
  t.equal(rig.hearMeter('grid', [1, 1, 1]).isUrgent, false, '3 of 100 A are there');
  t.equal(rig.hearMeter('grid', [40, 0, 0]).isUrgent, true, 'no phase is full');
  rig.run(1_000);
  t.equal(rig.limits, '19', '58 A are left for three phases: 1 A was shown on two of them a moment ago');
  rig.run(20_000);
  t.equal(rig.limits, '20');
  t.equal(rig.record('a').reason.kind, 'power');
  rig.loseMeter('grid');
  rig.run(2_000);
  t.equal(rig.limits, '0', 'the fallback');
});

t.test('the voltage of the site', async (t) => {
  const rig = running(behind('a b', { limitW: 14_400 }, { voltageV: 240 }));
  t.equal(sorted(rig), '10 10');
  t.ok(exposureW(rig, 240) <= 14_400);
});

t.test('0 W: nobody gets anything; a circuit below has its own limit', async (t) => {
  t.equal(running(behind('a', { limitW: 0 })).limits, '0');
  const circuits = [
    circuit({ id: 'main', limitA: perPhase(100) }),
    circuit({ id: 'garage', parent: 'main', limitA: perPhase(100), limitW: 11_040 }),
  ];
  const chargePoints = [chargePoint({ id: 'a' }), chargePoint({ id: 'b', circuit: 'garage' })];
  const rig = running(site({ autoAdopt: false, circuits, chargePoints }));
  t.equal(rig.limits, '32 16');
  t.same(rig.record('b').reason, { kind: 'power', circuit: 'garage' });
});

/** What a slave allows its vehicle now, on the phases that its limit was granted for. */
function allowedW(rig: Rig, id: string): Watts {
  const { limitA, phases } = rig.slave(id).core.enforced(rig.nowMs);
  return 230 * limitA * [1, 2, 4].filter((phase) => (phases & phase) !== 0).length;
}

/** Vehicles of all kinds come and go, and messages are lost, for some minutes. */
function playWildly(seed: number): string | undefined {
  const rng = seededRng(seed);
  const limitW = 18_000 + rng.int(30_000);
  const circuits = [
    circuit({ id: 'main', limitA: perPhase(80), limitW }),
    circuit({ id: 'garage', parent: 'main', limitA: perPhase(63), limitW: 17_000 + rng.int(20_000) }),
  ];
  const chargePoints = ['a', 'b', 'c', 'd'].map((id) =>
    chargePoint({ id, circuit: rng.chance(0.5) ? 'main' : 'garage', disconnectedLimitA: 0 }),
  );
  const rig = new Rig({ site: site({ autoAdopt: false, circuits, chargePoints }) });
  const phasesOf = new Map(chargePoints.map(({ id }) => [id, (1 + rng.int(3)) as 1 | 2 | 3]));
  rig.run(40_000);
  for (let second = 0; second < 240; second++) {
    for (const [id, slave] of rig.slaves) {
      // The slaves of this rig do not stop a vehicle that uses more phases than the one before. So each has one kind.
      if (rng.chance(0.05)) slave.unplug();
      if (rng.chance(0.05)) slave.plugIn({ phases: phasesOf.get(id) ?? 3 });
      if (rng.chance(0.1)) slave.hears = !slave.hears;
      if (rng.chance(0.05)) slave.isHeard = !slave.isHeard;
    }
    rig.run(1_000);
    for (const { id, limitW: mostW = Number.NaN } of circuits) {
      const below = chargePoints.filter((point) => id === 'main' || point.circuit === id);
      const sumW = below.reduce((watts, point) => watts + allowedW(rig, point.id), 0);
      if (!(sumW <= mostW + 1)) return `${id}: ${sumW} W of ${mostW} W after ${second} s`;
    }
  }
  return undefined;
}

t.test('whatever happens, slaves allow no more W together than the limits of all circuits say', async (t) => {
  for (let seed = 1; seed <= 60; seed++) {
    const wrong = playWildly(seed);
    if (wrong !== undefined) t.fail(`seed ${seed}: ${wrong}`);
  }
  t.pass();
});

t.test('a lost meter hides what the building took: backgroundMaxA, or the highest of the last minutes', async (t) => {
  const metered = { limitW: 23_000, meter: 'grid', meterLocation: 'excluding', fallbackA: perPhase(30) } as const;
  const lose = (main: Partial<Circuit>, heardA: PhaseAmps | undefined): string => {
    const rig = new Rig({ site: behind('a', { ...metered, ...main }) });
    rig.slave('a').plugIn();
    if (heardA) rig.hearMeter('grid', heardA);
    rig.run(40_000);
    rig.loseMeter('grid');
    rig.run(40_000);
    return rig.limits;
  };
  t.equal(lose({}, [40, 0, 0]), '20', '40 of 100 A, as it was shown');
  t.equal(lose({ backgroundMaxA: perPhase(20) }, [1, 0, 0]), '13', '60 of 100 A, as it may be');
  t.equal(lose({}, [0, 0, 0]), '30', 'the fallback');
  t.equal(lose({}, undefined), '0', 'nothing is known of it');
  t.equal(lose({ fallbackA: perPhase(9999) }, [40, 0, 0]), '32', 'its loss is ignored');
});

t.test('a power limit and one of the draw from the grid: both hold, for raises as well', (t) => {
  const limit = powerCapacity(12_000, 230, [10, 0, 0], [20, 0, 0]);
  t.match(limit, { capacityW: 9700, raisableW: 5100 });
  const draw = gridDrawCapacity({ source: 'section14a', limitW: 7560 }, 230, { surplusW: 1000, openW: 400 });
  t.match(draw, { capacityW: 8560, raisableW: 8160 });
  const both = { capacityW: 8560, raisableW: 5100, cause: { limitW: 7560 } };
  t.match(lowerPower(limit, draw), both);
  t.match(lowerPower(draw, limit), both);
  t.equal(lowerPower(limit, undefined), limit);
  t.match(gridDrawCapacity({ source: 'section14a', limitW: 7560 }, 230, { surplusW: 1000, openW: 1e9 }), {
    raisableW: 7560,
  });
  t.end();
});

t.test('surplus: over all phases, and export only where it is proven', (t) => {
  const load: PhaseAmps = [-20, 5, -3];
  t.equal(surplusOf(load, [0, 0, 0], [0, 1, 2], 230).surplusW, 18 * 230);
  t.equal(surplusOf(load, [0, 0, 0], [0], 230).surplusW, 15 * 230);
  t.equal(surplusOf(load, [0, 0, 0], [2], 230).surplusW, 0);
  t.equal(surplusOf(load, [1, 2, 0], [], 230).openW, 690);
  t.end();
});
