/** The numbers of the lease protocol, with the relations between them. Source: docs/decisions/0003-ledger-and-leases.md. */
import { assert, failInvariant } from '../../base/assert.js';
import type { Ms } from '../../base/units.js';

/** How often a slave polls. */
export const HEARTBEAT_MS: Ms = 1000;
/** How long a slave waits after its lease before it may rise to its disconnected limit. */
export const HOLD_MS: Ms = 15_000;
/** Two clocks differ by at most this share. */
export const CLOCK_DRIFT = 0.01;
export const LEASE_MARGIN_MS: Ms = 50;
export const LEASE_MIN_MS: Ms = 6_000;
export const LEASE_MAX_MS: Ms = 60_000;
/** IEC 61851-1: a vehicle follows a lower limit within 5 s. */
export const SETTLE_MS: Ms = 5_000;
/** The same by the clock of the master, counted from what it heard: that clock may run ahead of the vehicle's. */
export const SETTLED_AFTER_MS: Ms = LEASE_MARGIN_MS + SETTLE_MS * (1 + CLOCK_DRIFT);
/** A charge point still obeys when it is measured this much above its limit: its meter is no better. */
export const MEASURING_TOLERANCE_A = 0.5;
/** A charge point disobeys when it is measured more than this above its limit (faults 18, 19). */
export const OVERDRAW_TOLERANCE_A = 1;
/** A slave that has been silent for this long is offline: three heartbeats and a half. */
export const OFFLINE_AFTER_MS: Ms = 3_500;

/** How long a grant may be in force, by the master's clock, counted from the receipt of the STATUS that it answers. */
export function leaseExpiryMs(leaseMs: Ms): Ms {
  if (!(leaseMs > 0 && leaseMs <= LEASE_MAX_MS)) failInvariant(`a lease of ${leaseMs} ms, not of 1 to ${LEASE_MAX_MS}`);
  return leaseMs * (1 + 2 * CLOCK_DRIFT) + LEASE_MARGIN_MS;
}

/**
 * A_max: how old an acknowledgement may be, counted from the sending of its grant. When it is older, the slave may be about
 * to rise to its disconnected limit. The last term is the time of the vehicles: the others are lowered so early that they also
 * draw less by then, those included that do not hear it and follow the end of their lease.
 */
export function acknowledgementMaxAgeMs(leaseMs: Ms): Ms {
  const maxAgeMs = HOLD_MS * (1 - CLOCK_DRIFT) - 3 * CLOCK_DRIFT * leaseMs - 2 * LEASE_MARGIN_MS - SETTLE_MS;
  if (!(maxAgeMs > 2 * OFFLINE_AFTER_MS && maxAgeMs < HOLD_MS)) {
    failInvariant(
      `an acknowledgement counts for ${maxAgeMs} ms: the hold of ${HOLD_MS} ms is too short for ${leaseMs} ms`,
    );
  }
  return maxAgeMs;
}

assert(
  LEASE_MIN_MS < LEASE_MAX_MS,
  `the shortest lease of ${LEASE_MIN_MS} ms is below the longest of ${LEASE_MAX_MS} ms`,
);
assert(OFFLINE_AFTER_MS > 3 * HEARTBEAT_MS, `three STATUS may be lost within ${OFFLINE_AFTER_MS} ms`);
assert(LEASE_MIN_MS > OFFLINE_AFTER_MS, `a lease of ${LEASE_MIN_MS} ms outlives ${OFFLINE_AFTER_MS} ms of silence`);
assert(HOLD_MS > 2 * SETTLE_MS, `within a hold of ${HOLD_MS} ms others are lowered, and their vehicles follow`);
assert(OVERDRAW_TOLERANCE_A > MEASURING_TOLERANCE_A, `${OVERDRAW_TOLERANCE_A} A too much is more than a meter's error`);
