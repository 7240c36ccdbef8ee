/** Vehicles that come and go at a drawn site, and some that stay through the calm end, equal ones among them. */
import type { Rng } from '../../base/rng.js';
import type { Amps, Ms } from '../../base/units.js';
import { TYPICAL_VEHICLE } from '../../chargers/vehicle.js';
import type { ChargePointPlan, VehiclePlan, VisitPlan } from './scenario.js';

const MINUTE_MS = 60_000;
const STAY_MS = [2 * MINUTE_MS, 25 * MINUTE_MS] as const;
/** The first ones come soon: a short run has nothing to lose. */
const FIRST_MS = MINUTE_MS;
const GAP_MS = [5_000, 8 * MINUTE_MS] as const;

export interface Span {
  readonly calmFromMs: Ms;
  readonly durationMs: Ms;
}

/** 6 A by IEC 61851-1; some need 7 or 8 A, a few more than 10 A. */
function drawMinimum(rng: Rng): Amps {
  if (rng.chance(0.8)) return 6;
  return rng.chance(0.8) ? 7 + rng.int(2) : rng.between(10, 11);
}

/** What it takes of any offer: what its charger can take, or what its driver has set. */
function drawMaximum(rng: Rng): Amps {
  if (rng.chance(0.1)) return 11;
  return rng.chance(0.3) ? 16 : 32;
}

function drawVehicle(rng: Rng): VehiclePlan {
  const cools = rng.chance(0.1);
  return {
    phases: ([1, 1, 2, 3, 3, 3] as const)[rng.int(6)] ?? 3,
    minA: drawMinimum(rng),
    maxA: drawMaximum(rng),
    demandWh: rng.chance(0.5) ? rng.between(200, 8_000) : Number.POSITIVE_INFINITY,
    reactionMs: Math.floor(rng.between(1_000, 5_000)),
    rampAPerS: rng.between(1, 8),
    startMs: rng.chance(0.15) ? rng.between(5_000, 30_000) : 0,
    coolsEveryMs: cools ? rng.between(2 * MINUTE_MS, 10 * MINUTE_MS) : Number.POSITIVE_INFINITY,
    coolsForMs: rng.between(10_000, 60_000),
    needsWakeUp: rng.chance(0.1),
  };
}

/** Equal in all that matters, and never full. */
const TWIN: VehiclePlan = {
  ...TYPICAL_VEHICLE,
  phases: 3,
  maxA: 32,
};

function visitsOf(rng: Rng, { id }: ChargePointPlan, untilMs: Ms): readonly VisitPlan[] {
  const visits: VisitPlan[] = [];
  for (let atMs = rng.between(0, FIRST_MS); atMs < untilMs; ) {
    const leaveAtMs = Math.min(untilMs, atMs + rng.between(...STAY_MS));
    visits.push({ atMs, leaveAtMs, chargePoint: id, vehicle: drawVehicle(rng) });
    atMs = leaveAtMs + rng.between(...GAP_MS);
  }
  return visits;
}

export function drawVisits(rng: Rng, chargePoints: readonly ChargePointPlan[], span: Span): readonly VisitPlan[] {
  const { calmFromMs, durationMs } = span;
  const hasTwins = rng.chance(0.6);
  // They come when the faults are over, so that healing is past when they are looked at.
  const comeMs = calmFromMs + 10_000;
  const visits = chargePoints.flatMap((plan, index) => {
    const own = visitsOf(rng, plan, calmFromMs);
    const vehicle = hasTwins && index < 4 ? TWIN : drawVehicle(rng);
    const last: VisitPlan = { atMs: comeMs, leaveAtMs: durationMs, chargePoint: plan.id, vehicle };
    return rng.chance(0.8) ? [...own, last] : own;
  });
  return visits.sort((a, b) => a.atMs - b.atMs);
}
