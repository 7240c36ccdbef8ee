/**
 * Why a vehicle takes nothing, and when it is woken up. One that stopped by itself is full, or cools: it is left alone. One that
 * was paused may sleep, and notice no later offer. Example, with a limit of 10 A, then 0 A, then 10 A:
 *
 *     12:00:00  limit 10 A, draws 10 A
 *     12:15:00  limit 0 A, draws 10 A   it has 5 s to follow
 *     12:15:02  limit 0 A, draws 0 A    it drew 10 A until now, more than its limit: it was paused
 *     12:30:00  limit 10 A, draws 0 A   its offer stands
 *     12:30:30  limit 10 A, draws 0 A   the first wake-up is due, 60 s after it the next one, and 60 s after that the last one
 *
 * All is taken from STATUS, so that a standby knows it too. The slave counts the wake-ups.
 */
import type { Carrier } from '../../base/carrier.js';
import type { BootId, Status } from '../../base/messages.js';
import type { Amps, Ms } from '../../base/units.js';
import { PHASE_IN_USE_A } from '../leases/slave.js';
import type { RememberedSession } from './session.js';

/** Wake-ups for one rest of a vehicle. */
export const WAKE_UPS_MAX = 3;
/** Most vehicles take their first current within this time. Those that do not are no slower for being woken up. */
const OFFERED_MS: Ms = 30_000;
const APART_MS: Ms = 60_000;
/** A vehicle that drew this much above its limit before it stopped did not stop by itself. */
const ABOVE_A: Amps = 0.5;

/** `lowered`: its limit fell below what it drew, but not below the minimum. Some vehicles need more than that. */
export const REST_CAUSES = ['paused', 'lowered', 'byItself'] as const;
export type RestCause = (typeof REST_CAUSES)[number];

export class RestWatch {
  #bootId: BootId = '';
  #sessionId = 0;
  /** `undefined`: it draws current, has drawn none yet, or nobody knows why it does not. */
  #cause: RestCause | undefined;
  /** What it drew by the last STATUS; 0: nothing. */
  #drewA: Amps = 0;
  /** Since when its offer stands, while it takes nothing; `undefined` while it has none. */
  #offeredSinceMs: Ms | undefined;
  #wakeUps = 0;
  #wokenAtMs: Ms = Number.NEGATIVE_INFINITY;

  carry(carrier: Carrier): void {
    this.#bootId = carrier.value('bootId', this.#bootId);
    this.#sessionId = carrier.value('sessionId', this.#sessionId);
    this.#cause = carrier.value('cause', this.#cause);
    this.#drewA = carrier.value('drewA', this.#drewA);
    this.#offeredSinceMs = carrier.value('offeredSinceMs', this.#offeredSinceMs);
    this.#wakeUps = carrier.value('wakeUps', this.#wakeUps);
    this.#wokenAtMs = carrier.value('wokenAtMs', this.#wokenAtMs);
  }

  /** Call before the first STATUS, with what the state file has of the session that may go on. */
  expect({ bootId, sessionId, isCharging }: RememberedSession, cause: RestCause | undefined): void {
    this.#bootId = bootId;
    this.#sessionId = sessionId;
    this.#cause = cause;
    // How much is not known any more: the least that counts.
    this.#drewA = isCharging ? PHASE_IN_USE_A : 0;
  }

  get cause(): RestCause | undefined {
    return this.#cause;
  }

  /** Call for each fresh STATUS, in order of time. */
  applyStatus(status: Status, nowMs: Ms): void {
    if (status.bootId !== this.#bootId || status.sessionId !== this.#sessionId) this.#forget(status);
    const drawnA = Math.max(status.currentA[0], status.currentA[1], status.currentA[2]);
    const isDrawing = drawnA > PHASE_IN_USE_A;
    const isOffered = status.enforcedA >= status.minA;
    this.#cause = isDrawing ? undefined : this.#causeNow(status, isOffered);
    this.#drewA = isDrawing ? drawnA : 0;
    this.#offeredSinceMs = isOffered && !isDrawing ? (this.#offeredSinceMs ?? nowMs) : undefined;
    const { wakeUps = 0 } = status;
    if (wakeUps > this.#wakeUps) this.#wokenAtMs = nowMs;
    this.#wakeUps = wakeUps;
  }

  #forget({ bootId, sessionId }: Status): void {
    this.#bootId = bootId;
    this.#sessionId = sessionId;
    this.#cause = undefined;
    this.#drewA = 0;
    this.#offeredSinceMs = undefined;
  }

  #causeNow({ enforcedA }: Status, isOffered: boolean): RestCause | undefined {
    if (this.#cause === 'lowered' && !isOffered) return 'paused';
    if (this.#drewA === 0) return this.#cause;
    if (this.#drewA <= enforcedA + ABOVE_A) return 'byItself';
    return isOffered ? 'lowered' : 'paused';
  }

  /** True while a vehicle that may sleep has wake-ups left, or its last one was a moment ago. Its charge point can wake it. */
  isBeingWoken({ state, wakeUps }: Status, nowMs: Ms): boolean {
    if (this.#cause !== 'paused' || state !== 'SuspendedEV' || wakeUps === undefined) return false;
    return wakeUps < WAKE_UPS_MAX || nowMs - this.#wokenAtMs < APART_MS;
  }

  /** The number of the wake-up that is due now; `undefined`: none is. */
  dueWakeUp(status: Status, nowMs: Ms): number | undefined {
    if (!this.isBeingWoken(status, nowMs) || this.#offeredSinceMs === undefined) return undefined;
    const isDue = nowMs - this.#offeredSinceMs >= OFFERED_MS && nowMs - this.#wokenAtMs >= APART_MS;
    return isDue ? (status.wakeUps ?? 0) + 1 : undefined;
  }
}
