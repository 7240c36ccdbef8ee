/** What the clocks of a time zone show, by the zone data of the runtime. No clock of its own: the time is an argument. */
import { failInvariant } from './assert.js';
import { MINUTES_PER_DAY, MS_PER_DAY, MS_PER_MINUTE } from './calendar.js';
import { nearest } from './nearest.js';
import type { Ms } from './units.js';

/** Farther from UTC is no zone: 12 h behind, 14 h ahead. With an hour to spare on both sides. */
const BEHIND_MAX_MS: Ms = 15 * 3_600_000;
const AHEAD_MAX_MS: Ms = 13 * 3_600_000;
/** A schedule asks for the days of a week or two around today. */
const DAYS_KEPT = 64;
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d))?$/;

/** How far the clocks are ahead of UTC around one day, before and after they are changed; `atMs`: never when they are not. */
interface Change {
  readonly beforeMs: Ms;
  readonly afterMs: Ms;
  readonly atMs: Ms;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The zone that was probably meant; its city alone will do: "Berlin". */
export function nearestTimeZone(word: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone');
  const cityOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1);
  const zone = nearest(word, zones);
  if (zone !== undefined) return zone;
  const city = nearest(cityOf(word), zones.map(cityOf));
  return zones.find((each) => cityOf(each) === city);
}

export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  readonly #changes = new Map<number, Change>();

  /** Of a known zone. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** The day that its clocks show. */
  dayOf(utcMs: Ms): number {
    return Math.floor(this.#shownMs(utcMs) / MS_PER_DAY);
  }

  /** The time of the day that its clocks show, in minutes. */
  minuteOf(utcMs: Ms): number {
    return Math.floor(this.#shownMs(utcMs) / MS_PER_MINUTE) - this.dayOf(utcMs) * MINUTES_PER_DAY;
  }

  /** When what begins at this time of the day begins: at its first showing, or when the clocks skip it. */
  beginMs(day: number, minute: number): Ms {
    const { beforeMs, afterMs, atMs } = this.#changeAround(day);
    const shownMs = day * MS_PER_DAY + minute * MS_PER_MINUTE;
    if (shownMs - beforeMs < atMs) return shownMs - beforeMs;
    return Math.max(atMs, shownMs - afterMs);
  }

  /** When what ends at this time of the day ends: the minute before it is not shown again. */
  endMs(day: number, minute: number): Ms {
    const { beforeMs, afterMs, atMs } = this.#changeAround(day);
    const shownMs = day * MS_PER_DAY + minute * MS_PER_MINUTE;
    if (shownMs - afterMs > atMs) return shownMs - afterMs;
    return Math.min(atMs, shownMs - beforeMs);
  }

  #shownMs(utcMs: Ms): Ms {
    const { beforeMs, afterMs, atMs } = this.#changeAround(Math.floor(utcMs / MS_PER_DAY));
    return utcMs + (utcMs < atMs ? beforeMs : afterMs);
  }

  #changeAround(day: number): Change {
    const known = this.#changes.get(day);
    if (known) return known;
    if (this.#changes.size >= DAYS_KEPT) this.#changes.clear();
    const change = this.#findChange(day * MS_PER_DAY - BEHIND_MAX_MS, (day + 1) * MS_PER_DAY + AHEAD_MAX_MS);
    this.#changes.set(day, change);
    return change;
  }

  /** Zones change their clocks months apart, on a whole minute. */
  #findChange(fromMs: Ms, toMs: Ms): Change {
    const beforeMs = this.#offsetMs(fromMs);
    const afterMs = this.#offsetMs(toMs);
    if (beforeMs === afterMs) return { beforeMs, afterMs, atMs: Number.POSITIVE_INFINITY };
    let [low, high] = [fromMs / MS_PER_MINUTE, toMs / MS_PER_MINUTE];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetMs(middle * MS_PER_MINUTE) === beforeMs) low = middle;
      else high = middle;
    }
    return { beforeMs, afterMs, atMs: high * MS_PER_MINUTE };
  }

  #offsetMs(utcMs: Ms): Ms {
    const text = this.#format.format(utcMs);
    const match = OFFSET.exec(text);
    if (!match) failInvariant(`expected an offset from UTC in ${text}`);
    const [, sign, hours, minutes] = match;
    const minutesAhead = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
    return (sign === '-' ? -minutesAhead : minutesAhead) * MS_PER_MINUTE;
  }
}

/** Each zone once, whatever asks for it: making one takes time and memory. */
export class TimeZones {
  readonly #zones = new Map<string, TimeZone>();

  named(name: string): TimeZone {
    const known = this.#zones.get(name);
    if (known) return known;
    const zone = new TimeZone(name);
    this.#zones.set(name, zone);
    return zone;
  }
}
