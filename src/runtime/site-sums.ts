/** The sums over all charge points: how many are free, what they draw together, and whether the site holds vehicles back. */
import type { LimitReason } from '../base/reason.js';
import { type Amps, PHASES, type Ms } from '../base/units.js';
import type { SlaveRecord } from '../dlm/group/slave-record.js';
import { wantsCurrent } from '../dlm/group/vehicle.js';
import type { SiteSums } from '../ports/status-sink.js';

/** A vehicle that draws all but this of its limit would take more. */
const DRAWS_ALL_A: Amps = 1;

/** Reasons of the site. All others are of the charge point, its vehicle or the datagrams. */
const OF_THE_SITE: ReadonlySet<LimitReason['kind']> = new Set([
  'circuit',
  'power',
  'imbalance',
  'shortage',
  'step',
  'unsteady',
  'fallbackUnsafe',
] as const);

export function siteSums(records: readonly SlaveRecord[], nowMs: Ms): SiteSums {
  const uses = records.map((record) => useOf(record, nowMs));
  const count = (use: Use): number => uses.filter((each) => each === use).length;
  const currentA: [Amps, Amps, Amps] = [0, 0, 0];
  for (const record of records) {
    const drawnA = record.currentA(nowMs);
    for (const p of PHASES) currentA[p] += drawnA[p];
  }
  return {
    free: count('free'),
    occupied: count('occupied') + count('outOfService'),
    charging: count('charging'),
    outOfService: count('outOfService'),
    powerW: records.reduce((sumW, record) => sumW + record.powerW(nowMs), 0),
    currentA,
    limiting: records.some((record) => isHeldBack(record, nowMs)),
  };
}

type Use = 'free' | 'occupied' | 'outOfService' | 'charging';

/** `outOfService`: no vehicle can be charged there now, whether one is plugged in or not. */
function useOf(record: SlaveRecord, nowMs: Ms): Use {
  const state = record.isOnline(nowMs) ? record.status?.state : undefined;
  if (state === 'Charging') return 'charging';
  if (state === 'Available') return 'free';
  return state === undefined || state === 'Faulted' || state === 'Unavailable' ? 'outOfService' : 'occupied';
}

/** True: its vehicle would take more than the site has for it. */
function isHeldBack(record: SlaveRecord, nowMs: Ms): boolean {
  const { status, reason, grantedA } = record;
  if (!status || !record.isOnline(nowMs) || !wantsCurrent(status.state) || !OF_THE_SITE.has(reason.kind)) return false;
  if (grantedA === 0) return status.state !== 'SuspendedEV';
  return Math.max(...status.currentA) >= grantedA - DRAWS_ALL_A;
}
