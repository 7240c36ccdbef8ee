/** A charge point without hardware, with a virtual vehicle behind it: for simulations, demonstrations and first steps. */
import { assert } from '../base/assert.js';
import type { ChargePointState, Metered } from '../base/messages.js';
import { isSingle, type PhaseSwitchKind, SWITCHABLE } from '../base/phase-switch.js';
import { onPhases, type PhaseCount, type PhaseMask } from '../base/rotation.js';
import { type Amps, type Ms, mapPhases, NO_AMPS, PILOT_MIN_A, type PhaseAmps } from '../base/units.js';
import type { ChargerPort, ChargerSnapshot } from '../ports/charger-port.js';
import { VirtualPhaseSwitch } from './phase-switch.js';
import { Vehicle, type VehicleSpec } from './vehicle.js';

/** As other chargers do it. */
const INTERRUPTION_MS: Ms = 4_000;

export interface VirtualChargerOptions {
  /** Phases of the connector. */
  readonly phases: PhaseCount;
  /** Time lapse of the battery alone: 60 moves in one second the energy of a minute; reaction times stay real. */
  readonly energyScale: number;
  /** Absent: all its phases are connected for ever. */
  readonly phaseSwitch?: PhaseSwitchKind | undefined;
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
  readonly #switch: VirtualPhaseSwitch | undefined;
  #limitA: Amps = 0;
  #sessionId = 0;
  #vehicle: Vehicle | undefined;
  #lastSessionWh = 0;
  /** What was shown last: given out again as long as nothing changes. */
  #shown: ChargerSnapshot = { state: 'Available', sessionId: 0, currentA: NO_AMPS };

  constructor(options: VirtualChargerOptions) {
    assert(options.energyScale > 0, `energyScale: expected more than 0, got ${options.energyScale}`);
    this.#options = options;
    const { phaseSwitch } = options;
    this.#switch = phaseSwitch && new VirtualPhaseSwitch(SWITCHABLE[phaseSwitch]);
  }

  plugIn(spec: VehicleSpec, nowMs: Ms): void {
    assert(!this.#vehicle, 'a vehicle is plugged in already');
    const { energyScale } = this.#options;
    const connectorPhases = this.#connectedCount(nowMs);
    this.#vehicle = new Vehicle(spec, { connectorPhases, energyScale, limitA: this.#limitA, nowMs });
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

  switchPhases(to: PhaseMask, nowMs: Ms): void {
    this.#switch?.switchTo(to, nowMs);
  }

  /** While its switch moves nothing reaches the vehicle: its limit is 0 A then. */
  #connectedCount(nowMs: Ms): PhaseCount {
    const position = this.#switch?.look(nowMs);
    return position && isSingle(position.phases) ? 1 : this.#options.phases;
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
    const phaseSwitch = this.#switch?.look(nowMs);
    vehicle?.connect(this.#connectedCount(nowMs), nowMs);
    const state = vehicle ? stateWith(vehicle, this.#limitA, nowMs) : 'Available';
    const vehicleA = vehicle?.currentA ?? 0;
    const shown = this.#shown;
    const isSameState = state === shown.state && this.#sessionId === shown.sessionId;
    const isSame = isSameState && phaseSwitch === shown.phaseSwitch && vehicleA === mostOf(shown.currentA);
    if (isSame) return shown;
    const currentA = onConnected(vehicle?.phases ?? 0, phaseSwitch?.phases, vehicleA);
    const seen = { state, sessionId: this.#sessionId, currentA };
    this.#shown = phaseSwitch ? { ...seen, phaseSwitch } : seen;
    return this.#shown;
  }

  metered(nowMs: Ms): Metered {
    const vehicle = this.#vehicle;
    if (!vehicle) return { powerW: 0 };
    vehicle.advance(nowMs);
    const { powerW, deliveredWh: sessionWh, chargingMs } = vehicle;
    return { powerW, sessionWh, chargingS: chargingMs / 1000, pluggedInS: (nowMs - vehicle.pluggedInAtMs) / 1000 };
  }

  /** Watt-hours of the vehicle that is plugged in, or else of the last one. */
  sessionEnergyWh(nowMs: Ms): number {
    this.#vehicle?.advance(nowMs);
    return this.#vehicle?.deliveredWh ?? this.#lastSessionWh;
  }
}

/** On the first `count` phases; on the connected one where a switch connects one only. */
function onConnected(count: number, connected: PhaseMask | undefined, amps: Amps): PhaseAmps {
  if (connected === undefined || !isSingle(connected)) return mapPhases((phase) => (phase < count ? amps : 0));
  return count === 0 ? NO_AMPS : onPhases(connected, amps);
}

function mostOf([l1A, l2A, l3A]: PhaseAmps): Amps {
  return Math.max(l1A, l2A, l3A);
}

function stateWith(vehicle: Vehicle, limitA: Amps, nowMs: Ms): ChargePointState {
  if (vehicle.currentA > 0) return 'Charging';
  if (vehicle.isShakingHands(nowMs)) return 'Preparing';
  return limitA >= PILOT_MIN_A ? 'SuspendedEV' : 'SuspendedEVSE';
}
