/**
 * The schedules of a site and the clock that they go by. The runtime tells the time of the clock before each decision; then
 * `ofCircuit` and `ofChargePoint` say what holds in that cycle, for the place that collects limits; `changeOf...` says until when, for
 * explanations.
 */
import type { Carrier } from '../../base/carrier.js';
import { TimeZones } from '../../base/time-zone.js';
import type { Ms } from '../../base/units.js';
import type { AlarmBoard } from '../alarms.js';
import type { Notices } from '../notice.js';
import type { LimitTarget, Schedule, Site } from '../types.js';
import { phasesText } from './input-text.js';
import { type ScheduledLimit, WeeklySchedule } from './schedule.js';
import { WallClock } from './wall-clock.js';

export interface ScheduleView {
  /** `lost`: the time is not known. */
  readonly state: 'active' | 'inactive' | 'lost';
  readonly text: string;
}

export interface SchedulesOptions {
  readonly site: Site;
  readonly alarms: AlarmBoard;
  readonly notices: Notices;
}

export class Schedules {
  readonly #clock = new WallClock();
  readonly #circuits: ReadonlyMap<string, WeeklySchedule>;
  readonly #chargePoints: ReadonlyMap<string, WeeklySchedule>;
  readonly #alarms: AlarmBoard;
  readonly #notices: Notices;

  constructor({ site, alarms, notices }: SchedulesOptions) {
    const zones = new TimeZones();
    this.#circuits = tablesOf(site.circuits, zones);
    this.#chargePoints = tablesOf(site.chargePoints, zones);
    this.#alarms = alarms;
    this.#notices = notices;
  }

  /** What the machine's clock shows, milliseconds since 1970. Call once per cycle, before the decision. */
  hearClock(wallMs: Ms, nowMs: Ms): void {
    this.#clock.hear(wallMs, nowMs);
    if (this.#circuits.size + this.#chargePoints.size === 0) return;
    const fault = this.#clock.fault(nowMs);
    const text = fault && `the clock of this machine is not good (${fault}): the lowest limit of each schedule holds`;
    if (!this.#alarms.set('CLOCK_BAD', text, nowMs)) return;
    if (text === undefined) this.#notices.add('info', 'CLOCK_BAD', 'the clock of this machine is good again');
    else this.#notices.add('warn', 'CLOCK_BAD', text);
  }

  /** What the schedule of a circuit allows now; `undefined`: it limits nothing. */
  ofCircuit(id: string, nowMs: Ms): ScheduledLimit | undefined {
    return this.#circuits.get(id)?.at(this.#clock.utcMs(nowMs));
  }

  /** The same of a charge point: one current, the same on each of its phases. */
  ofChargePoint(id: string, nowMs: Ms): ScheduledLimit | undefined {
    return this.#chargePoints.get(id)?.at(this.#clock.utcMs(nowMs));
  }

  /** When that changes next: "Fr 20:00"; `undefined`: never, or nobody knows what time it is. */
  changeOfCircuit(id: string, nowMs: Ms): string | undefined {
    return this.#changeOf(this.#circuits.get(id), nowMs);
  }

  changeOfChargePoint(id: string, nowMs: Ms): string | undefined {
    return this.#changeOf(this.#chargePoints.get(id), nowMs);
  }

  /** What the schedule of `target` says now, for displays; `undefined`: it has none. */
  view({ kind, id }: LimitTarget, nowMs: Ms): ScheduleView | undefined {
    const table = (kind === 'circuit' ? this.#circuits : this.#chargePoints).get(id);
    if (!table) return undefined;
    const limit = table.at(this.#clock.utcMs(nowMs));
    const isKnown = this.#clock.utcMs(nowMs) !== undefined;
    const change = this.#changeOf(table, nowMs);
    const until = change === undefined ? '' : ` until ${change}`;
    if (!limit) return { state: 'inactive', text: `no limit${until}` };
    const rows = [...new Set(limit.sources)].map((source) => source.replace(/^schedule /, '')).join(' and ');
    return { state: isKnown ? 'active' : 'lost', text: `${phasesText(limit.limitA)} A${until} (${rows})` };
  }

  #changeOf(table: WeeklySchedule | undefined, nowMs: Ms): string | undefined {
    const utcMs = this.#clock.utcMs(nowMs);
    return utcMs === undefined ? undefined : table?.changeText(utcMs);
  }

  /** What the clock has shown, for a recording. */
  carry(carrier: Carrier): void {
    carrier.part('clock', this.#clock);
  }
}

function tablesOf(
  entries: readonly { readonly id: string; readonly schedule?: Schedule }[],
  zones: TimeZones,
): ReadonlyMap<string, WeeklySchedule> {
  return new Map(
    entries.flatMap(({ id, schedule }) => (schedule ? [[id, new WeeklySchedule(schedule, zones)] as const] : [])),
  );
}
