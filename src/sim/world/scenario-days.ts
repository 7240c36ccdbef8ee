/** The days of a scenario file: recorded ones from files beside it, generated ones for what it names no file. */
import { ok, type Result } from '../../base/result.js';
import type { Finding, Path } from '../../config/issue.js';
import type { Draft } from '../../config/shape.js';
import { generateDay } from '../../sim/day/generate-profile.js';
import { type DayProfile, parseProfile } from '../../sim/day/profile.js';
import type { DayPlan } from './scenario.js';
import type { DayEntry } from './scenario-schema.js';

const MINUTES_PER_HOUR = 60;
/** The same day for everybody: what differs between runs is for the seed of the run. */
const DAY_SEED = 1;
const FILES = ['loadFile', 'pvFile'] as const;

type ReadFile = (name: string) => Result<string>;

/** A file that cannot be read, or is no day. */
export function dayFileFindings({ path, value }: Draft<DayEntry>, readFile: ReadFile): readonly Finding[] {
  return FILES.flatMap((key) => {
    const name = value[key];
    if (typeof name !== 'string') return [];
    const day = profileOf(name, readFile);
    const at: Path = [...path, key];
    return day.ok
      ? []
      : [{ path: at, expected: 'a file with minute,power_w for each minute of a day', got: day.error }];
  });
}

function profileOf(name: string, readFile: ReadFile): Result<DayProfile> {
  const text = readFile(name);
  return text.ok ? parseProfile(text.value) : text;
}

/** Only of entries without findings. */
export function dayPlanOf(entry: DayEntry, readFile: ReadFile): DayPlan {
  const generated = generateDay(DAY_SEED);
  const or = (name: string | undefined, otherwise: DayProfile): DayProfile => {
    const read = name === undefined ? ok(otherwise) : profileOf(name, readFile);
    return read.ok ? read.value : otherwise;
  };
  const [hour = 0, minute = 0] = entry.start.split(':').map(Number);
  return {
    circuit: entry.circuit,
    startMinute: hour * MINUTES_PER_HOUR + minute,
    building: {
      loadW: or(entry.loadFile, generated.loadW),
      loadFactor: entry.households,
      pvW: or(entry.pvFile, generated.pvW),
      pvFactor: entry.plants,
    },
  };
}
