/**
 * Turns in a shortage: who has current keeps it for the dwell time before it yields to an equal one, whatever the rule;
 * contactors and batteries dislike flapping, and a car that charges for a minute has gained nothing.
 */
import type { Ms } from '../base/units.js';
import type { SlaveRecord } from './slave-record.js';

/** Ahead of everybody of its priority whose turn is over. */
const IN_TURN_S = -1e9;

/** What the shortage rules go by. */
interface ServiceRank {
  readonly connectedAtS: number;
  readonly chargingS: number;
}

/** Those in their turn first, else the order of the site: where the rule itself sees no difference, the order decides. */
export function inOrderOfTurns(records: readonly SlaveRecord[], nowMs: Ms, dwellMs: Ms): readonly SlaveRecord[] {
  const isInTurn = (record: SlaveRecord): boolean => hasTurn(record, nowMs, dwellMs);
  return [...records.filter(isInTurn), ...records.filter((record) => !isInTurn(record))];
}

export function serviceRank(record: SlaveRecord, nowMs: Ms, dwellMs: Ms): ServiceRank {
  const { connectedAtMs, chargingMs } = record.vehicle;
  const aheadS = hasTurn(record, nowMs, dwellMs) ? IN_TURN_S : 0;
  return {
    connectedAtS: aheadS + connectedAtMs / 1000,
    // In whole dwell times: nobody yields for a second more or less.
    chargingS: aheadS + (Math.floor(chargingMs / dwellMs) * dwellMs) / 1000,
  };
}

function hasTurn({ servedSinceMs }: SlaveRecord, nowMs: Ms, dwellMs: Ms): boolean {
  return servedSinceMs !== undefined && nowMs - servedSinceMs < dwellMs;
}
