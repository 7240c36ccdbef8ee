/** The recorded days beside the project, or generated ones where they are not there. Nothing of them is copied. */
import { existsSync, readFileSync } from 'node:fs';
import type { Result } from '../src/base/result.js';
import { generateDay } from '../src/sim/day/generate-profile.js';
import { type DayProfile, parseProfile } from '../src/sim/day/profile.js';
import { GENERATED_GARAGES, generateSessions } from './generated.js';
import { parseSessions, type RecordedSession } from './sessions.js';

export interface EvaluationData {
  readonly isRecorded: boolean;
  readonly sessions: readonly RecordedSession[];
  readonly household: DayProfile;
}

const SESSIONS = 'trondheim-sessions.csv';
const LOAD = 'building-load-1min.csv';

/** As many as the recording has. */
const GENERATED_DAYS = 407;

/** `folder` may be missing. Throws an error that names file and line where a recorded file cannot be read. */
export function evaluationData(folder: URL, seed: number): EvaluationData {
  const [sessionsUrl, loadUrl] = [new URL(SESSIONS, folder), new URL(LOAD, folder)];
  if (existsSync(sessionsUrl) && existsSync(loadUrl)) {
    const sessions = parsed(SESSIONS, parseSessions(readFileSync(sessionsUrl, 'utf8')));
    const household = parsed(LOAD, parseProfile(readFileSync(loadUrl, 'utf8')));
    return { isRecorded: true, sessions, household };
  }
  const sessions = generateSessions(GENERATED_GARAGES, GENERATED_DAYS, seed);
  return { isRecorded: false, sessions, household: generateDay(seed).loadW };
}

function parsed<T>(file: string, result: Result<T>): T {
  if (!result.ok) throw new Error(`${file}: ${result.error}`);
  return result.value;
}
