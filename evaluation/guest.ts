/**
 * A vehicle that is plugged in at a box of the virtual world. Its energy is kept here and not in the world, because most of it is
 * charged in the time that is not played: so here is known when its current tapers and when it is full.
 */
import type { Amps } from '../src/base/units.js';
import type { Copper } from '../src/sim/world/copper.js';
import { mostA } from '../src/sim/world/charge-point.js';
import type { SlaveBox } from '../src/sim/world/slave-box.js';
import type { FlatSession } from './flat.js';
import { vehicleOf } from './managed-site.js';
import { MIN_A, powerW } from './site.js';

/** The last share of the demand is charged with falling current, as by the vehicles of src/chargers/vehicle.ts. */
const TAPER_SHARE = 0.1;
/** Below this nothing is left. */
const FULL_WH = 1e-6;

export class Guest {
  readonly session: FlatSession;
  readonly box: SlaveBox;
  readonly #hasTaper: boolean;
  /** What the box's own count was when it was last looked at. */
  #countedWh = 0;
  #deliveredWh = 0;
  #isFull = false;
  #takesAtMostA: Amps = Number.POSITIVE_INFINITY;
  #release: (nowMs: number) => void = () => {};

  constructor(session: FlatSession, box: SlaveBox, seed: number, hasTaper: boolean) {
    this.session = session;
    this.box = box;
    this.#hasTaper = hasTaper;
    box.hardware.plugIn(vehicleOf(session.chargePoint.vehicle, seed), box.nowMs);
    this.#add(0);
  }

  get deliveredWh(): number {
    return this.#deliveredWh;
  }

  get leftWh(): number {
    return this.session.demandWh - this.#deliveredWh;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get isTapering(): boolean {
    return this.#takesAtMostA < this.session.maxA;
  }

  /** In force from now on, as long as nothing is played: never more than the box allows by now. */
  currentA(copper: Copper): Amps {
    return Math.min(mostA(copper.drawnA(this.box.tapId)), this.box.enforced.limitA);
  }

  /** What was charged while time was played. */
  look(): void {
    const countedWh = this.box.hardware.energyWh(this.box.nowMs);
    this.#add(countedWh - this.#countedWh);
    this.#countedWh = countedWh;
  }

  /** Charges on for a while that is not played, at most what it wants; then its battery is as it is by then. */
  goOn(currentA: Amps, seconds: number): void {
    this.#add((powerW(this.session.chargePoint.vehicle, currentA) * seconds) / 3600);
    if (!this.#isFull) this.#taper();
  }

  /** How long it goes on with a current until it is full. */
  secondsLeft(currentA: Amps): number {
    return currentA > 0 ? (this.leftWh * 3600) / powerW(this.session.chargePoint.vehicle, currentA) : Infinity;
  }

  unplug(): void {
    const { hardware, nowMs } = this.box;
    hardware.unplug(nowMs);
    this.#release(nowMs);
  }

  #add(energyWh: number): void {
    this.#deliveredWh = Math.min(this.session.demandWh, this.#deliveredWh + energyWh);
    if (this.leftWh > FULL_WH || this.#isFull) return;
    this.#isFull = true;
    this.#release = this.box.hardware.misbehave({ isPausing: true }, this.box.nowMs);
  }

  /** Once a minute: else nothing would ever settle. */
  #taper(): void {
    const { maxA, demandWh } = this.session;
    const acceptedA = Math.max(MIN_A, (maxA * this.leftWh) / (demandWh * TAPER_SHARE));
    if (!this.#hasTaper || acceptedA >= maxA) return;
    this.#takesAtMostA = acceptedA;
    this.#release = this.box.hardware.misbehave({ takesAtMostA: acceptedA }, this.box.nowMs);
  }
}
