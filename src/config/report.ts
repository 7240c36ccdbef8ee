/** What `evenkeel check` shows of a good configuration: the tree of circuits, and what each fuse carries at worst. */
import {
  mapPhases,
  PHASE_NAMES,
  PHASES,
  type Amps,
  type PerPhase,
  type PhaseAmps,
  type PhaseIndex,
} from '../base/units.js';
import { type Circuit, FALLBACK_IGNORED_A, type Site } from '../dlm/types.js';
import { connectionText } from './connection.js';
import { disconnectedLoads, mayVanish, ROUNDING_A, upwards } from './disconnected.js';
import { ampsText } from './limit-checks.js';
import { minimaNotes, pauseNotes, warningsOf, wattsText } from './warnings.js';
import type { ChargerConfig, Config, MasterConfig, MeterConfig, SlaveConfig } from './types.js';

const WIDTH = 80;
/** Deeper circuits are not indented any further, so that their text stays readable. */
const INDENTED_LEVELS_MAX = 12;
/** The disconnected limit that is assumed of a slave which is not listed, where the site has no default of its own. */
const UNLISTED_DISCONNECTED_A = 6;

/** A master knows no more slaves than this. */
const FURTHER_MAX = 1000;

export interface PhaseReport {
  readonly limitA: Amps;
  /** `null`: not given. */
  readonly backgroundMaxA: Amps | null;
  /** Of all listed charge points below. */
  readonly disconnectedSumA: Amps;
  readonly leftA: Amps;
  /** Listed charge points below that load this phase. */
  readonly chargePoints: number;
  /** How many of these may be without a master at once, whoever they are. */
  readonly mayVanish: number;
  /** Slaves with `unlistedDisconnectedA` that the circuit and all above it could carry in addition. */
  readonly furtherSlaves: number;
}

export interface CircuitReport extends Omit<Circuit, 'parent' | 'meter'> {
  readonly parent: string | null;
  /** 0 for the root. */
  readonly depth: number;
  readonly meter: MeterConfig | null;
  /** Grid order: L1, L2, L3. */
  readonly phases: PerPhase<PhaseReport>;
}

export interface MasterReport {
  readonly role: 'master';
  readonly site: string;
  readonly networkId: number;
  readonly samplePeriodMs: number;
  readonly leaseMs: number;
  readonly defaultCircuit: string;
  readonly autoAdopt: boolean;
  readonly chargePoints: number;
  /** The disconnected limit that is assumed of a slave which is not listed. */
  readonly unlistedDisconnectedA: Amps;
  /** `null`: this machine is no charge point. */
  readonly internalSlave: ChargerConfig | null;
  /** Parents before their children. */
  readonly circuits: readonly CircuitReport[];
  /** What does not hold while no master is heard, although the fuses do. */
  readonly warnings: readonly string[];
  /** Not wrong, but worth a look. */
  readonly notes: readonly string[];
}

export type ConfigReport = MasterReport | SlaveConfig;

/** Parents first, each followed by what it feeds, with the distance from the root. */
function inTreeOrder(circuits: readonly Circuit[], parent?: string, depth = 0): [Circuit, number][] {
  return circuits
    .filter((circuit) => circuit.parent === parent)
    .flatMap((circuit) => [[circuit, depth], ...inTreeOrder(circuits, circuit.id, depth + 1)]);
}

function unlistedDisconnectedA({ defaults }: Site): Amps {
  return defaults?.disconnectedLimitA ?? UNLISTED_DISCONNECTED_A;
}

/** What is left on each phase of each circuit, by circuit id. */
function phaseReports(site: Site): ReadonlyMap<string, PerPhase<PhaseReport>> {
  const { circuits, chargePoints } = site;
  const loads = disconnectedLoads(circuits, chargePoints);
  const byId = new Map(circuits.map((circuit) => [circuit.id, circuit]));
  const leftA = (circuit: Circuit, phase: PhaseIndex): Amps =>
    circuit.limitA[phase] - (circuit.backgroundMaxA?.[phase] ?? 0) - (loads.get(circuit.id)?.[phase].sumA ?? 0);
  const furtherSlaves = (circuit: Circuit, phase: PhaseIndex): number => {
    const above = upwards(byId, circuit.id).flatMap((id) => byId.get(id) ?? []);
    const leastA = Math.min(...above.map((each) => leftA(each, phase)));
    const eachA = unlistedDisconnectedA(site);
    const most = eachA > 0 ? Math.floor((leastA + ROUNDING_A) / eachA) : Number.POSITIVE_INFINITY;
    return leastA < -ROUNDING_A ? 0 : Math.min(most, FURTHER_MAX);
  };
  const vanishing = (circuit: Circuit, phase: PhaseIndex): number => {
    const load = loads.get(circuit.id)?.[phase];
    return load ? mayVanish(load, circuit.limitA[phase] - (circuit.backgroundMaxA?.[phase] ?? 0)) : 0;
  };
  const report = (circuit: Circuit): PerPhase<PhaseReport> =>
    mapPhases((phase) => ({
      limitA: circuit.limitA[phase],
      backgroundMaxA: circuit.backgroundMaxA?.[phase] ?? null,
      disconnectedSumA: loads.get(circuit.id)?.[phase].sumA ?? 0,
      leftA: leftA(circuit, phase),
      chargePoints: loads.get(circuit.id)?.[phase].count ?? 0,
      mayVanish: vanishing(circuit, phase),
      furtherSlaves: furtherSlaves(circuit, phase),
    }));
  return new Map(circuits.map((circuit) => [circuit.id, report(circuit)]));
}

function notesOf(site: Site, reports: ReadonlyMap<string, PerPhase<PhaseReport>>): string[] {
  const { circuits, autoAdopt, defaultCircuit } = site;
  const larger = circuits.flatMap((circuit) => {
    const parent = circuits.find(({ id }) => id === circuit.parent);
    const phase = parent && PHASES.find((each) => circuit.limitA[each] > parent.limitA[each]);
    if (!parent || phase === undefined) return [];
    const [own, above] = [ampsText(circuit.limitA[phase]), ampsText(parent.limitA[phase])];
    return [`limitA of ${circuit.id} is larger than that of ${parent.id}: ${own}, ${above} on ${PHASE_NAMES[phase]}`];
  });
  const isFull = autoAdopt && reports.get(defaultCircuit)?.every((phase) => phase.furtherSlaves === 0) === true;
  const full = `no unlisted slave with a disconnected limit of ${ampsText(unlistedDisconnectedA(site))} fits on ${defaultCircuit}`;
  const unmetered = circuits.every((circuit) => circuit.meter === undefined) ? ['no circuit has a meter'] : [];
  return [...larger, ...(isFull ? [full] : []), ...unmetered];
}

/** The master treats its internal slave as any other: by its list, or as one that it does not know. */
function internalNotes({ chargePoints, autoAdopt, defaultCircuit }: Site, slave: ChargerConfig | undefined): string[] {
  if (!slave || chargePoints.some(({ id }) => id === slave.id)) return [];
  const how = autoAdopt ? `is taken on at circuit ${defaultCircuit}` : 'gets 0 A until it is adopted';
  return [`internal slave ${slave.id} is not listed: it ${how}`];
}

function masterReport({ site, meters, internalSlave }: MasterConfig): MasterReport {
  const reports = phaseReports(site);
  const circuits = inTreeOrder(site.circuits).flatMap(([circuit, depth]) => {
    const phases = reports.get(circuit.id);
    const meter = meters.find(({ id }) => id === circuit.meter) ?? null;
    return phases ? [{ ...circuit, parent: circuit.parent ?? null, depth, meter, phases }] : [];
  });
  return {
    role: 'master',
    site: site.site,
    networkId: site.networkId,
    samplePeriodMs: site.samplePeriodMs,
    leaseMs: site.leaseMs,
    defaultCircuit: site.defaultCircuit,
    autoAdopt: site.autoAdopt,
    chargePoints: site.chargePoints.length,
    unlistedDisconnectedA: unlistedDisconnectedA(site),
    internalSlave: internalSlave ?? null,
    circuits,
    warnings: warningsOf(site),
    notes: [
      ...notesOf(site, reports),
      ...minimaNotes(site),
      ...pauseNotes(site),
      ...internalNotes(site, internalSlave),
    ],
  };
}

/** For `evenkeel check --json`. Carries no password. */
export function describeJson(config: Config): ConfigReport {
  return config.role === 'master' ? masterReport(config) : config;
}

/** "63 A" where all phases are the same, else "63/63/50 A". */
function phasesText(value: PhaseAmps): string {
  const each = value.map((one) => String(Number(one.toFixed(2))));
  return `${new Set(each).size === 1 ? each[0] : each.join('/')} A`;
}

function fallbackText(fallbackA: PhaseAmps): string {
  if (fallbackA.every((one) => one >= FALLBACK_IGNORED_A)) return 'loss of the meter is ignored';
  return fallbackA.every((one) => one === 0) ? 'charging stops' : phasesText(fallbackA);
}

/** What of a meter differs from one that is connected as labelled. */
function wiringLines({ wiring }: MeterConfig): string[] {
  if (!wiring) return [];
  const inverted = PHASES.filter((phase) => wiring.inverted[phase]).map((phase) => PHASE_NAMES[phase]);
  const parts = [
    ...(wiring.ctRatio === 1 ? [] : [`times ${wiring.ctRatio}`]),
    ...(inverted.length === 0 ? [] : [`its ${inverted.join(', ')} inverted`]),
    ...(wiring.order === 'RST' ? [] : [`phase order ${wiring.order}`]),
  ];
  return [`  ${parts.join('; ')}`];
}

function meterLines(circuit: CircuitReport): string[] {
  const { meter, meterLocation } = circuit;
  if (!meter) return ['no meter'];
  return [
    `meter ${meter.id}, ${meterLocation} the charge points: ${meter.model}`,
    `  at ${connectionText(meter.connection)}, unit ${meter.unitId}`,
    ...wiringLines(meter),
    `headroom ${phasesText(circuit.headroomA)}; while the meter is lost: ${fallbackText(circuit.fallbackA)}`,
  ];
}

function scheduleLines({ schedule }: CircuitReport): string[] {
  if (!schedule) return [];
  const { timeZone, rows } = schedule;
  const lowestA = mapPhases((phase) => Math.min(...rows.map(({ limitA }) => limitA[phase])));
  const table = rows.length === 1 ? '1 row' : `${rows.length} rows`;
  return [`schedule of ${table}, ${timeZone}; without a good clock: ${phasesText(lowestA)}`];
}

/** DLB, ALM, and section 14a EnWG. */
function modeLines({ reserve, section14a }: CircuitReport): string[] {
  const mode =
    reserve?.mode === 'DLB'
      ? 'DLB: one minimum stays free while a charge point is idle or not heard'
      : 'ALM: one minimum stays free for each charge point that is not heard';
  return [
    ...(reserve ? [mode] : []),
    ...(section14a ? [`section 14a: ${wattsText(section14a.limitW)} from the grid while the grid operator asks`] : []),
  ];
}

function powerText({ limitW, contractW }: CircuitReport): string {
  const limit = limitW === undefined ? '' : `, power limit ${wattsText(limitW)}`;
  return contractW === undefined ? limit : `${limit}, contract ${wattsText(contractW)}, more by what is fed in`;
}

function treeLines(circuit: CircuitReport): string[] {
  const indent = '  '.repeat(Math.min(circuit.depth, INDENTED_LEVELS_MAX));
  const operator = circuit.operatorLimitA ? `, operator limit ${phasesText(circuit.operatorLimitA)}` : '';
  const power = powerText(circuit);
  const imbalance =
    circuit.imbalanceLimitA === undefined ? [] : [`imbalance at most ${ampsText(circuit.imbalanceLimitA)}`];
  const details = [...meterLines(circuit), ...modeLines(circuit), ...imbalance, ...scheduleLines(circuit)].map(
    (line) => `${indent}  | ${line}`,
  );
  return [
    `${indent}${circuit.depth > 0 ? '+ ' : ''}${circuit.id}  ${phasesText(circuit.limitA)}${operator}${power}`,
    ...details,
  ];
}

const COLUMNS = [
  { name: 'phase', width: 5 },
  { name: 'limit', width: 8 },
  { name: 'backgroundMax', width: 13 },
  { name: 'disconnected', width: 12 },
  { name: 'left', width: 8 },
  { name: 'may vanish', width: 12 },
  { name: 'further', width: 7 },
] as const;

function row(cells: readonly string[], mark = ' '): string {
  return `${mark} ${cells.map((cell, column) => cell.padStart(COLUMNS[column]?.width ?? 0)).join('  ')}`;
}

function tableLines(circuit: CircuitReport): string[] {
  const cells = (phase: PhaseIndex): string[] => {
    const { limitA, backgroundMaxA, disconnectedSumA, leftA, furtherSlaves, ...listed } = circuit.phases[phase];
    const background = backgroundMaxA === null ? 'not given' : ampsText(backgroundMaxA);
    const amps = [ampsText(limitA), background, ampsText(disconnectedSumA), ampsText(leftA)];
    const vanish = `${listed.mayVanish} of ${listed.chargePoints}`;
    return [PHASE_NAMES[phase], ...amps, vanish, String(furtherSlaves)];
  };
  const line = (phase: PhaseIndex): string => row(cells(phase), circuit.phases[phase].leftA < -ROUNDING_A ? '!' : ' ');
  return [circuit.id, row(COLUMNS.map(({ name }) => name)), ...PHASES.map(line)];
}

function masterLines(report: MasterReport): string[] {
  const adopt = report.autoAdopt
    ? `are taken on at circuit ${report.defaultCircuit}`
    : 'are not taken on by themselves';
  return [
    `Site ${report.site}`,
    `DLM master, network id ${report.networkId}, every ${report.samplePeriodMs} ms, lease ${report.leaseMs} ms`,
    `charge points listed: ${report.chargePoints}; others ${adopt}`,
    ...(report.internalSlave
      ? [`internal slave ${report.internalSlave.id}`, ...chargerLines(report.internalSlave)]
      : []),
    '',
    'Circuits',
    ...report.circuits.flatMap(treeLines),
    '',
    'Without a master: what the listed charge points take by themselves',
    '("may vanish": how many of them may hear no master at once, whoever they are;',
    ` "further": unlisted slaves with ${ampsText(report.unlistedDisconnectedA)} that could hang there as well)`,
    ...report.circuits.flatMap(tableLines),
    ...report.warnings.flatMap((warning) => folded(`warning: ${warning}`)),
    ...report.notes.flatMap((note) => folded(`note: ${note}`)),
  ];
}

function chargerLines({ connector, driver }: ChargerConfig): string[] {
  const { phases, rotation, minA, maxA, disconnectedLimitA } = connector;
  return [
    `connector: phases ${phases}, rotation ${rotation}, ${ampsText(minA)} to ${ampsText(maxA)}`,
    `while it hears no master: ${disconnectedLimitA > 0 ? ampsText(disconnectedLimitA) : 'it stops'}`,
    `driver: ${driver.type}, vehicle with phases ${driver.vehiclePhases}, ${ampsText(driver.vehicleMaxA)}`,
  ];
}

function slaveLines(config: SlaveConfig): string[] {
  const { port, broadcast, masters } = config.discovery;
  const fixed = masters.map((master) => `${master.host}:${master.port}`).join(', ');
  return [
    `Charge point ${config.id}`,
    `DLM slave, network id ${config.networkId}, ${broadcast ? `UDP port ${port}` : 'listens to no broadcast'}`,
    ...(masters.length > 0 ? [`fixed masters: ${fixed}`] : []),
    ...chargerLines(config),
  ];
}

/** At most 80 characters in a line, where there are spaces. */
function folded(text: string): string[] {
  return text
    .replace(/(.{1,80})(?:\s|$)/g, '$1\n')
    .trimEnd()
    .split('\n');
}

function clipped(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 3)}...` : line;
}

/** For `evenkeel check`: lines of at most 80 characters, each with its end. */
export function describe(config: Config): string {
  const lines = config.role === 'master' ? masterLines(masterReport(config)) : slaveLines(config);
  return lines.map((line) => `${clipped(line)}\n`).join('');
}
