/** The product's division behind the form of the command `allocate`. */
import { PHASE_NAMES } from '../../src/base/units.js';
import { type AllocationCandidate, type AllocationRequest, allocate } from '../../src/dlm/allocate.js';
import type { AnswerForm, ChargePointForm, ReasonForm, RequestForm } from './form.js';

export function divide(request: RequestForm): AnswerForm {
  const { limits, circuits } = allocate(requestOf(request));
  return {
    limits: Object.fromEntries(
      [...limits].map(([id, { limitA, boundBy }]) => [id, { limitA, boundBy: reasonOf(boundBy) }]),
    ),
    circuits: Object.fromEntries(circuits),
  };
}

export function requestOf(request: RequestForm): AllocationRequest {
  return {
    ...request,
    circuits: request.circuits.map((circuit) => ({ backgroundA: [0, 0, 0], ...circuit })),
    chargePoints: request.chargePoints.map(candidateOf),
    stepA: request.stepA ?? 1,
    rotationSeed: request.rotationSeed ?? 0,
  };
}

function candidateOf({ phases, activePhases, ...form }: ChargePointForm): AllocationCandidate {
  let mask = 0;
  for (let phase = 0; phase < phases; phase++) if (activePhases?.[phase] ?? true) mask |= 1 << phase;
  return { priority: 1, ...form, activePhases: mask };
}

type Reason =
  ReturnType<typeof allocate>['limits'] extends ReadonlyMap<string, { readonly boundBy: infer R }> ? R : never;

function reasonOf(reason: Reason): ReasonForm {
  return {
    ...reason,
    ...('phase' in reason && reason.phase !== undefined && { phase: PHASE_NAMES[reason.phase] }),
    ...('phases' in reason && { phases: reason.phases.map((phase) => PHASE_NAMES[phase]) }),
  } as ReasonForm;
}
