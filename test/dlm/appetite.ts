/** What a vehicle takes of its offers: an offer not taken yet, steps up, a refusal, a vehicle that sleeps. */
import t from 'tap';
import type { Amps, Ms } from '../../src/base/units.js';
import { afterOffer, type Appetite, standingA, UNKNOWN_APPETITE } from '../../src/dlm/group/appetite.js';

const MINUTE_MS: Ms = 60_000;

/** A vehicle that takes its offer from `minA` on, up to `maxA`; looked at every second. */
class Vehicle {
  appetite: Appetite = UNKNOWN_APPETITE;
  minA: Amps;
  maxA: Amps = 32;
  /** What its charge point may be limited to at most. */
  mostA: Amps = 32;
  /** What nobody draws. */
  spareA: Amps = 0;
  isBeingWoken = false;
  nowMs: Ms = 0;

  constructor(minA: Amps) {
    this.minA = minA;
  }

  /** The least that is offered is what the vehicle is known to need. */
  pass(offeredA: Amps, forMs: Ms): this {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += 1000) {
      const drawnA = offeredA >= this.minA ? Math.min(offeredA, this.maxA) : 0;
      this.appetite = afterOffer(
        this.appetite,
        { offeredA, drawnA, maxA: this.mostA, spareA: this.spareA, isBeingWoken: this.isBeingWoken },
        this.nowMs,
      );
    }
    return this;
  }

  get needsA(): Amps {
    return this.appetite.needsA;
  }

  get isRefused(): boolean {
    return this.appetite.isRefused;
  }
}

t.test('an offer that is not taken yet is not refused for a minute', async (t) => {
  const slow = new Vehicle(6);
  slow.minA = 99;
  slow.pass(16, MINUTE_MS);
  t.notOk(slow.isRefused);
  slow.pass(16, 2000);
  t.ok(slow.isRefused);
  t.equal(slow.needsA, 0, 'no minimum explains that');
  slow.minA = 6;
  slow.pass(16, 2000);
  t.notOk(slow.isRefused);
});

t.test('where nothing is taken the next step is tried, and what helped is remembered', async (t) => {
  for (const [minA, needsA] of [
    [7, 8],
    [8, 8],
    [9, 10],
    [11, 11],
  ] as const) {
    const vehicle = new Vehicle(minA);
    vehicle.pass(6, MINUTE_MS + 2000);
    t.equal(vehicle.needsA, 8, 'after a minute');
    for (let step = 0; step < 3 && vehicle.needsA < minA; step++) vehicle.pass(vehicle.needsA, MINUTE_MS + 2000);
    vehicle.pass(needsA, MINUTE_MS);
    t.equal(vehicle.needsA, needsA, `one that needs ${minA} A`);
    vehicle.pass(0, 3 * 3_600_000).pass(needsA, MINUTE_MS);
    t.equal(vehicle.needsA, needsA, 'a pause of hours later too');
  }
});

t.test('one that takes the next lower limit after all needs no more than that', async (t) => {
  const vehicle = new Vehicle(8).pass(7, MINUTE_MS + 2000).pass(8, 10_000);
  t.equal(vehicle.needsA, 8);
  vehicle.minA = 6;
  t.equal(vehicle.pass(7, 10_000).needsA, 7);
});

t.test('a full vehicle is offered each step once', async (t) => {
  const full = new Vehicle(99)
    .pass(6, MINUTE_MS + 2000)
    .pass(8, MINUTE_MS + 2000)
    .pass(10, MINUTE_MS + 2000);
  t.same([full.needsA, full.isRefused], [11, false]);
  full.pass(11, MINUTE_MS + 2000);
  t.same([full.needsA, full.isRefused], [0, true]);
  full.pass(6, 10 * MINUTE_MS);
  t.same([full.needsA, full.isRefused], [0, true], 'and then left alone');
});

t.test('a step that its charge point cannot offer is not tried', async (t) => {
  const vehicle = new Vehicle(8);
  vehicle.mostA = 7;
  vehicle.pass(6, MINUTE_MS + 2000);
  t.same([vehicle.needsA, vehicle.isRefused], [0, true]);
});

t.test('a step that is never offered is forgotten after half an hour', async (t) => {
  const slow = new Vehicle(99).pass(6, MINUTE_MS + 2000);
  t.equal(slow.pass(0, 28 * MINUTE_MS).needsA, 8);
  t.equal(slow.pass(0, 2 * MINUTE_MS).needsA, 0);
});

t.test('less than two fifths of a small offer are not its share, of a large one they may be', async (t) => {
  const trickle = new Vehicle(6);
  trickle.maxA = 2;
  t.equal(trickle.pass(6, MINUTE_MS + 2000).needsA, 8);
  const limited = new Vehicle(6);
  limited.maxA = 10;
  t.equal(limited.pass(32, 10 * MINUTE_MS).needsA, 0, 'a vehicle on its own limit');
  t.notOk(limited.isRefused);
});

t.test('what still flows after a lowering is not taken for its share of the lower limit', async (t) => {
  const vehicle = new Vehicle(8).pass(16, 10_000);
  const late = { offeredA: 7, drawnA: 16, maxA: 32, spareA: 0, isBeingWoken: false };
  vehicle.appetite = afterOffer(vehicle.appetite, late, vehicle.nowMs);
  t.equal(vehicle.appetite.tookA, 16);
  t.equal(vehicle.pass(7, MINUTE_MS + 2000).needsA, 8);
});

t.test(
  'one that stops twice right after it was lowered needs more, though no low offer stays for a minute',
  async (t) => {
    const vehicle = new Vehicle(8).pass(16, 20_000).pass(6, 15_000).pass(16, 20_000);
    t.equal(vehicle.needsA, 0, 'once may have another reason');
    vehicle.pass(6, 9000);
    t.equal(vehicle.needsA, 0);
    vehicle.pass(6, 3000);
    t.equal(vehicle.needsA, 8);
    const obedient = new Vehicle(6);
    for (let time = 0; time < 5; time++) obedient.pass(16, 20_000).pass(6, 15_000);
    t.equal(obedient.needsA, 0);
  },
);

t.test('one that needs 7 A is not forgotten once it takes 7 of the 8 A that it was thought to need', async (t) => {
  const vehicle = new Vehicle(7).pass(16, 20_000).pass(6, 15_000).pass(16, 20_000).pass(6, 12_000);
  t.equal(vehicle.needsA, 8);
  t.equal(vehicle.pass(7, 5000).needsA, 7, 'seed 960171: started 12 times in an hour');
  vehicle.minA = 6;
  t.equal(vehicle.pass(6, 5000).needsA, 6, 'its minimum after all');
});

t.test('one that charged before, and leaves its offer after a pause, sleeps', async (t) => {
  const vehicle = new Vehicle(6).pass(16, MINUTE_MS).pass(0, MINUTE_MS);
  vehicle.minA = 99;
  vehicle.pass(16, MINUTE_MS + 2000);
  t.ok(vehicle.appetite.isAsleep);
  vehicle.minA = 6;
  t.notOk(vehicle.pass(16, 2000).appetite.isAsleep, 'it woke up');
  vehicle.minA = 99;
  t.notOk(vehicle.pass(16, MINUTE_MS + 2000).appetite.isAsleep, 'it stopped by itself: it is full');
});

t.test('one that took its offer and stops by itself has left it after half a minute', async (t) => {
  const vehicle = new Vehicle(6).pass(16, MINUTE_MS);
  vehicle.minA = 99;
  t.notOk(vehicle.pass(16, 30_000).isRefused);
  t.ok(vehicle.pass(16, 2000).isRefused);
});

t.test('one that stopped by itself is asked once with each step, of what nobody draws', async (t) => {
  const cooling = (spareA: Amps): Vehicle => {
    const vehicle = new Vehicle(10.5).pass(13, MINUTE_MS);
    vehicle.minA = 99;
    vehicle.pass(13, 32_000);
    t.ok(vehicle.isRefused);
    vehicle.minA = 10.5;
    vehicle.spareA = spareA;
    return vehicle;
  };
  const one = cooling(20);
  for (const stepA of [8, 10, 11]) {
    one.pass(stepA === 8 ? 6 : standingA(one.appetite, 6), MINUTE_MS + 2000);
    t.equal(one.needsA, stepA);
  }
  t.notOk(one.pass(11, 2000).isRefused, 'it charges again');
  t.equal(one.needsA, 11, 'and needs that');
  const beside = cooling(7);
  t.equal(beside.pass(6, 5 * MINUTE_MS).needsA, 0, 'others draw it');
  const full = cooling(20);
  full.minA = 99;
  const asked = (): Amps => full.pass(full.needsA === 0 ? 6 : full.needsA, MINUTE_MS + 2000).needsA;
  t.same([asked(), asked(), asked(), asked(), asked(), asked()], [8, 10, 11, 0, 0, 0], 'a full one is asked once');
  const learned = new Vehicle(8).pass(16, 20_000).pass(6, 15_000).pass(16, 20_000).pass(6, 12_000).pass(8, 5000);
  t.equal(learned.needsA, 8);
  Object.assign(learned, { minA: 99, spareA: 20 });
  t.same(
    [learned.pass(8, 6 * MINUTE_MS).isRefused, learned.needsA],
    [true, 8],
    'what it is known to need stays known (seed 960171)',
  );
});

t.test('what stays open for a full vehicle is enough for it to start', async (t) => {
  t.equal(standingA(UNKNOWN_APPETITE, 6), 6);
  t.equal(standingA(new Vehicle(6).pass(6, MINUTE_MS).appetite, 6), 6);
  t.equal(standingA(new Vehicle(8).pass(16, MINUTE_MS).appetite, 6), 8, 'it was never seen to take less than 16 A');
  t.equal(standingA(new Vehicle(8).pass(7, MINUTE_MS + 2000).pass(8, 5000).appetite, 6), 8);
});
