/** What holds at a charge point for all that the master knows: its last grant, or its own disconnected limit. */
import type { Ms } from '../../base/units.js';
import type { SlaveRecord } from './slave-record.js';

/** How long its last grant still holds; below 0: its lease is over. 0: it never had one. */
export function leaseLeftMs({ lastPoll, grants }: SlaveRecord, nowMs: Ms, leaseMs: Ms): Ms {
  return lastPoll && grants.last ? lastPoll.receivedAtMs + leaseMs - nowMs : 0;
}

/** True for a charge point that is silent, and has only its disconnected limit left. */
export function isLimitOver(record: SlaveRecord, nowMs: Ms, leaseMs: Ms): boolean {
  return !record.isOnline(nowMs) && leaseLeftMs(record, nowMs, leaseMs) <= 0;
}
