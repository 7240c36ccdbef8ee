/** From the text of a scenario file to what is played, or to everything that is wrong with it. Contract: docs/scenarios.md. */
import { rotationOf, wiringIn } from '../../base/rotation.js';
import * as z from 'zod/mini';
import { defined } from '../../base/assert.js';
import { fail, ok, type Result } from '../../base/result.js';
import { partOf, placesOf, readText, type TextFile } from '../../config/document.js';
import type { KnownModel } from '../../config/facts.js';
import type { ConfigIssue, Finding, Path } from '../../config/issue.js';
import { PHASES, perPhase } from '../../base/units.js';
import { toPhases } from '../../config/phase-amps.js';
import { builtConfig, configFindings, entriesOf, isSlave, issuesOf } from '../../config/parse.js';
import { type ChargePointEntry, connectorSchema } from '../../config/schema/charge-points.js';
import { masterSchema } from '../../config/schema/master.js';
import { type Draft, draftOf, draftsOf, shapeFindings, valueAt } from '../../config/shape.js';
import type { MasterConfig } from '../../config/types.js';
import {
  type BuildingPlan,
  type ChargePointPlan,
  type LoadPlan,
  type PlannedFault,
  type Scenario,
  type SolarPlan,
  UNTOUCHED,
  type VehiclePlan,
  type VisitPlan,
} from './scenario.js';
import { dayFileFindings, dayPlanOf } from './scenario-days.js';
import {
  durationMs,
  type FaultKind,
  lastEndMs,
  type ScenarioFacts,
  scenarioFindings,
  toMs,
} from './scenario-checks.js';
import * as schema from './scenario-schema.js';

const WH_PER_KWH = 1000;
const PERCENTS = 100;

export interface ScenarioOptions {
  /** The meter models that come with evenkeel. */
  readonly meterModels: readonly KnownModel[];
  /** The text of a file that a scenario names, or what was found instead. */
  readonly readFile: (name: string) => Result<string>;
  /** Those that can be played. */
  readonly faults: readonly FaultKind[];
}

export interface ScenarioIssue extends ConfigIssue {
  /** The configuration file that it is about, as the scenario names it; absent: the scenario itself. */
  readonly file?: string;
}

/** The configuration of a scenario, wherever it stands. */
interface Embedded {
  readonly file: TextFile;
  /** What the path of its findings begins with. */
  readonly within: Path;
  /** Of a file of its own. */
  readonly name?: string;
}

type Found = Embedded | { readonly finding: Finding } | undefined;

const WHERE = ['configuration', 'configurationFile'] as const;

/** Exactly one of the two ways; `undefined` where something about them is wrong that is found elsewhere. */
function embeddedIn(file: TextFile, shape: readonly Finding[], { readFile }: ScenarioOptions): Found {
  const written = WHERE.filter((name) => file.has([name]));
  if (written.length === 2) {
    const expected = 'configuration or configurationFile, not both';
    return { finding: { path: ['configurationFile'], at: 'key', expected, got: 'both' } };
  }
  if (written.length === 0) {
    const isMisspelt = shape.some(
      ({ path, at, nearest }) => path.length === 0 || (at === 'key' && WHERE.some((name) => name === nearest)),
    );
    const expected = 'a configuration, or configurationFile with the name of its file';
    return isMisspelt ? undefined : { finding: { path: ['configuration'], expected, got: 'nothing' } };
  }
  if (written[0] === 'configuration') return { file: partOf(file, ['configuration']), within: ['configuration'] };
  const name = valueAt(file.value, ['configurationFile']);
  const isWrong = typeof name !== 'string' || shape.some(({ path }) => path[0] === 'configurationFile');
  return isWrong ? undefined : separate(name, readFile(name));
}

function separate(name: string, text: Result<string>): Found {
  if (text.ok) return { file: readText(text.value), within: [], name };
  return { finding: { path: ['configurationFile'], expected: 'a file that can be read', got: text.error } };
}

function embeddedFindings({ file, within }: Embedded, { meterModels }: ScenarioOptions): Finding[] {
  const findings = isSlave(file.value)
    ? [{ path: ['role'], expected: 'master (the charge points are played with it)', got: '"slave"' }]
    : configFindings(file, { meterModels });
  return findings.map((finding) => ({ ...finding, path: [...within, ...finding.path] }));
}

const UNKNOWN = { items: [], intact: false };

/** What the scenario may refer to, as far as the configuration can be read. */
function siteOf(embedded: Embedded | undefined): ScenarioFacts['site'] {
  const value = embedded?.file.value;
  if (typeof value !== 'object' || value === null || isSlave(value)) {
    return { circuits: UNKNOWN, meters: UNKNOWN, chargePoints: UNKNOWN };
  }
  const { circuits, meters, chargePoints } = entriesOf(value, shapeFindings(masterSchema, value));
  const items = [...internalSlave(value, chargePoints.items), ...chargePoints.items];
  return { circuits, meters, chargePoints: { ...chargePoints, items } };
}

/** A charge point that need not be listed; its own connector says more than the list. */
function internalSlave(value: object, listed: readonly Draft<ChargePointEntry>[]): Draft<ChargePointEntry>[] {
  const [id, written] = [valueAt(value, ['id']), valueAt(value, ['connector'])];
  const isListed = listed.some((each) => each.value.id === id);
  if (typeof id !== 'string' || (isListed && written === undefined)) return [];
  const connector = draftOf(connectorSchema, written ?? {}, ['connector']);
  return [{ ...connector, value: { ...connector.value, id } }];
}

function factsOf(file: TextFile, embedded: Embedded | undefined, { faults }: ScenarioOptions): ScenarioFacts {
  const at = (name: string): unknown => valueAt(file.value, [name]);
  const durationMin = draftOf(z.partial(schema.scenarioSchema), file.value, []).value.durationMin;
  return {
    site: siteOf(embedded),
    durationMin: durationMin ?? (file.has(['durationMin']) ? 'wrong' : undefined),
    network: draftOf(schema.networkSchema, at('network') ?? {}, ['network']),
    built: draftsOf(schema.builtPointSchema, at('chargePoints'), ['chargePoints'], { mayLack: true }),
    buildings: draftsOf(schema.buildingSchema, at('building'), ['building'], { mayLack: true }),
    days: draftsOf(schema.daySchema, at('days'), ['days'], { mayLack: true }),
    loads: draftsOf(schema.loadSchema, at('loads'), ['loads'], { mayLack: true }),
    solar: draftsOf(schema.solarStepSchema, at('solar'), ['solar'], { mayLack: true }),
    vehicles: draftsOf(schema.vehicleSchema, at('vehicles'), ['vehicles'], { mayLack: true }),
    faults: draftsOf(schema.faultSchema, at('faults'), ['faults'], { mayLack: true }),
    kinds: faults,
    places: placesOf(file),
  };
}

/** As configured, where the scenario says nothing else; the internal slave too, which need not be listed. */
function chargePointsOf({ site, internalSlave }: MasterConfig, entry: schema.ScenarioEntry): ChargePointPlan[] {
  const isListed = site.chargePoints.some(({ id }) => id === internalSlave?.id);
  const alone = internalSlave && !isListed ? [{ id: internalSlave.id, circuit: site.defaultCircuit }] : [];
  return [...site.chargePoints, ...alone].map((configured) => {
    const connector = configured.id === internalSlave?.id ? internalSlave.connector : {};
    const built = entry.chargePoints.find(({ id }) => id === configured.id);
    // What is not written of `built` is no key of it.
    const plan = { ...configured, ...connector, ...built } as ChargePointPlan;
    const { id, circuit, phases, maxA, minA, disconnectedLimitA, phaseSwitch } = plan;
    const rotation = wiringIn(site.network, rotationOf(plan.rotation));
    return { id, circuit, phases, rotation, maxA, minA, disconnectedLimitA, phaseSwitch };
  });
}

function visitOf(entry: schema.VehicleEntry, chargePoints: readonly ChargePointPlan[], endMs: number): VisitPlan {
  const { chargePoint, atS, leaveS = Infinity } = entry;
  const at = defined(
    chargePoints.find(({ id }) => id === chargePoint),
    `charge point ${chargePoint}`,
  );
  const vehicle = vehicleOf(entry, at);
  return { atMs: toMs(atS), leaveAtMs: Math.min(toMs(leaveS), endMs), chargePoint, vehicle };
}

function vehicleOf(entry: schema.VehicleEntry, at: ChargePointPlan): VehiclePlan {
  const { phases = at.phases, maxA = at.maxA, energyKwh = Infinity, coolsEveryS = Infinity } = entry;
  const { minA, reactionMs, rampAPerS, needsWakeUp } = entry;
  const [startMs, coolsEveryMs, coolsForMs] = [toMs(entry.startS), toMs(coolsEveryS), toMs(entry.coolsForS)];
  const demandWh = energyKwh * WH_PER_KWH;
  return { phases, minA, maxA, demandWh, reactionMs, rampAPerS, startMs, coolsEveryMs, coolsForMs, needsWakeUp };
}

function buildingOf({ circuit, lowA, highA, everyS }: schema.BuildingEntry): BuildingPlan {
  return { circuit, lowA: toPhases(lowA), highA: toPhases(highA), everyMs: toMs(everyS) };
}

function loadOf({ circuit, atS, loadA }: schema.LoadEntry): LoadPlan {
  return { circuit, atMs: toMs(atS), loadA: toPhases(loadA) };
}

/** One number is shared evenly. */
function solarStepOf({ circuit, atS, powerW }: schema.SolarStepEntry): SolarPlan {
  return { circuit, atMs: toMs(atS), powerW: typeof powerW === 'number' ? perPhase(powerW / PHASES.length) : powerW };
}

function faultOf({ atS, forS, fault, target }: schema.FaultEntry): PlannedFault {
  return { atMs: toMs(atS), forMs: toMs(forS), fault, ...(target !== undefined && { target }) };
}

function networkOf(entry: schema.NetworkEntry): Scenario['network'] {
  const { lossPercent, duplicationPercent, tailPercent, ...delays } = entry;
  const [loss, duplication] = [lossPercent / PERCENTS, duplicationPercent / PERCENTS];
  return { loss, duplication, tail: tailPercent / PERCENTS, ...delays };
}

function inTime<T extends { readonly atMs: number }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.atMs - b.atMs);
}

function scenarioOf(
  entry: schema.ScenarioEntry,
  config: MasterConfig,
  readFile: ScenarioOptions['readFile'],
): Scenario {
  const chargePoints = chargePointsOf(config, entry);
  const endMs = durationMs(entry.durationMin, entry.faults);
  return {
    name: entry.name,
    config,
    hasStandby: entry.standby,
    isSigned: (entry.auth ?? config.auth) === 'on',
    chargePoints,
    buildings: entry.building.map(buildingOf),
    days: entry.days.map((day) => dayPlanOf(day, readFile)),
    loads: inTime(entry.loads.map(loadOf)),
    visits: inTime(entry.vehicles.map((each) => visitOf(each, chargePoints, endMs))),
    network: networkOf(entry.network),
    clockDriftMax: entry.clocks.driftPercent / PERCENTS,
    meterLatencyMs: entry.meters.latencyMs,
    meterRenewMs: entry.meters.renewMs,
    meterNoiseA: entry.meters.noiseA,
    meterRoundA: entry.meters.roundA,
    ...UNTOUCHED,
    solar: inTime(entry.solar.map(solarStepOf)),
    voltage: inTime(entry.voltage.map(({ atS, voltageV }) => ({ atMs: toMs(atS), voltageV }))),
    faults: inTime(entry.faults.map(faultOf)),
    durationMs: endMs,
    calmFromMs: lastEndMs(entry.faults),
  };
}

/** The issues of the scenario come first, then those of a configuration file of its own. */
function allIssues(
  file: TextFile,
  own: readonly Finding[],
  embedded: Embedded | undefined,
  options: ScenarioOptions,
): readonly ScenarioIssue[] {
  const inner = embedded && embedded.file.findings.length === 0 ? embeddedFindings(embedded, options) : [];
  const name = embedded?.name;
  if (!embedded || name === undefined) return issuesOf(file, [...own, ...inner]);
  return [...issuesOf(file, own), ...issuesOf(embedded.file, inner).map((issue) => ({ ...issue, file: name }))];
}

/**
 * All issues at once. Never throws because of the text. Errors of the YAML itself come alone: what stands behind them
 * cannot be trusted.
 */
export function parseScenario(text: string, options: ScenarioOptions): Result<Scenario, readonly ScenarioIssue[]> {
  const file = readText(text);
  if (file.findings.length > 0) return fail(issuesOf(file, []));
  const shape = shapeFindings(schema.scenarioSchema, file.value);
  const found = embeddedIn(file, shape, options);
  const embedded = found && 'file' in found ? found : undefined;
  const facts = factsOf(file, embedded, options);
  const own = [
    ...shape,
    ...(found && 'finding' in found ? [found.finding] : []),
    ...scenarioFindings(facts),
    ...facts.days.items.flatMap((day) => dayFileFindings(day, options.readFile)),
  ];
  const issues = allIssues(file, own, embedded, options);
  if (issues.length > 0 || !embedded) return fail(issues);
  const config = builtConfig(embedded.file, options);
  return ok(scenarioOf(z.parse(schema.scenarioSchema, file.value), config as MasterConfig, options.readFile));
}
