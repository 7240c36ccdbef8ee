/** Raises an alarm while a meter shows more than its circuit may carry, and reports when that is over. */
import { assert, defined } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import { mapPhases, type Ms, NO_AMPS, PHASE_NAMES, PHASES, type PhaseAmps } from '../../base/units.js';
import type { AlarmBoard } from '../alarms.js';
import { assertNumbers, assertOrder } from './checks.js';
import { ceilingOf, type CircuitLimits } from '../limits/ceilings.js';
import type { Notices } from '../notice.js';
import type { Circuit } from '../types.js';

/** An overload is over after no sample showed it for so long. */
const OVERLOAD_HOLD_MS: Ms = 5_000;

export interface OverloadParts {
  readonly limits: CircuitLimits;
  readonly alarms: AlarmBoard;
  readonly notices: Notices;
}

export class OverloadWatch {
  readonly #circuits: readonly Circuit[];
  readonly #limits: CircuitLimits;
  readonly #alarms: AlarmBoard;
  readonly #notices: Notices;
  #untilMs: Ms[];

  constructor(circuits: readonly Circuit[], { limits, alarms, notices }: OverloadParts) {
    this.#circuits = circuits;
    this.#limits = limits;
    this.#alarms = alarms;
    this.#notices = notices;
    this.#untilMs = circuits.map(() => Number.NEGATIVE_INFINITY);
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    this.#untilMs = carrier.value('untilMs', this.#untilMs);
  }

  /** True if the meter shows more than its circuit may carry. `drawnA`: the current of the charge points below. */
  addSample(index: number, currentA: PhaseAmps, drawnA: PhaseAmps, nowMs: Ms): boolean {
    const circuit = defined(this.#circuits[index], 'metered circuit');
    const ceilingA = ceilingOf(circuit, this.#limits.sourcesOf(circuit, nowMs)).limitA;
    const totalA = mapPhases((p) => currentA[p] + (circuit.meterLocation === 'including' ? 0 : drawnA[p]));
    const over = PHASES.filter((p) => totalA[p] > ceilingA[p]);
    assertNumbers(totalA, circuit.id, 'load');
    assertOrder(NO_AMPS, drawnA, circuit.id, 'nothing, and what is drawn below');
    if (over.length === 0) return false;
    const wasOver = nowMs < (this.#untilMs[index] ?? 0);
    this.#untilMs[index] = nowMs + OVERLOAD_HOLD_MS;
    assert(this.#untilMs.length === this.#circuits.length, `overload of circuit ${index} of ${this.#circuits.length}`);
    if (wasOver) return true;
    const text = over.map((p) => `${PHASE_NAMES[p]} ${totalA[p].toFixed(1)} A of ${ceilingA[p]} A`).join(', ');
    this.#alarms.set('OVERLOAD', `${circuit.id}: ${text}`, nowMs);
    const fields = { circuit: circuit.id, totalA, ceilingA };
    this.#notices.add('warn', 'OVERLOAD', `${circuit.id} overloaded: ${text}`, fields);
    return true;
  }

  /** Ends the alarm when no circuit is overloaded any more. Call once per cycle. */
  endAlarm(nowMs: Ms): void {
    if (this.#untilMs.every((untilMs) => nowMs >= untilMs) && this.#alarms.set('OVERLOAD', undefined, nowMs)) {
      this.#notices.add('info', 'OVERLOAD_END', 'every metered circuit is within its limit again', {});
    }
  }
}
