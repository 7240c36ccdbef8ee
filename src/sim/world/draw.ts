/**
 * Scenarios from a seed. First it draws what kind of site this is, with which features, and which faults exist in it at all, then when
 * they strike: so that some runs see one fault again and again, and others a few of each. The site is drawn as the text of a
 * configuration, and read and checked like that of an installer.
 */
import { assert } from '../../base/assert.js';
import { type Rng, seededRng } from '../../base/rng.js';
import { ROTATIONS } from '../../base/rotation.js';
import { mapPhases, type Ms, perPhase } from '../../base/units.js';
import { explainIssue } from '../../config/explain.js';
import { parseConfig } from '../../config/parse.js';
import type { MasterConfig } from '../../config/types.js';
import { FUSE_TYPES } from '../../dlm/types.js';
import { METER_MODELS } from '../../meters/models/index.js';
import { generateDay } from '../../sim/day/generate-profile.js';
import { MINUTES_PER_DAY } from '../../sim/day/profile.js';
import { CALM_NETWORK } from '../virtual-network.js';
import { drawFaults, type FaultWorld } from './draw-faults.js';
import { HEALING_MS } from './judges/calm-judge.js';
import { type BuildingPlan, type ChargePointPlan, type DayPlan, type Scenario, UNTOUCHED } from './scenario.js';
import { drawVisits } from './draw-visits.js';
import { type Draft, type DraftCircuit, type Keys, one, written } from './features/draft.js';
import { drawFeatures } from './features/index.js';

export interface DrawOptions {
  readonly seed: number;
  readonly durationMs: Ms;
  /** How long nothing goes wrong at the end; absent: long enough to heal and to be judged. */
  readonly calmMs?: Ms;
  /** Absent: 2 to 6. */
  readonly chargePoints?: number;
}

export interface DrawnScenario extends Scenario {
  /** By name (features/index.ts). */
  readonly features: readonly string[];
}

/** At the end, without faults: healing, and time enough for the turns of a division. */
const CALM_MS: Ms = HEALING_MS + 10 * 60_000;
const MINUTE_MS = 60_000;
/** What one generated household takes at most on its most loaded phase. */
const HOUSEHOLD_PEAK_A = 8;
const DAY_SEEDS = 1000;
/** Smaller ones are not built for charging. */
const LEAST_FUSE_A = 10;

/** What the texts of a configuration are made of. */
interface Site {
  readonly ids: readonly string[];
  readonly fuseA: number;
  readonly garageA: number;
  readonly disconnectedLimitA: number;
  readonly buildingA: number;
  readonly garageBuildingA: number;
  readonly metering: 'none' | 'main' | 'both' | 'excluding';
  readonly hasGarage: boolean;
}

function drawSite(rng: Rng, count: number): Site {
  const ids = Array.from({ length: count }, (_, index) => `cp${index + 1}`);
  const metering = one(rng, ['none', 'main', 'main', 'both', 'excluding']);
  const hasGarage = metering === 'both' || rng.chance(0.6);
  const disconnectedLimitA = one(rng, [0, 6, 6, 8]);
  const buildingA = metering === 'none' ? 0 : 4 + rng.int(20);
  const garageBuildingA = metering === 'both' ? 2 + rng.int(8) : 0;
  // Room for one more box of which nobody knows, and for one that comes back with a higher disconnected limit.
  const reservedA = (count + 2) * disconnectedLimitA + 6;
  const garageA = Math.max(LEAST_FUSE_A, reservedA + garageBuildingA) + rng.int(30);
  const fuseA = Math.max(garageA, reservedA + buildingA + garageBuildingA) + rng.int(40);
  return { ids, fuseA, garageA, disconnectedLimitA, buildingA, garageBuildingA, metering, hasGarage };
}

const MODELS = ['siemens-pac2200', 'phoenix-empro-ma37x-mb37x', 'carlo-gavazzi-em24-e1'] as const;
const RTU_MODELS = ['eastron-sdm630-v2', 'carlo-gavazzi-em340', 'abb-b23-b24'] as const;

function meterText(rng: Rng, id: string, unit: number): string {
  const isRtu = rng.chance(0.4);
  const model = isRtu ? one(rng, RTU_MODELS) : one(rng, MODELS);
  const connection = isRtu ? '"rtu:/dev/serial/by-id/bus?baud=19200"' : `"tcp://192.0.2.${unit}"`;
  const period = `pollPeriodMs: ${one(rng, [250, 500, 1000, 2000])}, maxAgeMs: ${one(rng, [5000, 8000])}`;
  return `  - { id: ${id}, model: ${model}, connection: ${connection}, unit: ${unit}, timeoutMs: 500, ${period} }`;
}

function draftCircuits(rng: Rng, site: Site): readonly DraftCircuit[] {
  const { fuseA, garageA, buildingA, garageBuildingA, metering, hasGarage } = site;
  const isMain = metering !== 'none';
  const backgroundA = buildingA + garageBuildingA;
  const fallback = (limitA: number, othersA: number): Keys =>
    new Map([
      ['fallbackA', `${rng.chance(0.2) ? 0 : limitA - othersA}`],
      ['backgroundMaxA', `${othersA}`],
    ]);
  const main: Keys = new Map([
    ['id', 'main'],
    ['limitA', `${fuseA}`],
    ...(rng.chance(0.2) ? [['imbalanceLimitA', '20'] as const] : []),
    ...(isMain
      ? [['meter', 'grid'] as const, ['meterLocation', metering === 'excluding' ? 'excluding' : 'including'] as const]
      : []),
    ...(isMain ? fallback(fuseA, backgroundA) : []),
    ['fuse', `{ type: ${one(rng, FUSE_TYPES)} }`],
  ]);
  const root = { id: 'main', keys: main, fuseA, othersA: backgroundA, isMetered: isMain };
  if (!hasGarage) return [root];
  const isMetered = metering === 'both';
  const garage: Keys = new Map([
    ['id', 'garage'],
    ['parent', 'main'],
    ['limitA', `${garageA}`],
    ...(isMetered ? [['meter', 'garage-meter'] as const, ...fallback(garageA, garageBuildingA)] : []),
  ]);
  return [root, { id: 'garage', keys: garage, fuseA: garageA, othersA: garageBuildingA, isMetered }];
}

function draftChargePoint(rng: Rng, site: Site, id: string): Keys {
  return new Map([
    ['id', id],
    ['circuit', site.hasGarage && rng.chance(0.7) ? 'garage' : 'main'],
    ['maxA', `${one(rng, [16, 32, 32])}`],
    ['minA', '6'],
    ['disconnectedLimitA', `${site.disconnectedLimitA}`],
    ['phases', `${one(rng, [1, 3, 3, 3])}`],
    ['rotation', one(rng, ROTATIONS)],
    ['priority', `${one(rng, [1, 1, 2])}`],
  ]);
}

function draftRules(rng: Rng): Keys {
  return new Map([
    ['sharing', one(rng, ['equal', 'equal', 'priority'])],
    [
      'shortage',
      one(rng, ['longest-charging-first', 'longest-charging-first', 'last-connected-first', 'priority-only']),
    ],
    ['dwellMin', `${one(rng, [1, 1, 5])}`],
  ]);
}

function draftOf(rng: Rng, site: Site, calmFromMs: Ms): Draft {
  return {
    circuits: draftCircuits(rng, site),
    chargePoints: new Map(site.ids.map((id) => [id, draftChargePoint(rng, site, id)])),
    rules: draftRules(rng),
    defaults: new Map(),
    site: new Map(),
    inputs: [],
    surplus: new Map(),
    solar: [],
    voltage: [],
    actions: [],
    contacts: [],
    reservedA: (site.ids.length + 2) * site.disconnectedLimitA,
    calmFromMs,
    wallFromMs: UNTOUCHED.wallFromMs,
  };
}

function configText(rng: Rng, site: Site, draft: Draft): string {
  const list = (entries: Iterable<Keys>): readonly string[] => [...entries].map((keys) => `  - ${written(keys)}`);
  const meters = [
    ...(site.metering === 'none' ? [] : [meterText(rng, 'grid', 1)]),
    ...(site.metering === 'both' ? [meterText(rng, 'garage-meter', 2)] : []),
  ];
  return [
    'site: Drawn by a seed',
    ...[...draft.site].map(([key, text]) => `${key}: ${text}`),
    `leaseMs: ${one(rng, [6_000, 15_000, 15_000, 60_000])}`,
    `samplePeriodMs: ${one(rng, [1000, 1000, 2000])}`,
    'circuits:',
    ...list(draft.circuits.map(({ keys }) => keys)),
    ...(meters.length > 0 ? ['meters:', ...meters] : []),
    'chargePoints:',
    ...list(draft.chargePoints.values()),
    ...(draft.defaults.size > 0 ? [`defaults: ${written(draft.defaults)}`] : []),
    ...(draft.inputs.length > 0 ? ['inputs:', ...list(draft.inputs)] : []),
    ...(draft.surplus.size > 0 ? [`solar: ${written(draft.surplus)}`] : []),
    `allocation: ${written(draft.rules)}`,
    `discovery: { autoAdopt: ${rng.chance(0.9)} }`,
    '',
  ].join('\n');
}

function readMaster(text: string): MasterConfig {
  const parsed = parseConfig(text, { meterModels: METER_MODELS });
  const wrong = parsed.ok ? '' : parsed.error.map((issue) => explainIssue('drawn', issue)).join('\n');
  assert(parsed.ok, `${wrong}\n${text}`);
  assert(parsed.value.role === 'master', 'a drawn site has a master');
  return parsed.value;
}

function buildingsOf({ buildingA, garageBuildingA, metering }: Site, rng: Rng): readonly BuildingPlan[] {
  const plan = (circuit: string, mostA: number): BuildingPlan => ({
    circuit,
    lowA: mapPhases(() => rng.between(0, mostA / 3)),
    highA: perPhase(mostA),
    everyMs: rng.between(2_000, 40_000),
  });
  if (metering === 'none') return [];
  const main = plan('main', buildingA);
  return metering === 'both' ? [main, plan('garage', garageBuildingA)] : [main];
}

/** Sometimes the main load is a day of households, with PV that feeds in at noon. */
function daysOf({ buildingA, metering }: Site, rng: Rng): readonly DayPlan[] {
  const households = Math.floor(buildingA / HOUSEHOLD_PEAK_A);
  if (metering === 'none' || households === 0 || rng.chance(0.75)) return [];
  const { loadW, pvW } = generateDay(rng.int(DAY_SEEDS));
  const building = { loadW, loadFactor: households, pvW, pvFactor: rng.int(3) };
  return [{ circuit: 'main', building, startMinute: rng.int(MINUTES_PER_DAY) }];
}

/** As the configuration lists them: what is built otherwise, a fault does. */
export function builtAsListed({ site }: MasterConfig): readonly ChargePointPlan[] {
  return site.chargePoints.map(({ priority: _, ...plan }) => plan);
}

function metersBeside({ site }: MasterConfig): readonly string[] {
  return site.circuits.flatMap(({ meter, meterLocation }) => (meter && meterLocation === 'excluding' ? [meter] : []));
}

export function drawScenario({ seed, durationMs, calmMs = CALM_MS, chargePoints }: DrawOptions): DrawnScenario {
  const rng = seededRng(seed);
  const site = drawSite(rng, chargePoints ?? 2 + rng.int(5));
  const calmFromMs = Math.max(MINUTE_MS, durationMs - calmMs);
  const draft = draftOf(rng, site, calmFromMs);
  const features = drawFeatures(seed, draft);
  const config = readMaster(configText(rng, site, draft));
  const built = builtAsListed(config);
  const days = daysOf(site, rng);
  const world: FaultWorld = {
    chargePoints: site.ids,
    meters: config.meters.map(({ id }) => id),
    metersBeside: metersBeside(config),
    leaseMs: config.site.leaseMs,
    hasStandby: rng.chance(0.3),
    isSigned: rng.chance(0.15),
  };
  return {
    name: `drawn by seed ${seed}`,
    features,
    config,
    hasStandby: world.hasStandby,
    isSigned: world.isSigned,
    chargePoints: built,
    buildings: buildingsOf(site, rng).filter(({ circuit }) => !days.some((day) => day.circuit === circuit)),
    days,
    loads: [],
    solar: draft.solar,
    voltage: draft.voltage,
    visits: drawVisits(rng, built, { calmFromMs, durationMs }),
    network: CALM_NETWORK,
    clockDriftMax: rng.between(0, 0.005),
    meterLatencyMs: one(rng, [2, 5, 30]),
    meterNoiseA: one(rng, [0, 0.05, 0.2]),
    actions: draft.actions,
    contacts: draft.contacts,
    wallFromMs: draft.wallFromMs,
    faults: drawFaults(rng, world, calmFromMs),
    meterRenewMs: one(rng, [200, 200, 200, 500, 1000, 10_000]),
    meterRoundA: rng.chance(0.15) ? 1 : 0,
    durationMs,
    calmFromMs,
  };
}
