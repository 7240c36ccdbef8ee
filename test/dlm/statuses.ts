/** STATUS messages for tests: a healthy three-phase charge point with a vehicle; each test names what matters to it. */
import type { Status } from '../../src/base/messages.js';
import { NO_AMPS } from '../../src/base/units.js';

/** The boot id of the nth start of a charge point. */
export function bootIdOf(chargePointId: string, start = 1): string {
  const text = `${chargePointId}-${start}`;
  return [...text]
    .map((char) => char.charCodeAt(0).toString(16))
    .join('')
    .padEnd(16, '0')
    .slice(0, 16);
}

export function status(chargePointId: string, facts: Partial<Status> = {}): Status {
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
