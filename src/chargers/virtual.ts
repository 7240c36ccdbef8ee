/** A charge point without hardware, with a virtual vehicle behind it: for simulations, demonstrations and first steps. */
import { assert } from '../base/assert.js';
import type { ChargePointState } from '../base/messages.js';
import type { PhaseCount } from '../base/rotation.js';
import { type Amps, type Ms, mapPhases, NO_AMPS, PILOT_MIN_A, type PhaseAmps } from '../base/units.js';
import type { ChargerPort, ChargerSnapshot } from '../ports/charger-port.js';
import { Vehicle, type VehicleSpec } from './vehicle.js';

/** As other chargers do it. */
const INTERRUPTION_MS: Ms = 4_000;

export interface VirtualChargerOptions {
  /** Phases of the connector. */
  readonly phases: PhaseCount;
  /** Time lapse of the battery alone: 60 moves in one second the energy of a minute; reaction times stay real. */
  readonly energyScale: number;
}

/**
 * States, in the sense of OCPP 1.6: Available without vehicle; Charging while current flows; Preparing from plug-in until the
 * vehicle has reacted for the first time. Then SuspendedEV while current is offered and the vehicle takes none, whatever its
 * reason (full, a minimum of its own, or not yet awake), and SuspendedEVSE while nothing is offered: less than 6 A is no offer
 * (IEC 61851-1). Finishing is never entered: unplugging frees the charge point at once.
 */
export class VirtualCharger implements ChargerPort {
  readonly reactionMs: Ms = 0;
  readonly #options: VirtualChargerOptions;
  #limitA: Amps = 0;
  #sessionId = 0;
  #vehicle: Vehicle | undefined;
  #lastSessionWh = 0;
  /** What was shown last: given out again as long as nothing changes. */
  #shown: ChargerSnapshot = { state: 'Available', sessionId: 0, currentA: NO_AMPS };

  constructor(options: VirtualChargerOptions) {
    assert(options.energyScale > 0, `energyScale: expected more than 0, got ${options.energyScale}`);
    this.#options = options;
  }

  plugIn(spec: VehicleSpec, nowMs: Ms): void {
    assert(!this.#vehicle, 'a vehicle is plugged in already');
    const { phases, energyScale } = this.#options;
    this.#vehicle = new Vehicle(spec, { connectorPhases: phases, energyScale, limitA: this.#limitA, nowMs });
    this.#sessionId += 1;
  }

  /** Pulled at any moment, under current too; harmless without a vehicle. */
  unplug(nowMs: Ms): void {
    this.#lastSessionWh = this.sessionEnergyWh(nowMs);
    this.#vehicle = undefined;
  }

  setLimit(limitA: Amps, nowMs: Ms): void {
    assert(limitA >= 0, `limit: expected 0 A or more, got ${limitA}`);
    this.#limitA = limitA;
    this.#vehicle?.signal(limitA, nowMs);
  }

  inForceA(): Amps {
    return this.#limitA;
  }

  interruptPilot(nowMs: Ms): void {
    this.#vehicle?.interruptPilot(INTERRUPTION_MS, nowMs);
  }

  /** True for a vehicle that notices no offer, as of the last look. */
  get isVehicleAsleep(): boolean {
    return this.#vehicle?.isAsleep ?? false;
  }

  snapshot(nowMs: Ms): ChargerSnapshot {
    const vehicle = this.#vehicle;
    vehicle?.advance(nowMs);
    const state = vehicle ? stateWith(vehicle, this.#limitA, nowMs) : 'Available';
    const vehicleA = vehicle?.currentA ?? 0;
    const shown = this.#shown;
    const isSame = state === shown.state && this.#sessionId === shown.sessionId && vehicleA === shown.currentA[0];
    if (!isSame)
      this.#shown = { state, sessionId: this.#sessionId, currentA: onPhases(vehicle?.phases ?? 0, vehicleA) };
    return this.#shown;
  }

  /** Watt-hours of the vehicle that is plugged in, or else of the last one. */
  sessionEnergyWh(nowMs: Ms): number {
    this.#vehicle?.advance(nowMs);
    return this.#vehicle?.deliveredWh ?? this.#lastSessionWh;
  }
}

function onPhases(count: number, amps: Amps): PhaseAmps {
  return mapPhases((phase) => (phase < count ? amps : 0));
}

function stateWith(vehicle: Vehicle, limitA: Amps, nowMs: Ms): ChargePointState {
  if (vehicle.currentA > 0) return 'Charging';
  if (vehicle.isShakingHands(nowMs)) return 'Preparing';
  return limitA >= PILOT_MIN_A ? 'SuspendedEV' : 'SuspendedEVSE';
}
