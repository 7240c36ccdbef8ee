/** The site of an evaluation as an installer writes it down, and as it stands in the virtual world. */
import { assert } from '../src/base/assert.js';
import { seededRng } from '../src/base/rng.js';
import type { Ms } from '../src/base/units.js';
import { TYPICAL_VEHICLE } from '../src/chargers/vehicle.js';
import { explainIssue } from '../src/config/explain.js';
import { parseConfig } from '../src/config/parse.js';
import type { MasterConfig } from '../src/config/types.js';
import { METER_MODELS } from '../src/meters/models/index.js';
import { builtAsListed } from '../src/sim/world/draw.js';
import { type Scenario, UNTOUCHED, type VehiclePlan } from '../src/sim/world/scenario.js';
import { type EvaluationChargePoint, type EvaluationSite, MIN_A, type Sharing, type VehicleKind } from './site.js';

/** Of the real installation; in a time lapse the dwell time shrinks with the minutes. */
const DWELL_MIN = 15;
/** IEC 61851-1 lets a vehicle take up to 5 s to follow a new limit. */
const [REACTION_LEAST_MS, REACTION_MOST_MS] = [1_000, 5_000];
const RAMP_A_PER_S = 4;

/** A good installation: cables and a busy switch, crystals, a meter that answers at once and is a little off. */
const NETWORK = { loss: 0.01, duplication: 0.001, delayMinMs: 1, delayMaxMs: 20, tail: 0.01, tailMs: 200 };
const CLOCK_DRIFT_MAX = 0.0002;
const METER_LATENCY_MS: Ms = 10;
/** Largest error of what the meter shows. */
export const METER_NOISE_A = 0.05;

export function configText(site: EvaluationSite, sharing: Sharing, playedS: number): string {
  const priorityOf = ({ priority }: EvaluationChargePoint): number => (sharing === 'priority' ? priority : 1);
  return [
    'site: An evaluation',
    'leaseMs: 15000',
    'samplePeriodMs: 1000',
    'circuits:',
    `  - { id: fuse, limitA: ${site.fuseA}, meter: grid, meterLocation: including, fallbackA: 0 }`,
    'meters:',
    '  - { id: grid, model: siemens-pac2200, connection: "tcp://192.0.2.1", pollPeriodMs: 1000, timeoutMs: 500 }',
    'chargePoints:',
    ...site.chargePoints.map((point, index) => {
      const { rotation, vehicle } = point;
      const limits = `maxA: ${vehicle.maxA}, minA: ${MIN_A}, disconnectedLimitA: 0`;
      const wiring = `phases: 3, rotation: ${rotation}, priority: ${priorityOf(point)}`;
      return `  - { id: ${idOf(index)}, circuit: fuse, ${limits}, ${wiring} }`;
    }),
    `allocation: { sharing: ${sharing}, dwellMin: ${dwellMin(playedS)}, steadyMin: ${Math.round(dwellMin(playedS) / 3)} }`,
    '',
  ].join('\n');
}

/** In a shortage a minute is played for about twice as long as a quiet one. */
function dwellMin(playedS: number): number {
  return DWELL_MIN * Math.min(1, (2 * playedS) / 60);
}

/** Of a charge point in the virtual world, by its place in the list. */
export function idOf(index: number): string {
  return `cp${index + 1}`;
}

export function scenarioOf(site: EvaluationSite, sharing: Sharing, playedS: number): Scenario {
  const config = readMaster(configText(site, sharing, playedS));
  return {
    name: site.name,
    config,
    hasStandby: false,
    isSigned: false,
    chargePoints: builtAsListed(config),
    buildings: [],
    days: [],
    loads: [],
    visits: [],
    network: NETWORK,
    clockDriftMax: CLOCK_DRIFT_MAX,
    meterLatencyMs: METER_LATENCY_MS,
    meterRenewMs: 200,
    meterNoiseA: METER_NOISE_A,
    meterRoundA: 0,
    ...UNTOUCHED,
    faults: [],
    durationMs: Number.POSITIVE_INFINITY,
    calmFromMs: 0,
  };
}

function readMaster(text: string): MasterConfig {
  const parsed = parseConfig(text, { meterModels: METER_MODELS });
  const wrong = parsed.ok ? '' : parsed.error.map((issue) => explainIssue('site', issue)).join('\n');
  assert(parsed.ok, `${wrong}\n${text}`);
  assert(parsed.value.role === 'master', 'the site has a master');
  return parsed.value;
}

/** How quickly each vehicle follows is drawn for its session. When it is full is not its own affair here: see `Guest`. */
export function vehicleOf({ phases, maxA }: VehicleKind, seed: number): VehiclePlan {
  const reactionMs = Math.round(seededRng(seed).between(REACTION_LEAST_MS, REACTION_MOST_MS));
  const kind = { phases, minA: MIN_A, maxA, reactionMs, rampAPerS: RAMP_A_PER_S };
  return { ...TYPICAL_VEHICLE, ...kind };
}
