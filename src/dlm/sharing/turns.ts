/**
 * Turns in a shortage: who has current keeps it for the dwell time before it yields to an equal one, whatever the rule;
 * contactors and batteries dislike flapping, and a car that charges for a minute has gained nothing.
 */
import type { Ms } from '../../base/units.js';
import type { SlaveRecord } from '../group/slave-record.js';

/** From the first current that is offered to the first that is drawn a vehicle may take this long. */
const START_MAX_MS: Ms = 60_000;
/** Whoever took nothing of what was offered is served after all others for so long, then it is asked again. */
export const DECLINED_HOLD_MS: Ms = 3_600_000;
/** What is left unused for this long may go to others: the slowest vehicles take two minutes to start. */
export const UNUSED_MAX_MS: Ms = 180_000;

/** Ahead of everybody of its priority whose turn is over. */
const IN_TURN_S = -1e9;
/** Behind everybody of its priority, turn or not. */
const BEHIND_S = 4e9;

/** What the shortage rules go by. */
interface ServiceRank {
  readonly connectedAtS: number;
  readonly chargingS: number;
}

/** How often somebody was put behind the others of its priority. */
export type Behind = ReadonlyMap<SlaveRecord, number>;

/** Those in their turn first, else the order of the site: where the rule itself sees no difference, the order decides. */
export function inOrderOfTurns(
  records: readonly SlaveRecord[],
  behind: Behind,
  nowMs: Ms,
  dwellMs: Ms,
): readonly SlaveRecord[] {
  const placeOf = (record: SlaveRecord): number => behind.get(record) ?? (hasTurn(record, nowMs, dwellMs) ? -1 : 0);
  return [...records].sort((a, b) => placeOf(a) - placeOf(b));
}

export function serviceRank(record: SlaveRecord, behind: Behind, nowMs: Ms, dwellMs: Ms): ServiceRank {
  const { connectedAtMs, chargingMs } = record.vehicle;
  const turnS = (hasTurn(record, nowMs, dwellMs) ? IN_TURN_S : 0) + BEHIND_S * (behind.get(record) ?? 0);
  return {
    connectedAtS: turnS + connectedAtMs / 1000,
    // In whole dwell times: nobody yields for a second more or less.
    chargingS: turnS + (Math.floor(chargingMs / dwellMs) * dwellMs) / 1000,
  };
}

/**
 * A vehicle that does not charge now: the minimum stays open for it, where no other one needs it. Paused, it looks like one
 * that waits; what it did with the last offer tells them apart.
 */
export function isServedLast(record: SlaveRecord, nowMs: Ms): boolean {
  const { status, declinedAtMs, servedSinceMs } = record;
  if (status?.state === 'Preparing') return true;
  if (status?.state === 'Charging') return false;
  if (declinedAtMs !== undefined && nowMs - declinedAtMs < DECLINED_HOLD_MS) return true;
  return status?.state === 'SuspendedEV' && !(servedSinceMs !== undefined && nowMs - servedSinceMs < START_MAX_MS);
}

/** To be called before each division. */
export function noteOffer(record: SlaveRecord, nowMs: Ms): void {
  const { status, servedSinceMs } = record;
  if (status?.state === 'Charging') record.declinedAtMs = undefined;
  const isUnused = status?.state === 'SuspendedEV' && servedSinceMs !== undefined;
  record.unusedSinceMs = isUnused ? (record.unusedSinceMs ?? nowMs) : undefined;
  if (isUnused && nowMs - servedSinceMs >= START_MAX_MS) record.declinedAtMs = nowMs;
}

/** Now, for one that left nothing. */
export function askedAgainAtMs({ declinedAtMs }: SlaveRecord, nowMs: Ms): Ms {
  return declinedAtMs === undefined ? nowMs : declinedAtMs + DECLINED_HOLD_MS;
}

/** What it is offered, or would be, is of no use to it: it took nothing of it for a while, and is not being asked again just now. */
export function leavesUnused(record: SlaveRecord, nowMs: Ms): boolean {
  const { servedSinceMs, unusedSinceMs } = record;
  if (nowMs >= askedAgainAtMs(record, nowMs)) return false;
  return servedSinceMs === undefined || (unusedSinceMs !== undefined && nowMs - unusedSinceMs >= UNUSED_MAX_MS);
}

function hasTurn({ servedSinceMs }: SlaveRecord, nowMs: Ms, dwellMs: Ms): boolean {
  return servedSinceMs !== undefined && nowMs - servedSinceMs < dwellMs;
}
