/** How a charge point is served: its turn, its pause, its declined or withdrawn offers, and what its vehicle needs. */
import type { Carrier } from '../../base/carrier.js';
import type { LimitReason } from '../../base/reason.js';
import type { Ms } from '../../base/units.js';
import { type Appetite, UNKNOWN_APPETITE } from './appetite.js';
import { ALWAYS_CALM, type Calm } from './calm.js';
import { type Leftover, NO_LEFTOVER } from './leftover.js';
import type { OnSurplus } from './on-surplus.js';
import { forNextVehicle as switchingForNext, NO_SWITCHING, type Switching } from './switching.js';

/** A withdrawn offer. The charge point gets no new offer until `untilMs`. */
export interface Withdrawn {
  readonly fromMs: Ms;
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
  readonly appetite: Appetite;
  readonly leftover: Leftover;
  readonly calm: Calm;
  readonly switching: Switching;
  /** Since when it waits for others in a shortage, without a whole turn in between. */
  readonly waitsSinceMs: Ms | undefined;
  /** When an unseen vehicle was let go before its turn, to see which phases it uses; Infinity: soon. Once in a session. */
  readonly lookedAtMs: Ms | undefined;
  /** Of a vehicle that charges on surplus alone; `undefined`: not yet looked at. */
  readonly onSurplus: OnSurplus | undefined;
}

export const NOT_YET_SERVED: Service = {
  servedSinceMs: undefined,
  pausedUntilMs: Number.NEGATIVE_INFINITY,
  declinedAtMs: undefined,
  unusedSinceMs: undefined,
  withdrawn: undefined,
  appetite: UNKNOWN_APPETITE,
  leftover: NO_LEFTOVER,
  calm: ALWAYS_CALM,
  switching: NO_SWITCHING,
  waitsSinceMs: undefined,
  lookedAtMs: undefined,
  onSurplus: undefined,
};

/** What stays when another vehicle is plugged in: its turn and its pause. */
export function forNextVehicle(service: Service): Service {
  const { servedSinceMs, pausedUntilMs, calm } = service;
  const switching = switchingForNext(service.switching);
  return { ...NOT_YET_SERVED, servedSinceMs, pausedUntilMs, calm: { ...calm, stopsMs: [] }, switching };
}

/** Writing: records each field of `now`. Reading: the recorded service. */
export function carriedService(carrier: Carrier, now: Service): Service {
  return {
    pausedUntilMs: carrier.value('pausedUntilMs', now.pausedUntilMs),
    servedSinceMs: carrier.value('servedSinceMs', now.servedSinceMs),
    declinedAtMs: carrier.value('declinedAtMs', now.declinedAtMs),
    unusedSinceMs: carrier.value('unusedSinceMs', now.unusedSinceMs),
    withdrawn: carrier.value('withdrawn', now.withdrawn),
    appetite: carrier.value('appetite', now.appetite),
    leftover: carrier.value('leftover', now.leftover),
    calm: carrier.value('calm', now.calm),
    switching: carrier.value('switching', now.switching),
    waitsSinceMs: carrier.value('waitsSinceMs', now.waitsSinceMs),
    lookedAtMs: carrier.value('lookedAtMs', now.lookedAtMs),
    onSurplus: carrier.value('onSurplus', now.onSurplus),
  };
}
