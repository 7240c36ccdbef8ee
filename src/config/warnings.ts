/** What a good configuration had better not be: while no master is heard, limits of people and of the grid do not hold. */
import { connectedMask, hasPhase, maskToGrid } from '../base/rotation.js';
import {
  type Amps,
  mapPhases,
  type PerPhase,
  PHASE_NAMES,
  PHASES,
  type PhaseIndex,
  type Watts,
} from '../base/units.js';
import { type ChargePoint, type Circuit, NOMINAL_VOLTAGE_V, type Site } from '../dlm/types.js';
import { type DisconnectedLoad, disconnectedLoads, ROUNDING_A, upwards } from './disconnected.js';
import { ampsText, phaseGroups, phasesText } from './limit-checks.js';

export function warningsOf(site: Site): readonly string[] {
  const loads = disconnectedLoads(site.circuits, site.chargePoints);
  return [
    ...site.circuits.flatMap((circuit) => [
      ...aboveOwnLimit(circuit, loads.get(circuit.id)),
      ...tooUneven(site, circuit),
      ...abovePower(site, circuit, loads.get(circuit.id)),
    ]),
    ...site.chargePoints.flatMap(aboveOperator),
  ];
}

/** Notes of circuits that cannot give each of their charge points its minimum: then vehicles take turns. */
export function minimaNotes(site: Site): readonly string[] {
  const { circuits, chargePoints } = site;
  const served = chargePoints.filter(({ operatorA }) => operatorA !== 0);
  // As if the minimum were what each takes: the sums are made in the same way.
  const minima = disconnectedLoads(
    circuits,
    served.map((chargePoint) => ({ ...chargePoint, disconnectedLimitA: chargePoint.minA })),
  );
  return circuits.flatMap((circuit) => {
    const loads = minima.get(circuit.id);
    return loads ? [...minimaByFuse(circuit, loads), ...minimaByPower(site, circuit, loads)] : [];
  });
}

/** Notes of charge points that allow less than their minimum without a master. 0 A is no note: people want them to stop. */
export function pauseNotes({ chargePoints }: Site): readonly string[] {
  const pausing = chargePoints.filter(({ disconnectedLimitA: d, minA }) => d > 0 && d < minA);
  return pausing.map(({ id, disconnectedLimitA, minA }) => {
    const allowed = `${ampsText(disconnectedLimitA)} without a master, below the minimum of ${ampsText(minA)}`;
    return `${id}: ${allowed}: the vehicle pauses by itself`;
  });
}

function minimaByFuse(circuit: Circuit, loads: PerPhase<DisconnectedLoad>): string[] {
  const sums = mapPhases((p) => ({ sumA: loads[p].sumA, count: loads[p].count, leastA: usableA(circuit, p) }));
  return phaseGroups(sums, ({ sumA, leastA }) => sumA > leastA + ROUNDING_A).map(
    ([phases, { sumA, count, leastA }]) => {
      const minimum = `${count} charge points need ${ampsText(sumA)} on ${phasesText(phases)} for their minima`;
      return `${circuit.id}: ${minimum}, it has ${ampsText(leastA)}: ${TURNS}`;
    },
  );
}

function minimaByPower(site: Site, circuit: Circuit, loads: PerPhase<DisconnectedLoad>): string[] {
  const { id } = circuit;
  const limitW = powerLimitOf(circuit);
  const needW = powerOf(site, loads);
  if (limitW === undefined || needW <= limitW) return [];
  return [`${id}: the minima of its charge points are ${wattsText(needW)}, it has ${wattsText(limitW)}: ${TURNS}`];
}

/** Without anything fed in. */
export function powerLimitOf({ limitW, contractW }: Circuit): Watts | undefined {
  if (limitW === undefined || contractW === undefined) return limitW ?? contractW;
  return Math.min(limitW, contractW);
}

const TURNS = 'vehicles take turns when all are there';

/** Watts with at most two decimals: "9200 W". */
export function wattsText(valueW: Watts): string {
  return `${Number(valueW.toFixed(2))} W`;
}

function powerOf({ voltageV = NOMINAL_VOLTAGE_V }: Site, loads: PerPhase<{ readonly sumA: Amps }>): Watts {
  return voltageV * loads.reduce((totalA, { sumA }) => totalA + sumA, 0);
}

/** A power limit is no fuse, so this is no error. */
function abovePower(site: Site, circuit: Circuit, loads: PerPhase<DisconnectedLoad> | undefined): string[] {
  const { id, backgroundMaxA } = circuit;
  const limitW = powerLimitOf(circuit);
  if (!loads || limitW === undefined) return [];
  const ownW = powerOf(site, loads);
  const backgroundW = powerOf(
    site,
    mapPhases((p) => ({ sumA: backgroundMaxA?.[p] ?? 0 })),
  );
  if (ownW === 0 || ownW + backgroundW <= limitW + 1) return [];
  const beside = backgroundW > 0 ? ` beside backgroundMaxA, ${wattsText(backgroundW)}` : '';
  return [`${id}: ${wattsText(ownW)} without a master${beside}, more than its power limit ${wattsText(limitW)}`];
}

/** The fuse or the operator limit, whichever is lower, less headroom. */
function usableA({ limitA, operatorLimitA, headroomA }: Circuit, p: PhaseIndex): Amps {
  return Math.min(limitA[p], operatorLimitA?.[p] ?? Number.POSITIVE_INFINITY) - headroomA[p];
}

/** The fuse itself is no matter here: above it the file is refused. */
function aboveOwnLimit(circuit: Circuit, loads: PerPhase<DisconnectedLoad> | undefined): string[] {
  if (!loads) return [];
  const { id, limitA, operatorLimitA, headroomA, backgroundMaxA } = circuit;
  const sums = mapPhases((p) => ({
    loadA: loads[p].sumA,
    backgroundA: backgroundMaxA?.[p] ?? 0,
    limitA: limitA[p],
    operatorA: operatorLimitA?.[p] ?? limitA[p],
    headroomA: headroomA[p],
    usableA: usableA(circuit, p),
  }));
  const isWorth = (sum: (typeof sums)[0]): boolean => {
    const totalA = sum.loadA + sum.backgroundA;
    return sum.loadA > 0 && totalA > sum.usableA + ROUNDING_A && totalA <= sum.limitA + ROUNDING_A;
  };
  return phaseGroups(sums, isWorth).map(([phases, sum]) => {
    const beside = sum.backgroundA > 0 ? ` beside backgroundMaxA ${ampsText(sum.backgroundA)}` : '';
    const [name, ownA] = sum.operatorA < sum.limitA ? ['operatorLimitA', sum.operatorA] : ['limitA', sum.limitA];
    const less = sum.headroomA > 0 ? ` less headroomA ${ampsText(sum.headroomA)}` : '';
    const taken = `${ampsText(sum.loadA)} on ${phasesText(phases)} without a master${beside}`;
    return `${id}: ${taken}, more than ${name} ${ampsText(ownA)}${less}`;
  });
}

/** By the phases that are connected. A vehicle that uses fewer may add to it. */
function tooUneven(site: Site, { id, imbalanceLimitA }: Circuit): string[] {
  if (imbalanceLimitA === undefined) return [];
  const byId = new Map(site.circuits.map((circuit) => [circuit.id, circuit]));
  const below = site.chargePoints.filter(({ circuit }) => upwards(byId, circuit).includes(id));
  const pairs = PHASES.flatMap((p) => PHASES.map((q) => ({ p, q, leadA: leadOf(below, p, q) })));
  const worst = pairs.reduce((most, pair) => (pair.leadA > most.leadA ? pair : most));
  if (worst.leadA <= imbalanceLimitA + ROUNDING_A) return [];
  const lead = `${PHASE_NAMES[worst.p]} may carry ${ampsText(worst.leadA)} more than ${PHASE_NAMES[worst.q]}`;
  return [`${id}: ${lead} without a master, imbalanceLimitA is ${ampsText(imbalanceLimitA)}`];
}

/** What charge points on phase `p` but not on `q` take together. */
function leadOf(chargePoints: readonly ChargePoint[], p: PhaseIndex, q: PhaseIndex): Amps {
  return chargePoints.reduce((sumA, { rotation, phases, disconnectedLimitA }) => {
    const grid = maskToGrid(rotation, connectedMask(phases));
    return hasPhase(grid, p) && !hasPhase(grid, q) ? sumA + disconnectedLimitA : sumA;
  }, 0);
}

function aboveOperator({ id, operatorA, imbalanceLimitA, disconnectedLimitA }: ChargePoint): string[] {
  const own = [
    ['operatorA', operatorA],
    ['imbalanceLimitA', imbalanceLimitA],
  ] as const;
  return own.flatMap(([name, amps]) =>
    amps === undefined || disconnectedLimitA <= amps
      ? []
      : [`${id}: ${ampsText(disconnectedLimitA)} without a master, more than its ${name} ${ampsText(amps)}`],
  );
}
