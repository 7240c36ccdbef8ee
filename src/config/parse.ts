/** From the text of a configuration file to a checked, frozen configuration, or to everything that is wrong with it. */
import { wattsPerAmp } from './network.js';
import * as z from 'zod/mini';
import { nearest } from '../base/nearest.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Volts } from '../base/units.js';
import { masterConfig, slaveConfig } from './build.js';
import { crossFindings } from './cross-checks.js';
import { withDefaults } from './defaults.js';
import { placesOf, readText, type TextFile } from './document.js';
import type { Facts, KnownModel } from './facts.js';
import { internalSlaveFindings, waysToMaster } from './internal-slave.js';
import { type ConfigIssue, type Finding, pathText } from './issue.js';
import { connectorFindings } from './limit-checks.js';
import { redistributionSchema } from './schema/allocation.js';
import { chargePointSchema, connectorSchema } from './schema/charge-points.js';
import { circuitSchema } from './schema/circuits.js';
import { LEASE_DEFAULT_MS, ROLES } from './schema/common.js';
import { masterDiscoverySchema, slaveDiscoverySchema } from './schema/discovery.js';
import { CIRCUITS_MAX, METER_MAPS_MAX, masterSchema, SAMPLE_PERIOD_DEFAULT_MS } from './schema/master.js';
import { INPUTS_MAX, inputSchema } from './schema/inputs.js';
import { meterMapSchema } from './schema/meter-maps.js';
import { meterSchema } from './schema/meters.js';
import { slaveSchema } from './schema/slave.js';
import { solarSchema } from './schema/solar.js';
import { draftOf, draftsOf, FINDINGS_MAX, shapeFindings, valueAt } from './shape.js';
import type { Placed, Position } from './tree.js';
import type { Config } from './types.js';

/** Most issues that are given back; a file that is no configuration at all has thousands. */
export const ISSUES_MAX = 100;

export interface ParseOptions {
  /** The meter models that come with evenkeel. */
  readonly meterModels: readonly KnownModel[];
}

/** An issue in words, at its place. */
function issueOf({ path, expected, got, nearest: word }: Finding, { line, column }: Position): ConfigIssue {
  return { line, column, path: pathText(path), expected, got, ...(word !== undefined && { nearest: word }) };
}

/** In the order of the file, and not more than anybody reads. */
function inOrder(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  // The yaml package says the same again and again where brackets do not close.
  const unique = [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()];
  const sorted = unique.sort((a, b) => a.line - b.line || a.column - b.column);
  const next = sorted[ISSUES_MAX - 1];
  if (sorted.length <= ISSUES_MAX || !next) return sorted;
  const { line, column } = next;
  const rest: ConfigIssue = {
    line,
    column,
    path: '(file)',
    expected: 'fewer errors',
    got: `${sorted.length < FINDINGS_MAX ? sorted.length : `${FINDINGS_MAX} or more`}; the rest is not shown`,
  };
  return [...sorted.slice(0, ISSUES_MAX - 1), rest];
}

/** The role decides which keys are valid; a misspelt one is taken for what it probably means. */
export function isSlave(value: unknown): boolean {
  const role = valueAt(value, ['role']);
  return typeof role === 'string' && nearest(role, ROLES) === 'slave';
}

/** The lists of a master's file as far as they can be read; `shape`: what is wrong with it by itself. */
export function entriesOf(
  value: unknown,
  shape: readonly Finding[],
): Pick<Facts, 'circuits' | 'meters' | 'chargePoints' | 'inputs' | 'meterMaps'> {
  const filled = withDefaults(value);
  const at = (name: string): unknown => valueAt(filled, [name]);
  // A list that is not there may be one whose name is misspelt.
  const mayLack = !shape.some(({ path, at: where }) => where === 'key' && path.length === 1);
  return {
    circuits: draftsOf(circuitSchema, at('circuits'), ['circuits'], { atMost: CIRCUITS_MAX }),
    meters: draftsOf(meterSchema, at('meters'), ['meters'], { mayLack }),
    chargePoints: draftsOf(chargePointSchema, at('chargePoints'), ['chargePoints'], { mayLack }),
    inputs: draftsOf(inputSchema, at('inputs'), ['inputs'], { mayLack, atMost: INPUTS_MAX }),
    meterMaps: draftsOf(meterMapSchema, at('meterModels'), ['meterModels'], { mayLack, atMost: METER_MAPS_MAX }),
  };
}

function masterFindings(file: TextFile, { meterModels }: ParseOptions): Finding[] {
  const shape = shapeFindings(masterSchema, file.value);
  const at = (name: string): unknown => valueAt(file.value, [name]);
  const entries = entriesOf(file.value, shape);
  const redistribution = ['allocation', 'redistribute'];
  const cross = crossFindings({
    ...entries,
    network: at('network') === 'IT' ? 'IT' : undefined,
    voltageV: wattsPerAmp(at('network') === 'IT' ? 'IT' : 'TN', voltageOf(at('voltageV'))),
    hasBroker: at('mqtt') !== undefined,
    discovery: draftOf(masterDiscoverySchema, at('discovery') ?? {}, ['discovery']),
    redistribution: draftOf(redistributionSchema, valueAt(file.value, redistribution) ?? {}, redistribution),
    solar: at('solar') === undefined ? undefined : draftOf(solarSchema, at('solar'), ['solar']),
    knownModels: meterModels,
    places: placesOf(file),
  });
  const internal = internalSlaveFindings({ ...file, value: withDefaults(file.value) }, shape, entries.chargePoints);
  // Their own keys only: a wrong one of the others is told by its shape.
  const defaults = draftOf(connectorSchema, at('defaults') ?? {}, ['defaults']);
  const ofDefaults = connectorFindings(defaults.path, defaults.value, placesOf(file));
  return [...shape, ...cross, ...ofDefaults, ...internal, ...leaseFindings(at('samplePeriodMs'), at('leaseMs'))];
}

function voltageOf(value: unknown): Volts | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

/** A limit is renewed once per sample period: a lease must survive two that are lost. */
function leaseFindings(samplePeriodMs: unknown, leaseMs: unknown): Finding[] {
  const periodMs = typeof samplePeriodMs === 'number' ? samplePeriodMs : SAMPLE_PERIOD_DEFAULT_MS;
  const holdsMs = typeof leaseMs === 'number' ? leaseMs : LEASE_DEFAULT_MS;
  if (periodMs * 3 <= holdsMs) return [];
  const expected = `at most a third of leaseMs (${holdsMs}), so that a limit outlives two lost renewals`;
  return [{ path: ['samplePeriodMs'], expected, got: String(periodMs) }];
}

function slaveFindings(file: TextFile): Finding[] {
  const connector = draftOf(connectorSchema, valueAt(file.value, ['connector']) ?? {}, ['connector']);
  return [
    ...shapeFindings(slaveSchema, file.value),
    ...connectorFindings(connector.path, connector.value, placesOf(file)),
    ...waysToMaster(draftOf(slaveDiscoverySchema, valueAt(file.value, ['discovery']) ?? {}, ['discovery'])),
  ];
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freezeDeep(inner);
  return value;
}

/** What is wrong with a configuration, beside what is no YAML. */
export function configFindings(file: TextFile, options: ParseOptions): Finding[] {
  return isSlave(file.value) ? slaveFindings(file) : masterFindings(file, options);
}

/** Only what has no findings but those of I4. */
export function builtConfig({ value }: TextFile, { meterModels }: ParseOptions): Config {
  if (isSlave(value)) return freezeDeep(slaveConfig(z.parse(slaveSchema, value)));
  return freezeDeep(masterConfig(z.parse(masterSchema, withDefaults(value)), meterModels));
}

/** Findings of a file as people read them: those of the text itself, or else the given ones. */
export function issuesOf(file: TextFile, findings: readonly Finding[]): readonly ConfigIssue[] {
  const placed: readonly Placed[] =
    file.findings.length > 0
      ? file.findings
      : findings.map((finding) => ({ finding, position: file.position(finding.path, finding.at) }));
  return inOrder(placed.map(({ finding, position }) => issueOf(finding, position)));
}

/**
 * All issues at once, in the order of the file, at most `ISSUES_MAX`. Never throws because of the text.
 * Errors of the YAML itself come alone: what stands behind them cannot be trusted.
 */
export function parseConfig(text: string, options: ParseOptions): Result<Config, readonly ConfigIssue[]> {
  const file = readText(text);
  const findings = file.findings.length > 0 ? [] : configFindings(file, options);
  const issues = issuesOf(file, findings);
  return issues.length > 0 ? fail(issues) : ok(builtConfig(file, options));
}

/** A configuration that is refused by the sums of I4 alone, for people to look at; `undefined` for every other one. */
export function parseUnsafe(text: string, options: ParseOptions): Config | undefined {
  const file = readText(text);
  if (file.findings.length > 0) return undefined;
  const findings = configFindings(file, options);
  const isUnsafeOnly = findings.length > 0 && findings.every(({ rule }) => rule === 'I4');
  return isUnsafeOnly ? builtConfig(file, options) : undefined;
}
