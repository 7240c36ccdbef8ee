/** What the master knows of the vehicle at a charge point: since when it is there, how long it charged, which phases it loads. */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { ChargePointState, Status } from '../../base/messages.js';
import { connectedMask, type PhaseMask } from '../../base/rotation.js';
import type { Ms } from '../../base/units.js';

/** The phases in use are believed after the vehicle has charged this long: some start on one and add the others. */
export const PHASES_SETTLED_AFTER_MS: Ms = 10_000;

/** States in which a vehicle is there and may want current (OCPP 1.6). */
const WANTING: ReadonlySet<ChargePointState> = new Set(['Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE']);

export function wantsCurrent(state: ChargePointState): boolean {
  return WANTING.has(state);
}

export class VehicleTracker {
  /** Sessions are counted anew after a restart of the slave. */
  #bootId = '';
  #sessionId = 0;
  #connectedAtMs: Ms = 0;
  #chargingMs: Ms = 0;
  #lastHeardMs: Ms = 0;
  #wasCharging = false;
  #isFirst = true;

  /** Takes in a STATUS. True when another vehicle is there than before. */
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
      // Heard for the first time while it charges: its phases have shown themselves to the master before.
      this.#chargingMs = this.#isFirst && status.state === 'Charging' ? PHASES_SETTLED_AFTER_MS : 0;
    } else if (this.#wasCharging) {
      this.#chargingMs += nowMs - this.#lastHeardMs;
    }
    this.#isFirst = false;
    this.#wasCharging = status.state === 'Charging';
    this.#lastHeardMs = nowMs;
    if (!(this.#chargingMs >= 0 && this.#connectedAtMs <= nowMs)) {
      const times = `connected since ${this.#connectedAtMs} ms, charging for ${this.#chargingMs} ms`;
      failInvariant(`${status.chargePointId} at ${nowMs} ms: ${times}`);
    }
    return isNew;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#bootId = carrier.value('bootId', this.#bootId);
    this.#sessionId = carrier.value('sessionId', this.#sessionId);
    this.#connectedAtMs = carrier.value('connectedAtMs', this.#connectedAtMs);
    this.#chargingMs = carrier.value('chargingMs', this.#chargingMs);
    this.#lastHeardMs = carrier.value('lastHeardMs', this.#lastHeardMs);
    this.#wasCharging = carrier.value('wasCharging', this.#wasCharging);
    this.#isFirst = carrier.value('isFirst', this.#isFirst);
  }

  get connectedAtMs(): Ms {
    return this.#connectedAtMs;
  }

  get chargingMs(): Ms {
    return this.#chargingMs;
  }

  /** Connector order: all that are connected, until the vehicle has shown which ones it uses. */
  activePhases(status: Pick<Status, 'phases' | 'usedPhases'>): PhaseMask {
    const connected = connectedMask(status.phases);
    const used = status.usedPhases & connected;
    return used !== 0 && this.#chargingMs >= PHASES_SETTLED_AFTER_MS ? used : connected;
  }
}
