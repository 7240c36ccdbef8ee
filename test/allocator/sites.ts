/**
 * Random sites: up to four nested circuits and twelve charge points, with whole numbers and decimals, ties and shortages. Built of
 * fast-check's arbitraries, so that a site that fails shrinks to a small one.
 */
import fc from 'fast-check';
import { type ChargePointForm, type CircuitForm, type RequestForm, ROTATION_WORDS, type Triple } from './form.js';

const CIRCUITS_MAX = 4;
const CHARGE_POINTS_MAX = 12;

const whole = (min: number, max: number) => fc.noBias(fc.integer({ min, max }));
const one = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.noBias(fc.constantFrom(...values));
const oneOf = <T>(...arbitraries: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T> => fc.noBias(fc.oneof(...arbitraries));

/** A number with two decimals; how many of them count is decided for the whole site. */
type Drawn = readonly [whole: number, hundredths: number];
const drawn = (min: number, max: number): fc.Arbitrary<Drawn> => fc.tuple(whole(min, max), whole(0, 99));
const three = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, T, T]> => fc.tuple(each, each, each);
const same = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, T, T]> => each.map((value) => [value, value, value]);

const fuse = oneOf(drawn(0, 250), drawn(10, 50), drawn(25, 80), drawn(25, 80), drawn(60, 160), drawn(60, 160));
const background = oneOf(drawn(-12, 12), drawn(0, 20), drawn(0, 20), drawn(0, 60));

const circuitFacts = fc.record({
  above: whole(0, CIRCUITS_MAX),
  limit: oneOf(same(fuse), same(fuse), three(fuse)),
  background: oneOf(fc.constant(undefined), same(background), three(background)),
  imbalance: oneOf(fc.constant(undefined), drawn(0, 10), drawn(6, 40)),
  power: oneOf(fc.constant(undefined), whole(0, 20_000), whole(10_000, 80_000)),
  voltage: one(undefined, undefined, 230, 240, 231.4, 110),
});

const vehicleFacts = fc.record({
  circuit: whole(0, CIRCUITS_MAX),
  phases: one(3, 3, 3, 1, 2),
  rotation: one(...ROTATION_WORDS),
  active: oneOf(fc.constant(undefined), whole(1, 7), one(1, 2, 4)),
  isActiveShort: fc.boolean(),
  min: oneOf(one(6, 6, 6, 0, 8, 10), one(6.5, 7.25, 10.3, 5.95)),
  max: oneOf(one(16, 32, 32, 63), one(16, 32), whole(6, 40), whole(0, 20), one(12.9, 6.3, 20.55, 15.99)),
  priority: one(undefined, 1, 2, 3),
  connectedAtS: one(0, 1, 2, 3, 1200),
  chargingS: one(0, 1, 2, 3, 300),
});

const vehicleCounts = (minLength: number, maxLength: number) =>
  fc.array(vehicleFacts, { minLength, maxLength, size: 'max' });

const siteFacts = fc.record({
  circuits: fc.array(circuitFacts, { minLength: 1, maxLength: CIRCUITS_MAX, size: 'max' }),
  vehicles: oneOf(vehicleCounts(1, 5), vehicleCounts(3, CHARGE_POINTS_MAX), vehicleCounts(3, CHARGE_POINTS_MAX)),
  decimals: one(0, 0, 0, 1, 2),
  isImbalanceLimited: one(false, false, false, true),
  isPowerLimited: one(false, false, false, true),
  models: one(undefined, undefined, undefined, 1, 2, 3),
  isRootLast: one(false, false, false, true),
  stepA: one(undefined, 1, 1, 0.5, 0.1),
  sharing: one('equal', 'equal', 'priority'),
  shortage: one('longest-charging-first', 'last-connected-first', 'priority-only'),
  rotationSeed: oneOf(whole(0, 20), whole(0, 2_000_000_000)),
});
type SiteFacts = typeof siteFacts extends fc.Arbitrary<infer Facts> ? Facts : never;
type CircuitFacts = SiteFacts['circuits'][number];
type VehicleFacts = SiteFacts['vehicles'][number];

/** Sites of every kind, but for what is fixed. */
export function sites(fixed: Partial<SiteFacts> = {}): fc.Arbitrary<RequestForm> {
  return siteFacts.map((facts) => requestOf({ ...facts, ...fixed }));
}

function requestOf(facts: SiteFacts): RequestForm {
  const { circuits, vehicles, models, isRootLast, stepA, sharing, shortage, rotationSeed } = facts;
  const forms = circuits.map((circuit, index) => circuitOf(circuit, index, facts));
  const all = models === undefined ? vehicles : vehicles.map((each, index) => like(vehicles[index % models], each));
  return {
    circuits: isRootLast ? forms.reverse() : forms,
    chargePoints: all.map((each, index) => chargePointOf(each, index, circuits.length)),
    ...(stepA !== undefined && { stepA }),
    sharing,
    shortage,
    rotationSeed,
  };
}

/** Loads what the model loads, elsewhere and in its own turn. */
function like(model: VehicleFacts | undefined, own: VehicleFacts): VehicleFacts {
  const { circuit, priority, connectedAtS, chargingS } = own;
  return { ...(model ?? own), circuit, priority, connectedAtS, chargingS };
}

function circuitOf(facts: CircuitFacts, index: number, site: SiteFacts): CircuitForm {
  const { above, limit, background: load, imbalance, power, voltage } = facts;
  const value = (each: Drawn): number => inAmps(each, site.decimals);
  const triple = ([a, b, c]: readonly [Drawn, Drawn, Drawn]): Triple => [value(a), value(b), value(c)];
  return {
    id: `c${index}`,
    ...(index > 0 && { parent: `c${above % index}` }),
    limitA: triple(limit),
    ...(load && { backgroundA: triple(load) }),
    ...(site.isImbalanceLimited && imbalance && { imbalanceLimitA: value(imbalance) }),
    ...(site.isPowerLimited && power !== undefined && { limitW: power }),
    ...(site.isPowerLimited && power !== undefined && voltage !== undefined && { voltageV: voltage }),
  };
}

function inAmps([amps, hundredths]: Drawn, decimals: number): number {
  const kept = [0, Math.floor(hundredths / 10) * 10, hundredths][decimals] ?? 0;
  return (amps * 100 + kept) / 100;
}

function chargePointOf(facts: VehicleFacts, index: number, circuits: number): ChargePointForm {
  const { circuit, phases, rotation, active, isActiveShort, min, max, priority, connectedAtS, chargingS } = facts;
  const bits = Array.from({ length: 3 }, (_, bit) => bit < phases && ((active ?? 0) & (1 << bit)) !== 0);
  const activePhases = isActiveShort ? bits.slice(0, phases) : bits;
  return {
    id: `v${index}`,
    circuit: `c${circuit % circuits}`,
    phases,
    rotation,
    ...(bits.includes(true) && { activePhases }),
    minA: min,
    maxA: max,
    ...(priority !== undefined && { priority }),
    connectedAtS,
    chargingS,
  };
}
