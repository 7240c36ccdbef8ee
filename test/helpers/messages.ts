/**
 * One builder for each datagram, and for the facts of a slave: whole and healthy, and a test names only what matters to it. A new field of a datagram
 * is added here; only the samples of the codec (test/discovery/samples.ts) name every field once more.
 */
import type { Beacon, BootId, Grant, Status } from '../../src/base/messages.js';
import { NO_AMPS } from '../../src/base/units.js';
import type { SlaveFacts } from '../../src/dlm/leases/slave.js';

/** The boot id of the nth start of a charge point or master. */
export function bootIdOf(id: string, start = 1): BootId {
  const text = `${id}-${start}`;
  return [...text]
    .map((char) => char.charCodeAt(0).toString(16))
    .join('')
    .padEnd(16, '0')
    .slice(0, 16);
}

/** Of a charge point with three phases and a vehicle, which has accepted no grant yet. */
export function statusOf(chargePointId: string, facts: Partial<Status> = {}): Status {
  return {
    type: 'status',
    networkId: 0,
    chargePointId,
    bootId: bootIdOf(chargePointId),
    tauMs: 0,
    accepted: { masterId: '', epoch: 0, seq: 0 },
    enforcedA: 0,
    enforcedPhases: 0b111,
    leaseLeftMs: 0,
    disconnectedLimitA: 6,
    maxA: 32,
    minA: 6,
    state: 'Charging',
    currentA: NO_AMPS,
    phases: 3,
    rotation: 'RST',
    usedPhases: 0,
    sessionId: 1,
    firmware: 'test',
    ...facts,
  };
}

/** Of an active master in its first epoch. */
export function beaconOf(masterId: string, facts: Partial<Beacon> = {}): Beacon {
  return {
    type: 'beacon',
    networkId: 0,
    masterId,
    bootId: bootIdOf(masterId),
    rank: 0,
    epoch: 1,
    active: true,
    ...facts,
  };
}

/** The first grant of a master, for three phases. */
export function grantOf(chargePointId: string, facts: Partial<Grant> = {}): Grant {
  const { masterId = 'master' } = facts;
  return {
    type: 'grant',
    networkId: 0,
    masterId,
    masterBootId: bootIdOf(masterId),
    chargePointId,
    bootId: bootIdOf(chargePointId),
    tauMs: 0,
    epoch: 1,
    seq: 1,
    limitA: 16,
    leaseMs: 15_000,
    phases: 0b111,
    ...facts,
  };
}

/** What a slave knows of itself when it starts. */
export function slaveFactsOf(chargePointId: string, facts: Partial<SlaveFacts> = {}): SlaveFacts {
  return {
    networkId: 0,
    chargePointId,
    bootId: bootIdOf(chargePointId),
    maxA: 32,
    minA: 6,
    disconnectedLimitA: 6,
    phases: 3,
    rotation: 'RST',
    firmware: 'test',
    leaseMs: 15_000,
    ...facts,
  };
}
