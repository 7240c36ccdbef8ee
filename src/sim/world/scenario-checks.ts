/** What a scenario says about things that must exist, and about times that must fit. */
import { nearest } from '../../base/nearest.js';
import { type Ms, mapPhases } from '../../base/units.js';
import { dangling, duplicates } from '../../config/cross-checks.js';
import type { Facts, Places } from '../../config/facts.js';
import { type Finding, gotText, type Path, quoted, unknownWord } from '../../config/issue.js';
import {
  ampsText,
  type Connector,
  connectorFindings,
  ordered,
  phaseGroups,
  phasesText,
} from '../../config/limit-checks.js';
import { toPhases } from '../../config/phase-amps.js';
import type { Draft, Drafts } from '../../config/shape.js';
import type {
  BuildingEntry,
  BuiltPointEntry,
  DayEntry,
  FaultEntry,
  LoadEntry,
  NetworkEntry,
  SolarStepEntry,
  VehicleEntry,
} from './scenario-schema.js';

const MS_PER_MIN = 60_000;
const MS_PER_S = 1000;
/** After the last fault, for everything to recover; and the least that is worth looking at. */
const CALM_MS = 600_000;

/** A fault that can be played, and what it befalls. */
export interface FaultKind {
  readonly name: string;
  readonly target: 'chargePoint' | 'meter' | 'network' | 'master';
}

export interface ScenarioFacts {
  /** Those of the configuration. */
  readonly site: Pick<Facts, 'circuits' | 'meters' | 'chargePoints'>;
  /** Absent: by default; 'wrong': as good as unknown. */
  readonly durationMin: number | 'wrong' | undefined;
  readonly network: Draft<NetworkEntry>;
  readonly built: Drafts<BuiltPointEntry>;
  readonly buildings: Drafts<BuildingEntry>;
  readonly days: Drafts<DayEntry>;
  readonly loads: Drafts<LoadEntry>;
  readonly solar: Drafts<SolarStepEntry>;
  readonly vehicles: Drafts<VehicleEntry>;
  readonly faults: Drafts<FaultEntry>;
  readonly kinds: readonly FaultKind[];
  readonly places: Places;
}

type Times = Pick<FaultEntry, 'atS' | 'forS'>;

/** Seconds of the file, which may have decimals. */
export function toMs(timeS: number): Ms {
  return Math.round(timeS * MS_PER_S);
}

/** When the last fault ends; 0 without faults. */
export function lastEndMs(faults: readonly Times[]): Ms {
  return faults.reduce((latestMs, { atS, forS }) => Math.max(latestMs, toMs(atS) + toMs(forS)), 0);
}

export function durationMs(durationMin: number | undefined, faults: readonly Times[]): Ms {
  return durationMin === undefined ? lastEndMs(faults) + CALM_MS : durationMin * MS_PER_MIN;
}

function sText(timeS: number): string {
  return `${Number(timeS.toFixed(3))} s`;
}

interface End {
  readonly atMs: Ms;
  readonly why: string;
}

/** `undefined` while it is not known. */
function endOf({ durationMin, faults }: ScenarioFacts): End | undefined {
  if (durationMin === 'wrong' || (durationMin === undefined && !faults.intact)) return undefined;
  const times = faults.items.map(({ value }) => value as Times);
  const atMs = durationMs(durationMin, times);
  const min = Number((atMs / MS_PER_MIN).toFixed(2));
  return { atMs, why: `durationMin ${min}${durationMin === undefined ? ', its default' : ''}` };
}

function beforeEnd({ atMs, why }: End): string {
  return `less than ${sText(atMs / MS_PER_S)}, where the run ends (${why})`;
}

function ofNetwork({ path, value }: Draft<NetworkEntry>, places: Places): Finding[] {
  const { delayMinMs, delayMaxMs, tailPercent, tailMs } = value;
  const delays = ordered(
    path,
    { name: 'delayMinMs', value: delayMinMs },
    { name: 'delayMaxMs', value: delayMaxMs },
    'ms',
    places,
  );
  if (tailPercent === undefined || tailPercent === 0 || tailMs === undefined || delayMaxMs === undefined) return delays;
  if (tailMs >= delayMaxMs) return delays;
  const expected = `at least delayMaxMs (${delayMaxMs} ms), because tailPercent is ${tailPercent}`;
  const got = places.has([...path, 'tailMs']) ? `${tailMs} ms` : 'nothing';
  return [...delays, { path: [...path, 'tailMs'], expected, got }];
}

function ofBuiltPoints(facts: ScenarioFacts): Finding[] {
  const { built, site, places } = facts;
  return [
    ...duplicates(built, places),
    ...built.items.flatMap(({ path, value, intact }) => [
      ...dangling([...path, 'id'], 'the id of a charge point of the configuration', value.id, site.chargePoints),
      ...dangling([...path, 'circuit'], 'the id of a circuit', value.circuit, site.circuits),
      ...(intact ? connectorFindings(path, asBuilt(facts, value.id), places) : []),
    ]),
  ];
}

/** What is known of a charge point as it stands there. */
function asBuilt({ built, site }: ScenarioFacts, id: string | undefined): Connector {
  const isMeant = ({ value }: Draft<{ readonly id: string }>): boolean => id !== undefined && value.id === id;
  return { ...site.chargePoints.items.find(isMeant)?.value, ...built.items.find(isMeant)?.value };
}

/** A circuit has one load, of the one kind or the other. */
function ofBuildings({ buildings, days, site, places }: ScenarioFacts): Finding[] {
  const first = new Map<string, Path>();
  const loads: readonly Draft<{ readonly circuit: string } & Partial<BuildingEntry>>[] = [
    ...buildings.items,
    ...days.items,
  ];
  return loads.flatMap(({ path, value }) => {
    const at = [...path, 'circuit'];
    const earlier = first.get(value.circuit ?? '');
    if (value.circuit !== undefined && !earlier) first.set(value.circuit, at);
    const got = `${gotText(value.circuit)} again (first on line ${places.lineOf(earlier ?? [])})`;
    return [
      ...dangling(at, 'the id of a circuit', value.circuit, site.circuits),
      ...(earlier ? [{ path: at, expected: 'each circuit once', got }] : []),
      ...bounds(path, value),
    ];
  });
}

/** Nothing else loads the circuit of a step. */
function ofLoads(facts: ScenarioFacts): Finding[] {
  const { loads, buildings, days, places } = facts;
  const others = [...buildings.items, ...days.items];
  const alone = loads.items.flatMap(({ path, value: { circuit } }) => {
    const other = others.find(({ value }) => circuit !== undefined && value.circuit === circuit);
    const got = `${gotText(circuit)}, which has another load on line ${places.lineOf(other?.path ?? [])}`;
    return other ? [{ path: [...path, 'circuit'], expected: 'a circuit without building and days', got }] : [];
  });
  return [...alone, ...ofSteps(facts, loads.items)];
}

/** The steps of one circuit go on in time. */
function ofSteps(facts: ScenarioFacts, steps: readonly Draft<Pick<LoadEntry, 'circuit' | 'atS'>>[]): Finding[] {
  const { site } = facts;
  const end = endOf(facts);
  const lastS = new Map<string, number>();
  return steps.flatMap(({ path, value: { circuit, atS } }) => {
    const beforeS = lastS.get(circuit ?? '');
    if (circuit !== undefined && atS !== undefined) lastS.set(circuit, Math.max(atS, beforeS ?? 0));
    const isEarly = atS !== undefined && beforeS !== undefined && atS <= beforeS;
    const isLate = end !== undefined && atS !== undefined && toMs(atS) >= end.atMs;
    const [at, got] = [[...path, 'atS'], sText(atS ?? 0)];
    return [
      ...dangling([...path, 'circuit'], 'the id of a circuit', circuit, site.circuits),
      ...(isEarly ? [{ path: at, expected: `more than ${sText(beforeS)}, the step of ${circuit} before`, got }] : []),
      ...(isLate ? [{ path: at, expected: beforeEnd(end), got }] : []),
    ];
  });
}

function bounds(path: Path, { lowA, highA }: Partial<BuildingEntry>): Finding[] {
  if (lowA === undefined || highA === undefined) return [];
  const [low, high] = [toPhases(lowA), toPhases(highA)];
  const pairs = mapPhases((phase) => ({ lowA: low[phase], highA: high[phase] }));
  return phaseGroups(pairs, (pair) => pair.lowA > pair.highA).map(([phases, pair]) => ({
    path: [...path, 'lowA'],
    expected: `at most highA, ${ampsText(pair.highA)} on ${phasesText(phases)}`,
    got: ampsText(pair.lowA),
  }));
}

function ofVehicle({ path, value }: Draft<VehicleEntry>, facts: ScenarioFacts): Finding[] {
  const { site, places } = facts;
  const { chargePoint, atS, leaveS, minA } = value;
  const maxA = places.has([...path, 'maxA']) ? value.maxA : asBuilt(facts, chargePoint).maxA;
  const end = endOf(facts);
  const isLate = end !== undefined && atS !== undefined && toMs(atS) >= end.atMs;
  return [
    ...dangling([...path, 'chargePoint'], 'the id of a charge point', chargePoint, site.chargePoints),
    ...ordered(path, { name: 'atS', value: atS }, { name: 'leaveS', value: leaveS }, 's', places, true),
    ...ordered(path, { name: 'minA', value: minA }, { name: 'maxA', value: maxA }, 'A', places),
    ...(isLate ? [{ path: [...path, 'atS'], expected: beforeEnd(end), got: sText(atS) }] : []),
  ];
}

/** A charge point has one connector. */
function overlaps({ vehicles, places }: ScenarioFacts): Finding[] {
  const last = new Map<string, Draft<VehicleEntry>>();
  const visits = vehicles.items.filter(({ intact }) => intact);
  const inTime = [...visits].sort((a, b) => (a.value.atS ?? 0) - (b.value.atS ?? 0));
  return inTime.flatMap((visit) => {
    const { chargePoint = '', atS = 0, leaveS = Infinity } = visit.value;
    const earlier = last.get(chargePoint);
    const earlierLeaveS = earlier ? (earlier.value.leaveS ?? Infinity) : -1;
    if (leaveS > earlierLeaveS) last.set(chargePoint, visit);
    if (!earlier || atS > earlierLeaveS) return [];
    const other = `the vehicle of line ${places.lineOf(earlier.path)}`;
    const expected =
      earlierLeaveS === Infinity
        ? `less than ${sText(earlier.value.atS ?? 0)}, or a leaveS for ${other}, which stays at ${chargePoint} to the end`
        : `more than ${sText(earlierLeaveS)}, when ${other} leaves ${chargePoint}`;
    return [{ path: [...visit.path, 'atS'], expected, got: sText(atS) }];
  });
}

function ofFault({ path, value }: Draft<FaultEntry>, facts: ScenarioFacts): Finding[] {
  return [...ofName(path, value, facts), ...ofTimes(path, value, endOf(facts))];
}

/** A misspelt fault is taken for what it probably means. */
function ofName(path: Path, value: Partial<FaultEntry>, facts: ScenarioFacts): Finding[] {
  const { fault } = value;
  if (fault === undefined) return [];
  const names = facts.kinds.map(({ name }) => name);
  const kind = facts.kinds.find(({ name }) => name === nearest(fault, names));
  return [
    ...(names.includes(fault) ? [] : [unknownWord([...path, 'fault'], 'a known fault', fault, names)]),
    ...(kind ? ofTarget(path, value, kind, facts) : []),
  ];
}

function ofTimes(path: Path, { atS, forS }: Partial<FaultEntry>, end: End | undefined): Finding[] {
  if (end === undefined || atS === undefined) return [];
  const leftMs = end.atMs - toMs(atS);
  if (leftMs <= 0) return [{ path: [...path, 'atS'], expected: beforeEnd(end), got: sText(atS) }];
  if (forS === undefined || toMs(forS) <= leftMs) return [];
  const expected = `at most ${sText(leftMs / MS_PER_S)}, so that it is over when the run ends (${end.why})`;
  return [{ path: [...path, 'forS'], expected, got: sText(forS) }];
}

function ofTarget(
  path: Path,
  { target }: Partial<FaultEntry>,
  { name, target: kind }: FaultKind,
  facts: ScenarioFacts,
): Finding[] {
  const at = [...path, 'target'];
  const { chargePoints, meters } = facts.site;
  // Nobody could be drawn either.
  const nobody = (what: string): Finding => {
    const expected = `a fault that befalls no ${what}, as the configuration has none`;
    return { path: [...path, 'fault'], expected, got: quoted(name) };
  };
  switch (kind) {
    case 'chargePoint':
      if (target === undefined && chargePoints.intact && chargePoints.items.length === 0)
        return [nobody('charge point')];
      return dangling(at, `the id of a charge point, for ${name}`, target, chargePoints);
    case 'meter':
      if (target === undefined && meters.intact && meters.items.length === 0) return [nobody('meter')];
      return dangling(at, `the id of a meter, for ${name}`, target, meters);
    case 'network':
    case 'master':
      if (target === undefined) return [];
      return [{ path: at, expected: `no target (${name} befalls the ${kind})`, got: quoted(target) }];
  }
}

/** Everything that is wrong between entries; what is wrong within one is left to the schema. */
export function scenarioFindings(facts: ScenarioFacts): Finding[] {
  return [
    ...ofNetwork(facts.network, facts.places),
    ...ofBuiltPoints(facts),
    ...ofBuildings(facts),
    ...ofLoads(facts),
    ...ofSteps(facts, facts.solar.items),
    ...facts.vehicles.items.flatMap((vehicle) => ofVehicle(vehicle, facts)),
    ...overlaps(facts),
    ...facts.faults.items.flatMap((fault) => ofFault(fault, facts)),
  ];
}
