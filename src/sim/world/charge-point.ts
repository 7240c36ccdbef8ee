/**
 * A charge point as hardware, with the vehicle behind it: the virtual charger of the product, and everything that vehicles and
 * contactors do although they should not. What flows is told to the conductors whenever the slave looks.
 */
import type { ErrorCode } from '../../base/error-codes.js';
import type { ChargePointState } from '../../base/messages.js';
import { currentsToGrid, type PhaseMask, type Wiring } from '../../base/rotation.js';
import { type Amps, mapPhases, type Ms, NO_AMPS, PILOT_MIN_A, type PhaseAmps } from '../../base/units.js';
import { VirtualCharger } from '../../chargers/virtual.js';
import type { ChargerPort, ChargerSnapshot } from '../../ports/charger-port.js';
import type { ChargePointPlan, VehiclePlan } from './scenario.js';

/** What is wrong with it at present. */
export interface Misbehaviour {
  /** Draws this much more than it is told to. */
  excessA: Amps;
  /** Follows no limit any more: goes on with the last one. */
  isDeaf: boolean;
  /** The vehicle takes no more than this, whatever it is offered. */
  takesAtMostA: Amps;
  /** The vehicle pauses by itself. */
  isPausing: boolean;
  /** Phases that the vehicle uses, if not all of its own; a contactor may drop or close some in the middle. */
  phases: 1 | 2 | 3 | undefined;
  /** Its phase switch does not move. */
  isStuck: boolean;
  /** Reported instead of the true state. */
  state: ChargePointState | undefined;
  /** What it says of that. */
  errorCode: ErrorCode | undefined;
}

const GOOD: Misbehaviour = {
  excessA: 0,
  isDeaf: false,
  takesAtMostA: Number.POSITIVE_INFINITY,
  isPausing: false,
  phases: undefined,
  isStuck: false,
  state: undefined,
  errorCode: undefined,
};

export class ChargePointHardware implements ChargerPort {
  readonly reactionMs: Ms = 0;
  readonly plan: ChargePointPlan;
  readonly #charger: VirtualCharger;
  readonly #tell: (currentA: PhaseAmps) => void;
  #wrong: Misbehaviour = GOOD;
  #vehicle: VehiclePlan | undefined;
  #limitA: Amps = 0;
  #interruptions = 0;
  #isPowered = true;

  /** `tell`: what flows now, grid order. */
  constructor(plan: ChargePointPlan, tell: (currentA: PhaseAmps) => void) {
    this.plan = plan;
    this.#charger = new VirtualCharger({ phases: plan.phases, energyScale: 1, phaseSwitch: plan.phaseSwitch });
    this.#tell = tell;
  }

  get rotation(): Wiring {
    return this.plan.rotation;
  }

  get vehicle(): VehiclePlan | undefined {
    return this.#vehicle;
  }

  /** Never woken up again by a limit alone. */
  get isAsleep(): boolean {
    return this.#charger.isVehicleAsleep;
  }

  /** How often its pilot was interrupted since the start. */
  get interruptions(): number {
    return this.#interruptions;
  }

  get isMisbehaving(): boolean {
    return this.#wrong !== GOOD;
  }

  plugIn(vehicle: VehiclePlan, nowMs: Ms): void {
    if (this.#vehicle) return;
    this.#vehicle = vehicle;
    this.#charger.plugIn(vehicle, nowMs);
    this.#signal(nowMs);
  }

  unplug(nowMs: Ms): void {
    if (!this.#vehicle) return;
    this.#charger.unplug(nowMs);
    this.#vehicle = undefined;
    this.snapshot(nowMs);
  }

  /** Changes what is wrong; the returned call takes it back. */
  misbehave(wrong: Partial<Misbehaviour>, nowMs: Ms): (endMs: Ms) => void {
    this.#wrong = { ...this.#wrong, ...wrong };
    this.#signal(nowMs);
    return (endMs) => {
      this.#wrong = GOOD;
      this.#signal(endMs);
    };
  }

  /** Without power the contactor opens at once. */
  power(isOn: boolean, nowMs: Ms): void {
    this.#isPowered = isOn;
    this.#limitA = isOn ? this.#limitA : 0;
    this.#signal(nowMs);
    if (!isOn) this.#tell(NO_AMPS);
  }

  setLimit(limitA: Amps, nowMs: Ms): void {
    this.#limitA = limitA;
    this.#signal(nowMs);
  }

  inForceA(): Amps {
    return this.#limitA;
  }

  interruptPilot(nowMs: Ms): void {
    if (!this.#isPowered) return;
    this.#interruptions += 1;
    this.#charger.interruptPilot(nowMs);
  }

  switchPhases(to: PhaseMask, nowMs: Ms): void {
    if (!this.#wrong.isStuck) this.#charger.switchPhases(to, nowMs);
  }

  snapshot(nowMs: Ms): ChargerSnapshot {
    const seen = this.look(nowMs);
    if (this.#isPowered) this.#tell(currentsToGrid(this.plan.rotation, seen.currentA));
    return seen;
  }

  /** The same for somebody who only looks on: the conductors are not told, so that nothing goes another way because of it. */
  look(nowMs: Ms): ChargerSnapshot {
    const seen = this.#charger.snapshot(nowMs);
    const { phases, state, errorCode } = this.#wrong;
    const currentA = phases === undefined ? seen.currentA : cut(seen.currentA, phases);
    // What does not reach the vehicle is offered to it all the same.
    const isOffered = seen.state === 'SuspendedEVSE' && this.#isPowered && this.#limitA >= PILOT_MIN_A;
    const shown = { ...seen, currentA, state: state ?? (isOffered ? 'SuspendedEV' : seen.state) };
    return errorCode === undefined ? shown : { ...shown, errorCode };
  }

  /** Watt-hours of the vehicle that is plugged in, or else of the last one. */
  energyWh(nowMs: Ms): number {
    return this.#charger.sessionEnergyWh(nowMs);
  }

  isFull(nowMs: Ms): boolean {
    return this.#vehicle !== undefined && this.energyWh(nowMs) >= this.#vehicle.demandWh;
  }

  /** What reaches the vehicle. */
  #signal(nowMs: Ms): void {
    const { isDeaf, isPausing, excessA, takesAtMostA } = this.#wrong;
    if (isDeaf && this.#isPowered) return;
    const isStill = isPausing || !this.#isPowered;
    const toldA = this.#limitA > 0 ? this.#limitA + excessA : 0;
    this.#charger.setLimit(isStill ? 0 : Math.min(toldA, takesAtMostA), nowMs);
  }
}

function cut(currentA: PhaseAmps, phases: 1 | 2 | 3): PhaseAmps {
  return mapPhases((p) => (p < phases ? currentA[p] : 0));
}

/** On its most loaded phase. */
export function mostA(currentA: PhaseAmps): Amps {
  return Math.max(currentA[0], currentA[1], currentA[2]);
}
