/** The real day behind virtual meters and slaves: recorded data where a folder with it is given, else generated. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../base/error-text.js';
import type { Result } from '../base/result.js';
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import { generatedSessions, recordedSessions, type VehicleSession } from '../sim/day/arrivals.js';
import { parseVisits } from '../sim/day/visits.js';
import { type Building, type DayProfile, parseProfile } from '../sim/day/profile.js';
import { generateDay } from '../sim/day/generate-profile.js';
import type { TimeLapse } from '../sim/day/time-lapse.js';

const GARAGE = 'Bl2';

export interface DayOptions {
  readonly seed: number;
  /** Folder with building-load-1min.csv, pv-production-1min.csv and trondheim-sessions.csv; absent: generated. */
  readonly data: string | undefined;
  readonly loadFactor: number;
  readonly pvFactor: number;
}

export function building({ seed, data, loadFactor, pvFactor }: DayOptions): Building {
  const generated = generateDay(seed);
  const loadW = data === undefined ? generated.loadW : profileFrom(join(data, 'building-load-1min.csv'));
  const pvW = data === undefined ? generated.pvW : profileFrom(join(data, 'pv-production-1min.csv'));
  return { loadW, loadFactor, pvW, pvFactor };
}

function profileFrom(file: string): DayProfile {
  return valueFrom(file, parseProfile(read(file)));
}

export function sessions(chargePoints: number, { seed, data }: DayOptions): readonly VehicleSession[] {
  if (data === undefined) return generatedSessions({ chargePoints, seed });
  const file = join(data, 'trondheim-sessions.csv');
  return recordedSessions(valueFrom(file, parseVisits(read(file), GARAGE)), { chargePoints, seed });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ExitError(EXIT.usage, `${file}: ${errorText(error)}`);
  }
}

function valueFrom<T>(file: string, parsed: Result<T>): T {
  if (parsed.ok) return parsed.value;
  throw new ExitError(EXIT.usage, `${file}: ${parsed.error}`);
}

/** "16:30" -> 990. Throws an `ExitError`. */
export function minuteOf(text: string): number {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined) throw new ExitError(EXIT.usage, `--start: expected a time of day like 16:30, got "${text}"`);
  return Number(hours) * 60 + Number(minutes);
}

export function timeLapse(start: string, factor: number): TimeLapse {
  return { startMinute: minuteOf(start), factor };
}
