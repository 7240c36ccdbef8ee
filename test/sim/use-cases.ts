/**
 * Use cases as the installers' manuals describe them, on the product's own master and slaves with virtual vehicles, a virtual
 * building and its meter. Fuses are judged after every single event.
 */
import { rotationOf } from '../../src/base/rotation.js';
import t, { type Test } from 'tap';
import { type Rotation, toGrid } from '../../src/base/rotation.js';
import { seededRng } from '../../src/base/rng.js';
import { type Amps, mapPhases, type Ms, NO_AMPS, PHASES, type PhaseAmps, perPhase } from '../../src/base/units.js';
import { TYPICAL_VEHICLE, type VehicleSpec } from '../../src/chargers/vehicle.js';
import { VirtualCharger } from '../../src/chargers/virtual.js';
import type { ChargePoint, Circuit } from '../../src/dlm/types.js';
import { MasterRuntime } from '../../src/runtime/master.js';
import { SlaveRuntime } from '../../src/runtime/slave.js';
import { SILENT_LOGGER, VirtualGroup } from '../../src/sim/virtual-group.js';
import { VirtualNetwork } from '../../src/sim/virtual-network.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { slaveFactsOf } from '../helpers/messages.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

const SEED = 1;
const METER_PERIOD_MS: Ms = 250;
const MINUTE_MS: Ms = 60_000;
const THREE_PHASE: VehicleSpec = { ...TYPICAL_VEHICLE, phases: 3, maxA: 32 };
const ONE_PHASE: VehicleSpec = { ...TYPICAL_VEHICLE, phases: 1, maxA: 32 };

/** A car park: charge points behind one main fuse, a building beside them, and a meter where the circuit has one. */
class CarPark {
  readonly group: VirtualGroup;
  readonly ids: readonly string[];
  readonly #main: Circuit;
  readonly #rotations: ReadonlyMap<string, Rotation>;
  buildingA: PhaseAmps = NO_AMPS;
  meterWorks = true;
  #isLost = false;
  /** The first moment at which more was allowed than the fuse carries. */
  violation: string | undefined;

  constructor(main: Partial<Circuit>, chargePoints: readonly ChargePoint[]) {
    this.#main = circuit({ id: 'main', ...main });
    this.ids = chargePoints.map(({ id }) => id);
    this.#rotations = new Map(chargePoints.map(({ id, rotation }) => [id, rotationOf(rotation)]));
    const of = site({ autoAdopt: false, circuits: [this.#main], chargePoints });
    this.group = new VirtualGroup(of, seededRng(SEED));
    for (const { circuit: _, priority: __, rotation, ...facts } of chargePoints) {
      this.group.addSlave({ ...facts, rotation: rotationOf(rotation) });
    }
    this.group.startMaster();
    if (this.#main.meter !== undefined) this.#sample();
  }

  /** What flows into the charge points, grid order. */
  get drawnA(): PhaseAmps {
    let sumA = NO_AMPS;
    for (const id of this.group.slaveIds) {
      const { charger, node } = this.group.slave(id);
      const { currentA } = charger.snapshot(Math.floor(node.clock.monotonicMs()));
      const grid = toGrid(this.#rotations.get(id) ?? 'RST', currentA);
      sumA = mapPhases((p) => sumA[p] + grid[p]);
    }
    return sumA;
  }

  /** What flows through the main fuse. */
  get totalA(): PhaseAmps {
    const { drawnA } = this;
    return mapPhases((p) => this.buildingA[p] + drawnA[p]);
  }

  #sample(): void {
    const meterId = this.#main.meter ?? '';
    if (this.meterWorks) {
      const currentA = this.#main.meterLocation === 'including' ? this.totalA : this.buildingA;
      const reading = { currentA, voltageV: perPhase(230), powerW: perPhase(0), totalPowerW: 0 };
      if (this.#isLost) this.group.master.hearMeter({ kind: 'recovered', meterId });
      const sampledAtMs = this.group.masterNowMs;
      const timing = { sampledAtMs, updateMs: 1000, periodMs: METER_PERIOD_MS, movedAtMs: sampledAtMs };
      this.group.master.hearMeter({ kind: 'sample', meterId, reading, ...timing });
    } else if (!this.#isLost) {
      this.group.master.hearMeter({ kind: 'lost', meterId, reason: 'unplugged' });
    }
    this.#isLost = !this.meterWorks;
    this.group.time.at(this.group.time.nowMs + METER_PERIOD_MS, () => this.#sample());
  }

  run(durationMs: Ms): this {
    this.group.run(durationMs, () => {
      const enforcedA = this.group.enforcedA();
      const over = PHASES.find((p) => enforcedA[p] > this.#main.limitA[p] + 1e-6);
      if (over !== undefined) this.violation ??= `L${over + 1} ${enforcedA[over]} A at ${this.group.time.nowMs} ms`;
    });
    return this;
  }

  plugIn(vehicle: VehicleSpec, ...ids: readonly string[]): this {
    for (const id of ids) this.group.plugIn(id, vehicle);
    return this;
  }

  /** What is enforced, in the order of the charge points. */
  get limits(): string {
    return this.ids.map((id) => (this.group.slaveIds.includes(id) ? this.group.limitA(id) : '-')).join(' ');
  }

  get reasons(): string {
    return (this.group.lastStatus?.chargePoints ?? []).map(({ reason }) => reason.kind).join(' ');
  }
}

function listed(ids: string, facts: Partial<ChargePoint> = {}): readonly ChargePoint[] {
  return ids.split(' ').map((id) => chargePoint({ id, ...facts }));
}

function staysWithin(t: Test, park: CarPark): void {
  t.equal(park.violation, undefined, 'the fuse was never exceeded');
}

t.test('1, example 1: two charge points behind 32 A', async (t) => {
  const park = new CarPark({ limitA: perPhase(32) }, listed('a b'));
  park.run(5000).plugIn(THREE_PHASE, 'a').run(5000);
  t.equal(park.limits, '32 0', 'one vehicle');
  park.plugIn(THREE_PHASE, 'b').run(15_000);
  t.equal(park.limits, '16 16', 'two vehicles');
  park.group.unplug('a');
  park.run(3000);
  t.equal(park.limits, '0 32', 'one again');
  staysWithin(t, park);
});

t.test('2: four charge points behind 100 A, rotated RST STR TRS RST', async (t) => {
  const rotations = ['RST', 'STR', 'TRS', 'RST'] as const;
  const points = rotations.map((rotation, index) => chargePoint({ id: `cp${index + 1}`, rotation, maxA: 63 }));
  const single = { ...ONE_PHASE, maxA: 63 };
  const park = new CarPark({ limitA: perPhase(100) }, points);
  park.run(5000).plugIn(single, 'cp1', 'cp2', 'cp3', 'cp4').run(60_000);
  t.equal(park.limits, '50 63 63 50', 'two share L1, one has L2, one has L3');
  t.same(
    park.drawnA.map((amps) => Math.round(amps)),
    [100, 63, 63],
  );
  staysWithin(t, park);
});

t.test(
  'example 26: a vehicle leaves free the phases that it does not use, after ten seconds of charging',
  async (t) => {
    const park = new CarPark({ limitA: perPhase(16) }, listed('a b'));
    park.run(5000).plugIn(ONE_PHASE, 'a').run(8000);
    t.same(park.group.enforcedA(), [16, 16, 16], 'at first it might use all three');
    park.run(10_000);
    t.same(park.group.enforcedA(), [16, 0, 0]);
    staysWithin(t, park);
  },
);

t.test('4, examples 5 and 7: meter excluding the charge points: main 100 A, headroom 0, fallback 50', async (t) => {
  const main = { limitA: perPhase(100), meter: 'grid', meterLocation: 'excluding', fallbackA: perPhase(50) } as const;
  const park = new CarPark(main, listed('a b c d'));
  park.buildingA = [20, 40, 10];
  park.run(5000).plugIn(THREE_PHASE, 'a', 'b', 'c', 'd').run(60_000);
  t.equal(park.limits, '15 15 15 15', '60 A are left on L2');
  park.buildingA = [20, 70, 10];
  park.run(1000);
  t.equal(park.limits, '8 7 8 7', 'the building rises: answered at once');
  park.buildingA = NO_AMPS;
  park.run(30_000);
  t.equal(park.limits, '25 25 25 25');
  park.meterWorks = false;
  park.run(2000);
  t.equal(park.limits, '13 12 13 12', 'meter lost: 50 A for all');
  t.match(park.reasons, /^circuit step circuit/);
  park.meterWorks = true;
  park.run(30_000);
  t.equal(park.limits, '25 25 25 25', 'regained, without a restart');
  staysWithin(t, park);
});

t.test('5, example 6: meter including the charge points: the same, and never above 100 A once settled', async (t) => {
  const main = { limitA: perPhase(100), meter: 'grid', meterLocation: 'including', fallbackA: perPhase(50) } as const;
  const park = new CarPark(main, listed('a b c d'));
  park.buildingA = [20.3, 40.3, 10.3];
  park.run(5000).plugIn(THREE_PHASE, 'a', 'b', 'c', 'd').run(60_000);
  t.match(park.limits, /^15 14 15 (15|14)$/, 'something below 60 A is left on L2');
  let highestA: Amps = 0;
  for (let second = 0; second < 60; second++) highestA = Math.max(highestA, ...park.run(1000).totalA);
  t.ok(highestA <= 100, `at most ${highestA.toFixed(1)} A`);
  t.ok(highestA > 97, 'and not much less');
  park.buildingA = [20.3, 70.3, 10.3];
  park.run(10_000);
  t.ok(Math.max(...park.totalA) <= 100, 'the building rises, the vehicles have followed');
  t.match(park.limits, /^[78] 7 7 7$/);
  staysWithin(t, park);
});

t.test('6: imbalance 20 A, three single-phase vehicles on one phase', async (t) => {
  const main = { limitA: perPhase(63), imbalanceLimitA: 20 };
  const park = new CarPark(main, listed('a b c'));
  park.run(5000).plugIn(ONE_PHASE, 'a', 'b', 'c').run(MINUTE_MS);
  t.equal(park.limits, '7 6 7');
  t.same(
    park.drawnA.map((amps) => Math.round(amps)),
    [20, 0, 0],
  );
  t.equal(park.reasons, 'imbalance imbalance imbalance');
  staysWithin(t, park);
});

t.test(
  '10, examples 28 and 66: the master loses power: all on their disconnected limits, the total within the fuse',
  async (t) => {
    const park = new CarPark({ limitA: perPhase(32) }, listed('a b c d'));
    park.run(5000).plugIn(THREE_PHASE, 'a', 'b', 'c').run(30_000);
    t.equal(park.limits, '11 10 11 0');
    park.group.crashMaster();
    park.run(12_000);
    t.equal(park.limits, '11 10 11 0', 'within the lease nothing changes');
    park.run(5000);
    t.equal(park.limits, '6 6 6 0', 'down at its end');
    park.run(15_000);
    t.equal(park.limits, '6 6 6 6', 'up only after the hold');
    staysWithin(t, park);
  },
);

t.test('example 28: the master crashes and comes back', async (t) => {
  for (const keepsState of [true, false]) {
    const park = new CarPark({ limitA: perPhase(32) }, listed('a b c'));
    park.run(5000).plugIn(THREE_PHASE, 'a', 'b').run(30_000);
    park.group.crashMaster();
    park.run(5000);
    park.group.startMaster(keepsState);
    park.run(2000);
    t.equal(park.limits, '16 16 0', `${keepsState ? 'with' : 'without'} its state: charging goes on`);
    park.plugIn(THREE_PHASE, 'c').run(20_000);
    t.equal(park.limits, '11 10 11');
    staysWithin(t, park);
  }
});

t.test('the master comes back while one slave cannot be heard', async (t) => {
  const park = new CarPark({ limitA: perPhase(32) }, listed('a b'));
  park.run(5000).plugIn(THREE_PHASE, 'a', 'b').run(30_000);
  park.group.crashMaster();
  park.group.partition('a', true);
  park.run(3000);
  park.group.startMaster();
  park.run(10_000);
  t.equal(park.limits.split(' ')[1], '16', 'a may still draw its 16 A');
  park.run(MINUTE_MS);
  t.equal(park.limits, '6 26', 'all old leases are over');
  staysWithin(t, park);
});

t.test('a slave dies: its limit stays reserved, then its disconnected limit; the others go on', async (t) => {
  const park = new CarPark({ limitA: perPhase(32) }, listed('a b'));
  park.run(5000).plugIn(THREE_PHASE, 'a', 'b').run(30_000);
  park.group.killSlave('a');
  park.run(10_000);
  t.equal(park.limits, '- 16');
  park.run(20_000);
  t.equal(park.limits, '- 26', '6 A stay reserved');
  park.run(10 * MINUTE_MS);
  t.equal(park.limits, '- 26');
  staysWithin(t, park);
});

interface Group {
  readonly master: MasterRuntime;
  readonly slaves: readonly SlaveRuntime[];
}

/** A master and four slaves of one network id, by hand: several groups share a network. */
function groupOn(net: VirtualNetwork, time: VirtualTime, networkId: number, bootId: (index: number) => string): Group {
  const ids = [0, 1, 2, 3].map((index) => `net${networkId}-cp${index}`);
  const of = site({
    autoAdopt: true,
    networkId,
    circuits: [circuit({ id: 'main', limitA: perPhase(100) })],
    chargePoints: ids.map((id) => chargePoint({ id })),
  });
  const node = { ...time.node(), logger: SILENT_LOGGER };
  const slaves = ids.map((chargePointId, index) => {
    const charger = new VirtualCharger({ phases: 3, energyScale: 1 });
    charger.plugIn(THREE_PHASE, 0);
    const facts = slaveFactsOf(chargePointId, { networkId, bootId: bootId(index), leaseMs: of.leaseMs });
    return new SlaveRuntime({ ...node, facts, charger, net: net.open(chargePointId) });
  });
  const master = new MasterRuntime({
    ...node,
    site: of,
    version: 'test',
    masterId: `master${networkId}`,
    bootId: bootId(9),
    rank: 0,
    net: net.open(`master${networkId}`),
    sinks: [],
    meters: { list: () => [] },
  });
  for (const runtime of [...slaves, master]) runtime.start();
  return { master, slaves };
}

t.test('3, example 4: two groups in one network, network ids 0 and 1: neither sees the other', async (t) => {
  const time = new VirtualTime();
  const net = new VirtualNetwork(time, seededRng(SEED));
  const [zero, one] = [0, 1].map((networkId) =>
    groupOn(net, time, networkId, (index) => `${networkId}${index}`.padStart(16, '0')),
  );
  time.runUntil(MINUTE_MS);
  for (const group of [zero, one]) {
    t.same(
      group?.slaves.map(({ applied }) => applied.limitA),
      [25, 25, 25, 25],
      'each has its own 100 A',
    );
    t.equal(group?.master.controller.records.length, 4);
    t.notOk(group?.master.controller.alarms.list().some(({ active }) => active));
  }
  zero?.master.stop();
  time.runUntil(2 * MINUTE_MS);
  t.same(
    zero?.slaves.map(({ applied }) => applied.limitA),
    [6, 6, 6, 6],
    'no master of their own: the other group does not adopt them',
  );
  t.same(
    one?.slaves.map(({ applied }) => applied.limitA),
    [25, 25, 25, 25],
  );
});
