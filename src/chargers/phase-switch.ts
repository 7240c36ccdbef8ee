/** The contactors of a virtual charge point that connect all its phases, or one of them. They keep their position without power. */
import { ALL_POSITION, type PhaseSwitchView } from '../base/phase-switch.js';
import type { PhaseMask } from '../base/rotation.js';
import type { Ms } from '../base/units.js';

/** Open, wait until the vehicle has noticed, close. */
const MOVES_FOR_MS: Ms = 3_000;

export class VirtualPhaseSwitch {
  #view: PhaseSwitchView;
  #to: PhaseMask = ALL_POSITION;
  #doneAtMs: Ms = Number.POSITIVE_INFINITY;

  constructor(switchable: number) {
    this.#view = { switchable, phases: ALL_POSITION, isMoving: false };
  }

  switchTo(to: PhaseMask, nowMs: Ms): void {
    const { phases } = this.look(nowMs);
    this.#to = to;
    this.#doneAtMs = nowMs + MOVES_FOR_MS;
    this.#view = { ...this.#view, phases: phases | to, isMoving: true };
  }

  /** The same object until something changes. */
  look(nowMs: Ms): PhaseSwitchView {
    if (nowMs >= this.#doneAtMs) {
      this.#doneAtMs = Number.POSITIVE_INFINITY;
      this.#view = { ...this.#view, phases: this.#to, isMoving: false };
    }
    return this.#view;
  }
}
