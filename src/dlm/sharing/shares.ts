/**
 * The divisions of a site. A steady site asks for the same division every cycle: then the last answer is given again.
 */
import { assert } from '../../base/assert.js';
import type { PhaseAmps } from '../../base/units.js';
import type {
  AllocationAnswer,
  AllocationCandidate,
  AllocationCircuit,
  AllocationRequest,
  Allocator,
} from '../allocate.js';

export class Shares {
  readonly #allocator: Allocator;
  #last: { readonly request: AllocationRequest; readonly answer: AllocationAnswer } | undefined;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
  }

  /** Limits and loads. The answer is the same object while everything asked is the same. */
  divide(request: AllocationRequest): AllocationAnswer {
    if (this.#last && isSameRequest(request, this.#last.request)) return this.#last.answer;
    const answer = this.#allocator.allocate(request);
    const { size } = answer.limits;
    assert(size === request.chargePoints.length, `${size} limits for ${request.chargePoints.length} charge points`);
    this.#last = { request, answer };
    return answer;
  }
}

function isSameRequest(a: AllocationRequest, b: AllocationRequest): boolean {
  if (a.rotationSeed !== b.rotationSeed || a.stepA !== b.stepA) return false;
  if (a.sharing !== b.sharing || a.shortage !== b.shortage) return false;
  return (
    isSameList(a.chargePoints, b.chargePoints, isSameCandidate) && isSameList(a.circuits, b.circuits, isSameCircuit)
  );
}

function isSameList<T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((item, index) => isSame(item, b[index] as T));
}

function isSameCandidate(a: AllocationCandidate, b: AllocationCandidate): boolean {
  if (a.id !== b.id || a.circuit !== b.circuit || a.rotation !== b.rotation) return false;
  if (a.activePhases !== b.activePhases || a.minA !== b.minA || a.maxA !== b.maxA) return false;
  return a.priority === b.priority && a.connectedAtS === b.connectedAtS && a.chargingS === b.chargingS;
}

function isSameCircuit(a: AllocationCircuit, b: AllocationCircuit): boolean {
  if (a.id !== b.id || a.parent !== b.parent || a.imbalanceLimitA !== b.imbalanceLimitA) return false;
  if (a.limitW !== b.limitW || a.voltageV !== b.voltageV) return false;
  return isSameAmps(a.limitA, b.limitA) && isSameAmps(a.backgroundA, b.backgroundA);
}

function isSameAmps(a: PhaseAmps, b: PhaseAmps): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}
