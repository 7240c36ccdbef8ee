/** How a charge point is served: its turn, its pause, and what became of the current that it was offered. */
import type { Carrier } from '../../base/carrier.js';
import type { LimitReason } from '../../base/reason.js';
import type { Ms } from '../../base/units.js';

/** An unused offer that went to others: nothing is offered until then. */
export interface Withdrawn {
  readonly untilMs: Ms;
  readonly reason: LimitReason;
}

/** Never changed in place: a decision gives back a new one, and the controller applies it. */
export interface Service {
  /** Since when it has a share without a pause; `undefined` while it has none. */
  readonly servedSinceMs: Ms | undefined;
  /** Paused for want of current until then, so that nothing flaps. */
  readonly pausedUntilMs: Ms;
  /** When it last left an offered current unused; `undefined` once it charges, and for a new vehicle. */
  readonly declinedAtMs: Ms | undefined;
  /** Since when it leaves unused what it is offered. */
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

/** Out: notes each field of `now`. In: what was noted. */
export function carriedService(carrier: Carrier, now: Service): Service {
  return {
    pausedUntilMs: carrier.value('pausedUntilMs', now.pausedUntilMs),
    servedSinceMs: carrier.value('servedSinceMs', now.servedSinceMs),
    declinedAtMs: carrier.value('declinedAtMs', now.declinedAtMs),
    unusedSinceMs: carrier.value('unusedSinceMs', now.unusedSinceMs),
    withdrawn: carrier.value('withdrawn', now.withdrawn),
  };
}
