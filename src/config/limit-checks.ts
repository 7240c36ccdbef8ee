/** Relations between numbers: limits of circuits and charge points, times of a meter, and the sums of safety.md I4. */
import { wiringIn } from '../base/rotation.js';
import { mapPhases, PHASE_NAMES, PHASES, type Amps, type PerPhase, type PhaseIndex } from '../base/units.js';
import { FALLBACK_IGNORED_A, NOMINAL_VOLTAGE_V } from '../dlm/types.js';
import { type DisconnectedLoad, disconnectedLoads, evenLimitA, ROUNDING_A, tooMany } from './disconnected.js';
import type { Facts, Places } from './facts.js';
import { type Finding, gotText, type Path } from './issue.js';
import { fallbackOf, modeFallbackW } from './modes.js';
import type { ChargePointEntry } from './schema/charge-points.js';
import type { CircuitEntry } from './schema/circuits.js';
import type { Draft } from './shape.js';
import { ampsOrShare, toPhases } from './phase-amps.js';

/** Sums of products are not exact. */
const ROUNDING_W = 1e-3;

/** Amperes with at most two decimals: "63 A". */
export function ampsText(valueA: Amps): string {
  return `${Number(valueA.toFixed(2))} A`;
}

/** "L1", "L1 and L2", "each phase". */
export function phasesText(phases: readonly PhaseIndex[]): string {
  return phases.length === 3 ? 'each phase' : phases.map((phase) => PHASE_NAMES[phase]).join(' and ');
}

/** The phases on which `isWrong`, together where their numbers are the same. */
export function phaseGroups<T>(
  values: PerPhase<T>,
  isWrong: (value: T, phase: PhaseIndex) => boolean,
): [PhaseIndex[], T][] {
  const groups = new Map<string, [PhaseIndex[], T]>();
  for (const phase of PHASES) {
    const value = values[phase];
    if (!isWrong(value, phase)) continue;
    const same = JSON.stringify(value);
    const known = groups.get(same);
    if (known) known[0].push(phase);
    else groups.set(same, [[phase], value]);
  }
  return [...groups.values()];
}

function operatorLimit({ path, value }: Draft<CircuitEntry>): Finding[] {
  if (value.operatorLimitA === undefined || value.limitA === undefined) return [];
  const limitA = toPhases(value.limitA);
  const ownA = toPhases(value.operatorLimitA);
  const pairs = mapPhases((phase) => ({ limitA: limitA[phase], ownA: ownA[phase] }));
  return phaseGroups(pairs, (pair) => pair.ownA > pair.limitA).map(([phases, pair]) => ({
    path: [...path, 'operatorLimitA'],
    expected: `at most limitA, ${ampsText(pair.limitA)} on ${phasesText(phases)}`,
    got: ampsText(pair.ownA),
  }));
}

function contract({ path, value: { contractW, meter } }: Draft<CircuitEntry>): Finding[] {
  if (contractW === undefined || meter !== undefined) return [];
  const expected = 'a circuit with a meter, because a contract is kept there (limitW needs none)';
  return [{ path: [...path, 'contractW'], expected, got: 'no meter' }];
}

/** Each mode says what others of these keys would say. */
function mode({ path, value }: Draft<CircuitEntry>): Finding[] {
  const { dlb, alm, meter, fallbackA = 0 } = value;
  if (dlb && alm) return [{ path: [...path, 'alm'], expected: 'one of dlb and alm', got: 'both' }];
  if (!alm) return [];
  const needsMeter = 'a circuit with a meter, because ALM takes the load of the building off (dlb needs none)';
  const hasFallback = fallbackA !== 0;
  const instead = 'no fallbackA beside alm: alm.meterLostPercent is for that';
  return [
    ...(meter === undefined ? [{ path: [...path, 'alm'], expected: needsMeter, got: 'no meter' }] : []),
    ...(hasFallback ? [{ path: [...path, 'fallbackA'], expected: instead, got: gotText(fallbackA) }] : []),
  ];
}

/** While the meter is lost, the charge points take the fallback beside whatever the building takes. */
function fallback({ path, value }: Draft<CircuitEntry>, { voltageV }: Facts): Finding[] {
  const { operatorLimitA } = value;
  if (value.limitA === undefined || value.fallbackA === undefined || value.headroomA === undefined) return [];
  const limitA = toPhases(value.limitA);
  const limits = { limitA, operatorLimitA };
  const fallbackA = fallbackOf(value, voltageV);
  const headroomA = ampsOrShare(value.headroomA, limits);
  const backgroundA = toPhases(value.backgroundMaxA ?? 0);
  const sums = mapPhases((phase) => {
    const leftA = limitA[phase] - headroomA[phase] - backgroundA[phase];
    return {
      fallbackA: fallbackA[phase],
      leftA,
      limitA: limitA[phase],
      headroomA: headroomA[phase],
      backgroundA: backgroundA[phase],
    };
  });
  // A fallback of 0 adds nothing, whatever the building takes.
  const isWrong = (sum: { fallbackA: Amps; leftA: Amps }): boolean =>
    sum.fallbackA > 0 && sum.fallbackA < FALLBACK_IGNORED_A && sum.fallbackA > sum.leftA + ROUNDING_A;
  return phaseGroups(sums, isWrong).map(([phases, sum]) => {
    const taken = `headroomA ${ampsText(sum.headroomA)} - backgroundMaxA ${ampsText(sum.backgroundA)}`;
    const most = `at most ${ampsText(Math.max(0, sum.leftA))} on ${phasesText(phases)}`;
    const otherwise = value.alm ? '' : `, or ${FALLBACK_IGNORED_A} to ignore the loss of the meter`;
    const expected = `${most} (limitA ${ampsText(sum.limitA)} - ${taken})${otherwise}`;
    const own = value.alm ? ['alm', 'meterLostPercent'] : ['fallbackA'];
    return { path: [...path, ...own], expected, got: ampsText(sum.fallbackA) };
  });
}

/** The same in W, where a power limit stands beside the share of ALM. */
function share({ path, value }: Draft<CircuitEntry>, { voltageV = NOMINAL_VOLTAGE_V }: Facts): Finding[] {
  const { contractW = Number.POSITIVE_INFINITY, backgroundMaxA = 0 } = value;
  const limitW = Math.min(value.limitW ?? Number.POSITIVE_INFINITY, contractW);
  const fallbackW = modeFallbackW(value);
  if (limitW === Number.POSITIVE_INFINITY || fallbackW === undefined) return [];
  const [l1A, l2A, l3A] = toPhases(backgroundMaxA);
  const backgroundW = (l1A + l2A + l3A) * voltageV;
  const leftW = Math.max(0, limitW - backgroundW);
  if (Math.min(fallbackW, limitW) <= leftW + ROUNDING_W) return [];
  const expected = `at most ${Math.floor(leftW)} W (${limitW === contractW ? 'contractW' : 'limitW'} ${limitW} W - backgroundMaxA ${Math.round(backgroundW)} W)`;
  return [{ path: [...path, 'alm', 'meterLostPercent'], expected, got: `${Math.round(fallbackW)} W` }];
}

export interface Side {
  readonly name: string;
  readonly value: number | undefined;
}

/** `low` must not be above `high`. The finding stands at the one that is written, for preference at the upper. */
export function ordered(
  path: Path,
  low: Side,
  high: Side,
  unit: 'A' | 'ms' | 's',
  places: Places,
  strictly = false,
): Finding[] {
  if (low.value === undefined || high.value === undefined) return [];
  if (strictly ? low.value < high.value : low.value <= high.value) return [];
  const highIsWritten = places.has([...path, high.name]);
  // Both by default: told where the defaults stand.
  if (!highIsWritten && !places.has([...path, low.name])) return [];
  const [own, other] = highIsWritten ? [high, low] : [low, high];
  const bound = highIsWritten ? (strictly ? 'more than' : 'at least') : strictly ? 'less than' : 'at most';
  const byDefault = places.has([...path, other.name]) ? '' : ', its default';
  const expected = `${bound} ${other.name} (${other.value} ${unit}${byDefault})`;
  return [{ path: [...path, own.name], expected, got: `${own.value} ${unit}` }];
}

export interface Connector {
  readonly minA?: Amps | undefined;
  readonly maxA?: Amps | undefined;
  readonly disconnectedLimitA?: Amps | undefined;
}

export function connectorFindings(
  path: Path,
  { minA, maxA, disconnectedLimitA }: Connector,
  places: Places,
): Finding[] {
  const high = { name: 'maxA', value: maxA };
  return [
    ...ordered(path, { name: 'minA', value: minA }, high, 'A', places),
    ...ordered(path, { name: 'disconnectedLimitA', value: disconnectedLimitA }, high, 'A', places),
  ];
}

/** The four limits of a charge point in their order, but for the cable, which it reports itself. */
function roles({ path, value }: Draft<ChargePointEntry>, places: Places): Finding[] {
  const { operatorA, installationA, imbalanceLimitA, maxA, minA } = value;
  const given = Object.entries({ operatorA, installationA, maxA }).filter(([, amps]) => amps !== undefined);
  const order = given.map(([name, amps]) => `${name} ${ampsText(amps ?? 0)}`).join(' <= ');
  const above = (name: 'operatorA' | 'installationA', own: Amps | undefined, high: Side): Finding[] => {
    if (own === undefined || high.value === undefined || own <= high.value) return [];
    const expected = `at most ${high.name}, ${ampsText(high.value)} (the order is ${order})`;
    return [{ path: [...path, name], expected, got: ampsText(own) }];
  };
  const hardware = { name: 'maxA', value: maxA };
  const supply = installationA === undefined ? hardware : { name: 'installationA', value: installationA };
  const isTooSmall = operatorA !== undefined && minA !== undefined && operatorA > 0 && operatorA < minA;
  const expected = `at least minA (${minA} A), or 0 so that it gets nothing`;
  return [
    ...above('operatorA', operatorA, supply),
    ...above('installationA', installationA, hardware),
    ...ordered(path, { name: 'minA', value: minA }, { name: 'installationA', value: installationA }, 'A', places),
    ...ordered(
      path,
      { name: 'disconnectedLimitA', value: value.disconnectedLimitA },
      { name: 'installationA', value: installationA },
      'A',
      places,
    ),
    ...ordered(path, { name: 'minA', value: minA }, { name: 'imbalanceLimitA', value: imbalanceLimitA }, 'A', places),
    ...(isTooSmall ? [{ path: [...path, 'operatorA'], expected, got: ampsText(operatorA) }] : []),
  ];
}

function meterTimes({ meters, places }: Facts): Finding[] {
  return meters.items.flatMap(({ path, value }) => {
    const high = { name: 'maxAgeMs', value: value.maxAgeMs };
    return [
      ...ordered(path, { name: 'pollPeriodMs', value: value.pollPeriodMs }, high, 'ms', places, true),
      ...ordered(path, { name: 'timeoutMs', value: value.timeoutMs }, high, 'ms', places),
    ];
  });
}

/** The least that a vehicle charges with: below it a disconnected limit is a pause (IEC 61851-1). */
const LEAST_A = 6;

interface Sum extends DisconnectedLoad {
  readonly limitA: Amps;
  readonly backgroundA: Amps;
}

/** How to mend a sum that is too high, each way by itself; whole amperes, because that is what chargers are set to. */
function waysOut(sum: Sum): string {
  const { limitA, backgroundA, sumA, count } = sum;
  const raise = `raise limitA to ${ampsText(sumA + backgroundA)}`;
  const forBackgroundA = limitA - sumA;
  const lower = `lower backgroundMaxA to ${ampsText(Math.max(0, forBackgroundA))}`;
  const background = backgroundA > 0 && forBackgroundA >= 0 ? [lower] : [];
  const leftA = limitA - backgroundA;
  if (leftA < 0) return [...background, raise].join(', or ');
  const eachA = evenLimitA(sum, leftA);
  const many = tooMany(sum, leftA);
  const some = eachA < LEAST_A && many < count ? [`to 0 A for the largest ${many}`] : [];
  const each = eachA > 0 ? [`to ${eachA} A or less`] : some.length > 0 ? [] : ['to 0 A'];
  return [`lower disconnectedLimitA ${[...each, ...some].join(', or ')}`, ...background, raise].join(', or ');
}

/** I4: with every charge point on its disconnected limit and the building at its most, no fuse is overloaded. */
function disconnectedSums({ circuits, chargePoints, network }: Facts): Finding[] {
  const tree = circuits.items.flatMap(({ value: { id, parent } }) =>
    id === undefined ? [] : [parent === undefined ? { id } : { id, parent }],
  );
  const loads = disconnectedLoads(
    tree,
    chargePoints.items.flatMap(({ value: { circuit, disconnectedLimitA, phases, rotation } }) =>
      circuit === undefined || disconnectedLimitA === undefined || phases === undefined || rotation === undefined
        ? []
        : [{ circuit, disconnectedLimitA, phases, rotation: wiringIn(network, rotation) }],
    ),
  );
  // Of circuits with the same id only the first: the sums are kept by id.
  const isFirst = (circuit: Draft<CircuitEntry>): boolean =>
    circuit === circuits.items.find(({ value }) => value.id === circuit.value.id);
  return circuits.items.filter(isFirst).flatMap((circuit) => overloaded(circuit, loads));
}

function overloaded(
  { path, value }: Draft<CircuitEntry>,
  loads: ReadonlyMap<string, PerPhase<DisconnectedLoad>>,
): Finding[] {
  const load = value.id === undefined ? undefined : loads.get(value.id);
  if (!load || value.limitA === undefined) return [];
  const limitA = toPhases(value.limitA);
  const backgroundA = toPhases(value.backgroundMaxA ?? 0);
  const sums = mapPhases((phase) => ({ ...load[phase], limitA: limitA[phase], backgroundA: backgroundA[phase] }));
  return phaseGroups(sums, (sum) => sum.sumA + sum.backgroundA > sum.limitA + ROUNDING_A).map(([phases, sum]) => {
    const needA = ampsText(sum.sumA + sum.backgroundA);
    const many = sum.count === 1 ? '1 charge point takes' : `${sum.count} charge points take`;
    const beside = sum.backgroundA > 0 ? ` + backgroundMaxA ${ampsText(sum.backgroundA)}` : '';
    const why = `${many} ${ampsText(sum.sumA)} without a master${beside}; ${waysOut(sum)}`;
    const expected = `at least ${needA} on ${phasesText(phases)} of circuit ${value.id} (${why})`;
    return { path: [...path, 'limitA'], expected, got: ampsText(sum.limitA), rule: 'I4' };
  });
}

/** A margin above the threshold would lower nobody. */
function margins({ redistribution: { path, value }, places }: Facts): Finding[] {
  const { marginA, thresholdA } = value;
  return ordered(path, { name: 'marginA', value: marginA }, { name: 'thresholdA', value: thresholdA }, 'A', places);
}

export function limitFindings(facts: Facts): Finding[] {
  const { circuits, chargePoints, places } = facts;
  return [
    ...circuits.items.flatMap((circuit) => [
      ...operatorLimit(circuit),
      ...contract(circuit),
      ...mode(circuit),
      ...fallback(circuit, facts),
      ...share(circuit, facts),
    ]),
    ...chargePoints.items.flatMap(({ path, value }) => connectorFindings(path, value, places)),
    ...chargePoints.items.flatMap((chargePoint) => roles(chargePoint, places)),
    ...meterTimes(facts),
    ...margins(facts),
    ...disconnectedSums(facts),
  ];
}
