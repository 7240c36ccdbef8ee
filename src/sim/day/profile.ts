/** A day of a building: its load and its PV production minute by minute, and the currents that follow from them. */
import { defined } from '../../base/assert.js';
import { ok, fail, type Result } from '../../base/result.js';
import { mapPhases, type PerPhase, type PhaseAmps, type Volts, type Watts } from '../../base/units.js';
import { csvRows, decimal, fieldError } from './csv.js';

export const MINUTES_PER_DAY = 1440;

const NOMINAL_VOLTAGE_V: Volts = 230;

/** How the building's load lies on L1, L2, L3: uneven, as single-phase consumers leave it. The sum is 1. */
const PHASE_SHARE: PerPhase<number> = [0.42, 0.33, 0.25];

/** Each phase sees the day this many minutes later, so that the phases do not rise and fall together. */
const PHASE_DELAY_MIN: PerPhase<number> = [0, 13, 29];

/** One value for each minute of a day, 1440 in all. */
export type DayProfile = readonly Watts[];

export interface Building {
  /** One household. */
  readonly loadW: DayProfile;
  /** How many such households the building is; fractions allowed. */
  readonly loadFactor: number;
  /** One PV plant. */
  readonly pvW: DayProfile;
  /** How many such plants; 0 = no PV. */
  readonly pvFactor: number;
}

/** Reads `minute,power_w` with one line for each minute, in order. The error names the line. */
export function parseProfile(csv: string): Result<DayProfile> {
  const rows = csvRows(csv, ['minute', 'power_w']);
  if (!rows.ok) return rows;
  const profile: Watts[] = [];
  for (const row of rows.value) {
    const [minute = '', power = ''] = row.fields;
    if (profile.length === MINUTES_PER_DAY) return fieldError(row, 'minute', 'the end of the day', minute);
    if (minute !== `${profile.length}`) return fieldError(row, 'minute', `${profile.length}`, minute);
    const powerW = decimal(power);
    if (powerW === undefined) return fieldError(row, 'power_w', 'a number of watts', power);
    profile.push(powerW);
  }
  if (profile.length < MINUTES_PER_DAY) {
    return fail(`expected ${MINUTES_PER_DAY} minutes, the last one found is ${profile.length - 1}`);
  }
  return ok(profile);
}

/** The value in force at a minute, which may be a fraction or lie in a day before or after. */
function at(profile: DayProfile, minute: number): Watts {
  const index = ((Math.floor(minute) % MINUTES_PER_DAY) + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  return defined(profile[index], `minute ${index} of the day`);
}

/** What the building takes without the charge points: grid order, signed (feed-in is negative), at 230 V. */
export function buildingCurrentA(building: Building, minute: number): PhaseAmps {
  const { loadW, loadFactor, pvW, pvFactor } = building;
  const pvPerPhaseW = (at(pvW, minute) * pvFactor) / 3;
  return mapPhases((phase) => {
    const phaseLoadW = at(loadW, minute - PHASE_DELAY_MIN[phase]) * loadFactor * PHASE_SHARE[phase];
    return (phaseLoadW - pvPerPhaseW) / NOMINAL_VOLTAGE_V;
  });
}
