/** Plays a site minute by minute, by a rule that gives each vehicle its current. No delays, no ramps, no taper. */
import { hasPhase } from '../src/base/rotation.js';
import { type Amps, mapPhases, NO_AMPS, type PhaseAmps } from '../src/base/units.js';
import { byChargePoint, type FlatSession, flatSessions } from './flat.js';
import { FuseGauge } from './gauge.js';
import { type Delivered, type EvaluationSite, powerW } from './site.js';

/** Somebody plugged in who still wants energy. */
export interface Wanting extends FlatSession {
  readonly index: number;
  leftWh: number;
  chargingMinutes: number;
}

export interface Moment {
  readonly minute: number;
  /** In the order of their arrival. */
  readonly wanting: readonly Wanting[];
  readonly buildingA: PhaseAmps;
}

/** The current of each of `wanting` for one minute, none above its maximum; or nothing: the fuse has tripped, all is dark. */
export type Rule = (moment: Moment) => readonly Amps[] | undefined;

export function play(site: EvaluationSite, rule: Rule): Delivered {
  const gauge = new FuseGauge(site.fuseA);
  const all = flatSessions(site).map((session, index) =>
    Object.assign({ ...session }, { index, leftWh: session.demandWh, chargingMinutes: 0 }),
  );
  const arrivals: Wanting[] = [...all].sort((a, b) => a.arriveMinute - b.arriveMinute);
  let wanting: readonly Wanting[] = [];
  let next = 0;
  for (let minute = 0; minute < site.minutes; minute++) {
    const first = next;
    while ((arrivals[next]?.arriveMinute ?? Infinity) <= minute) next++;
    const stays = ({ leaveMinute, leftWh }: Wanting): boolean => leaveMinute > minute && leftWh > 0;
    wanting = [...wanting, ...arrivals.slice(first, next)].filter(stays);
    if (wanting.length > 0) playMinute({ minute, wanting, buildingA: site.buildingA(minute) }, rule, gauge);
  }
  const energyWh = all.map(({ demandWh, leftWh }) => demandWh - leftWh);
  return { energyWh: byChargePoint(site, energyWh), use: gauge.use() };
}

function playMinute(moment: Moment, rule: Rule, gauge: FuseGauge): void {
  const currentsA = rule(moment);
  if (!currentsA) {
    gauge.take(NO_AMPS, 1, true);
    return;
  }
  gauge.take(totalA(moment, currentsA), 1, true);
  moment.wanting.forEach((vehicle, at) => {
    const currentA = currentsA[at] ?? 0;
    if (currentA <= 0) return;
    vehicle.leftWh = Math.max(0, vehicle.leftWh - powerW(vehicle.chargePoint.vehicle, currentA) / 60);
    vehicle.chargingMinutes += 1;
  });
}

/** Building and vehicles together. */
export function totalA({ wanting, buildingA }: Moment, currentsA: readonly Amps[]): PhaseAmps {
  return mapPhases((phase) =>
    wanting.reduce(
      (sumA, { phases }, at) => sumA + (hasPhase(phases, phase) ? (currentsA[at] ?? 0) : 0),
      buildingA[phase],
    ),
  );
}
