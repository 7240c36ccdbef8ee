/** How a charge point is served: its turn, its pause, and its declined or withdrawn offers. */
import type { Carrier } from '../../base/carrier.js';
import type { LimitReason } from '../../base/reason.js';
import type { Ms } from '../../base/units.js';

/** A withdrawn offer. The charge point gets no new offer until `untilMs`. */
export interface Withdrawn {
  readonly untilMs: Ms;
  readonly reason: LimitReason;
}

/** Immutable. A decision gives a new object, and the controller applies it. */
export interface Service {
  /** Since when the charge point has a share without a pause; `undefined` while it has none. */
  readonly servedSinceMs: Ms | undefined;
  /** The charge point stays paused until then, because current was short. So limits do not flap. */
  readonly pausedUntilMs: Ms;
  /** When the vehicle last declined an offer; `undefined` once it charges, and for a new vehicle. */
  readonly declinedAtMs: Ms | undefined;
  /** Since when the vehicle takes nothing of its offer; `undefined` while it takes some, or has no offer. */
  readonly unusedSinceMs: Ms | undefined;
  readonly withdrawn: Withdrawn | undefined;
}

export const NOT_YET_SERVED: Service = {
  servedSinceMs: undefined,
  pausedUntilMs: Number.NEGATIVE_INFINITY,
  declinedAtMs: undefined,
  unusedSinceMs: undefined,
  withdrawn: undefined,
};

/** Writing: records each field of `now`. Reading: the recorded service. */
export function carriedService(carrier: Carrier, now: Service): Service {
  return {
    pausedUntilMs: carrier.value('pausedUntilMs', now.pausedUntilMs),
    servedSinceMs: carrier.value('servedSinceMs', now.servedSinceMs),
    declinedAtMs: carrier.value('declinedAtMs', now.declinedAtMs),
    unusedSinceMs: carrier.value('unusedSinceMs', now.unusedSinceMs),
    withdrawn: carrier.value('withdrawn', now.withdrawn),
  };
}
