/** Whether the reason that an answer gives for a limit is true: the place that it names really is in the way. */
import type { ReasonForm } from './form.js';
import { type Admission, isBroken, loadAt, type Model, type Place } from './model.js';

const HAIR_A = 1e-6;

/** A request, what an answer gives, and what is due by right; by charge point. */
export interface Findings {
  readonly model: Model;
  readonly steps: readonly number[];
  readonly admissions: readonly Admission[];
  /** Exact shares in amperes; only the admitted have one. */
  readonly shares: ReadonlyMap<number, number>;
}

/** What is wrong with the reason of this charge point, if anything. */
export function objectionToReason(findings: Findings, index: number, reason: ReasonForm): string | undefined {
  const admission = findings.admissions[index];
  if (!admission) throw new Error(`no charge point ${index}`);
  const { seat, isAdmitted } = admission;
  const isAtMaximum = !seat.hasRange || (isAdmitted && findings.steps[index] === seat.max);
  if (isAtMaximum !== (reason.kind === 'maximum'))
    return isAtMaximum ? 'it has its own maximum' : 'its maximum is higher';
  if (isAtMaximum) return undefined;
  return isAdmitted ? objectionToBound(findings, index, reason) : objectionToPause(findings.model, admission, reason);
}

/** The place that a reason names. A shortage tells by its fields what kind of place it means. */
function placeOf({ places }: Model, { kind, circuit, phase, phases = [] }: ReasonForm): Place | undefined {
  const told = phase === undefined ? phases : [phase];
  const isKind = (place: Place): boolean =>
    kind === 'shortage' || place.kind === kind || (kind === 'step' && place.kind !== 'imbalance');
  return places.find((place) => isKind(place) && place.circuit === circuit && `${place.phases}` === `${told}`);
}

function objectionToBound({ model, steps, shares }: Findings, index: number, reason: ReasonForm): string | undefined {
  if (!['circuit', 'power', 'imbalance', 'step'].includes(reason.kind)) return 'that is no reason for a limit';
  const place = placeOf(model, reason);
  const own = steps[index] ?? 0;
  const more = steps.with(index, own + 1);
  if (!place || !isLoading(place, index)) return 'it does not load that';
  if (!isBroken(place, more, model.stepA)) return 'one more step breaks nothing there';
  if (reason.kind !== 'step') return undefined;
  const isAhead = steps.some((step, i) => isLoading(place, i) && step === own + 1);
  if (!isAhead) return 'nobody there has one step more';
  const missingA = (shares.get(index) ?? 0) - own * model.stepA;
  return missingA > HAIR_A ? undefined : 'nothing is missing of its share';
}

function objectionToPause(model: Model, admission: Admission, reason: ReasonForm): string | undefined {
  if (reason.kind !== 'shortage') return 'it is paused by a shortage';
  const place = placeOf(model, reason);
  if (!place || !isLoading(place, admission.seat.index)) return 'it does not load that';
  if (!admission.obstacles.includes(place)) return 'its minimum fits there';
  const due = admission.before.filter(({ index }) => isLoading(place, index)).map(({ id }) => id);
  return `${due}` === `${reason.yieldsTo}` ? undefined : `it yields to [${due}]`;
}

/** Of an imbalance: only the higher phase. */
function isLoading({ weights }: Place, index: number): boolean {
  return (weights[index] ?? 0) > 0;
}

/** Names a place for a message. */
export function placeText(place: Place, steps: readonly number[], stepA: number): string {
  const { kind, circuit, phases, unit, room } = place;
  return `${kind} ${circuit} ${phases.join('-')}: ${loadAt(place, steps, stepA) / unit / 1e6} A of ${room / unit / 1e6} A`;
}
