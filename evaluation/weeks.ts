/** Some of the weeks of a site: those who came in the other ones are left out, by every method. */
import { MINUTES_PER_DAY } from '../src/sim/day/profile.js';
import type { EvaluationSite, Session } from './site.js';

const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY;

/** The sessions that begin in the weeks of which `isTaken` says so; week 0 begins at minute 0. */
export function inWeeks(site: EvaluationSite, isTaken: (week: number) => boolean): EvaluationSite {
  const chargePoints = site.chargePoints.map((point) => ({
    ...point,
    sessions: point.sessions.filter((session) => isTaken(weekOf(session))),
  }));
  return { ...site, chargePoints };
}

/** Every `count`-th week, the last of each `count`: the first weeks of a recording are nearly empty. */
export function everyWeek(site: EvaluationSite, count: number): EvaluationSite {
  return count === 1 ? site : inWeeks(site, (week) => week % count === count - 1);
}

export interface Window {
  readonly firstWeek: number;
  readonly site: EvaluationSite;
  readonly demandWh: number;
}

/** The months in whole pieces of so many weeks, one after the other. */
export function windowsOf(site: EvaluationSite, weeks: number): readonly Window[] {
  const count = Math.floor(site.minutes / (weeks * MINUTES_PER_WEEK));
  return Array.from({ length: count }, (_, index) => {
    const firstWeek = index * weeks;
    const own = inWeeks(site, (week) => week >= firstWeek && week < firstWeek + weeks);
    return { firstWeek, site: own, demandWh: demandOf(own) };
  });
}

/** The one of middle demand; of two middle ones that with less. */
export function middleWindow(windows: readonly Window[]): Window | undefined {
  return [...windows].sort((a, b) => a.demandWh - b.demandWh)[Math.ceil(windows.length / 2) - 1];
}

export function demandOf({ chargePoints }: EvaluationSite): number {
  return chargePoints.flatMap(({ sessions }) => sessions).reduce((sumWh, { demandWh }) => sumWh + demandWh, 0);
}

function weekOf({ arriveMinute }: Session): number {
  return Math.floor(arriveMinute / MINUTES_PER_WEEK);
}
