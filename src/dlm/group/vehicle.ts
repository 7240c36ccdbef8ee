/** What the master knows of a vehicle: when it was plugged in, how long it charged, which phases it uses. */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { ChargePointState, Status } from '../../base/messages.js';
import { connectedMask, type PhaseCount, type PhaseMask } from '../../base/rotation.js';
import type { Ms } from '../../base/units.js';

/** The phases in use count after this time of charging. Some vehicles begin on one phase and add the others later. */
export const PHASES_SETTLED_AFTER_MS: Ms = 10_000;
/** A charge point whose last vehicle added phases later is watched for twice as long, but not longer than this. */
const PHASES_SETTLED_MAX_MS: Ms = 600_000;

/** States in which a vehicle is plugged in and may want current (OCPP 1.6). */
const WANTING: ReadonlySet<ChargePointState> = new Set(['Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE']);

/** True: a vehicle is plugged in and may want current. */
export function wantsCurrent(state: ChargePointState): boolean {
  return WANTING.has(state);
}

/** The vehicle that is there, by a name that no other one gets; `undefined`: none is there. */
export function sessionOf(status: Status | undefined): string | undefined {
  return status && wantsCurrent(status.state) ? `${status.bootId}/${status.sessionId}` : undefined;
}

export class VehicleTracker {
  /** A slave counts its sessions anew after each start. So the session id alone does not tell vehicles apart. */
  #bootId = '';
  #sessionId = 0;
  #connectedAtMs: Ms = 0;
  #chargingMs: Ms = 0;
  #lastHeardMs: Ms = 0;
  #wasCharging = false;
  #isFirst = true;
  #state: ChargePointState = 'Available';
  #stateSinceMs: Ms = 0;
  /** All that it used in this session, connector order; 0 before the first current. */
  #usedPhases: PhaseMask = 0;
  /** Those of the session before; 0: unknown. */
  #lastPhases: PhaseMask = 0;
  #settledAfterMs: Ms = PHASES_SETTLED_AFTER_MS;
  /** How long the vehicle had charged when it last added a phase. */
  #addedAfterMs: Ms = 0;
  /** The phases that a switch connects; `undefined` without one. */
  #switchedTo: PhaseMask | undefined;
  /** How long the vehicle had charged when it was switched last. */
  #switchedAfterMs: Ms = 0;

  /** Updates the vehicle by a STATUS. True: another vehicle is plugged in. Call for each fresh STATUS, in order of time. */
  applyStatus(status: Status, nowMs: Ms): boolean {
    if (!this.#isFirst && !(nowMs >= this.#lastHeardMs)) {
      failInvariant(
        `${status.chargePointId} is heard at ${nowMs} ms, before its last STATUS at ${this.#lastHeardMs} ms`,
      );
    }
    const isNew = status.bootId !== this.#bootId || status.sessionId !== this.#sessionId;
    if (isNew) {
      this.#bootId = status.bootId;
      this.#sessionId = status.sessionId;
      this.#connectedAtMs = nowMs;
      this.#forgetPhases();
      // The vehicle charges at the first STATUS that the master receives. So its phases have settled before.
      this.#chargingMs = this.#isFirst && status.state === 'Charging' ? PHASES_SETTLED_AFTER_MS : 0;
    } else if (this.#wasCharging) {
      this.#chargingMs += nowMs - this.#lastHeardMs;
    }
    this.#noteSwitch(status.switchedTo, isNew);
    this.#notePhases(status.usedPhases);
    if (this.#isFirst || status.state !== this.#state) this.#stateSinceMs = nowMs;
    this.#state = status.state;
    this.#isFirst = false;
    this.#wasCharging = status.state === 'Charging';
    this.#lastHeardMs = nowMs;
    if (!(this.#chargingMs >= 0 && this.#connectedAtMs <= nowMs)) {
      const times = `connected since ${this.#connectedAtMs} ms, charging for ${this.#chargingMs} ms`;
      failInvariant(`${status.chargePointId} at ${nowMs} ms: ${times}`);
    }
    return isNew;
  }

  #forgetPhases(): void {
    if (this.#usedPhases !== 0) this.#lastPhases = this.#usedPhases;
    this.#settledAfterMs = Math.min(PHASES_SETTLED_MAX_MS, Math.max(PHASES_SETTLED_AFTER_MS, 2 * this.#addedAfterMs));
    this.#usedPhases = 0;
    this.#addedAfterMs = 0;
  }

  /** On other phases the vehicle has to show anew which ones it uses. */
  #noteSwitch(switchedTo: PhaseMask | undefined, isNew: boolean): void {
    if (isNew) this.#switchedAfterMs = 0;
    if (switchedTo === this.#switchedTo) return;
    this.#switchedTo = switchedTo;
    if (isNew) return;
    this.#switchedAfterMs = this.#chargingMs;
    this.#usedPhases = 0;
  }

  #notePhases(usedPhases: PhaseMask): void {
    const isAdded = this.#usedPhases !== 0 && (usedPhases & ~this.#usedPhases) !== 0;
    if (isAdded) this.#addedAfterMs = Math.max(this.#addedAfterMs, this.#chargingMs);
    // One that it drops in mid-session, and takes again, is not added late.
    this.#usedPhases |= usedPhases;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#state = carrier.value('state', this.#state);
    this.#stateSinceMs = carrier.value('stateSinceMs', this.#stateSinceMs);
    this.#usedPhases = carrier.value('usedPhases', this.#usedPhases);
    this.#lastPhases = carrier.value('lastPhases', this.#lastPhases);
    this.#settledAfterMs = carrier.value('settledAfterMs', this.#settledAfterMs);
    this.#addedAfterMs = carrier.value('addedAfterMs', this.#addedAfterMs);
    this.#switchedTo = carrier.value('switchedTo', this.#switchedTo);
    this.#switchedAfterMs = carrier.value('switchedAfterMs', this.#switchedAfterMs);
    this.#bootId = carrier.value('bootId', this.#bootId);
    this.#sessionId = carrier.value('sessionId', this.#sessionId);
    this.#connectedAtMs = carrier.value('connectedAtMs', this.#connectedAtMs);
    this.#chargingMs = carrier.value('chargingMs', this.#chargingMs);
    this.#lastHeardMs = carrier.value('lastHeardMs', this.#lastHeardMs);
    this.#wasCharging = carrier.value('wasCharging', this.#wasCharging);
    this.#isFirst = carrier.value('isFirst', this.#isFirst);
  }

  /** When the master received the first STATUS of this session. */
  get connectedAtMs(): Ms {
    return this.#connectedAtMs;
  }

  /** How long the vehicle has charged, without its pauses. */
  get chargingMs(): Ms {
    return this.#chargingMs;
  }

  /** Since when the charge point says its present state. */
  get stateSinceMs(): Ms {
    return this.#stateSinceMs;
  }

  /** True once the vehicle has charged for long enough to show its phases. */
  get hasSettled(): boolean {
    return this.#usedPhases !== 0 && this.#isSettled;
  }

  get #isSettled(): boolean {
    return this.#chargingMs - this.#switchedAfterMs >= this.#settledAfterMs;
  }

  /** The phases that can carry current: those that its switch connects, else all. Connector order. */
  connected(phases: PhaseCount): PhaseMask {
    const all = connectedMask(phases);
    return all & (this.#switchedTo ?? all) || all;
  }

  /** The phases that a grant must cover, in connector order: all connected ones, until the phases in use have settled. */
  activePhases(status: Pick<Status, 'phases' | 'usedPhases'>): PhaseMask {
    const connected = this.connected(status.phases);
    const used = status.usedPhases & connected;
    return used !== 0 && this.#isSettled ? used : connected;
  }

  /**
   * The phases that the vehicle uses most likely, connector order: those of the session before, or L1, which every
   * vehicle uses. `undefined` once it showed others, and where that is all that is connected.
   */
  likelyPhases({ phases, usedPhases }: Pick<Status, 'phases' | 'usedPhases'>): PhaseMask | undefined {
    const connected = this.connected(phases);
    const last = this.#lastPhases & connected;
    const likely = last === 0 ? connectedMask(1) & connected || connected : last;
    if (likely === connected || this.hasSettled || (usedPhases & ~likely) !== 0) return undefined;
    return likely;
  }
}
