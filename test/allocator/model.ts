/**
 * The judge's own reading of a request: who loads which place, in whole numbers without rounding (millionths of an ampere), so that
 * a verdict never hangs on a tolerance. Shares no code with the product.
 */
import { type ChargePointForm, type CircuitForm, PHASE_WORDS, type PhaseWord, type RequestForm } from './form.js';

const MICRO = 1e6;
const MILLI = 1e3;

/** A charge point with its range in whole steps. */
export interface Seat {
  readonly index: number;
  readonly id: string;
  readonly min: number;
  readonly max: number;
  /** False: no step lies within the range, or only 0. */
  readonly hasRange: boolean;
  readonly priority: number;
}

/** One inequality of rule 1: the sum of weight x steps x `unit` is at most `room`. */
export interface Place {
  readonly kind: 'circuit' | 'power' | 'imbalance';
  readonly circuit: string;
  /** The phase; for an imbalance the two whose difference is meant; none for a power limit. */
  readonly phases: readonly PhaseWord[];
  readonly weights: readonly number[];
  readonly unit: number;
  readonly room: number;
}

export interface Model {
  readonly stepA: number;
  readonly seats: readonly Seat[];
  /** Circuits and powers first, the imbalances last. */
  readonly places: readonly Place[];
  readonly order: readonly Seat[];
  readonly sharing: RequestForm['sharing'];
  readonly hasImbalance: boolean;
}

export function microOf(value: number): number {
  return Math.round(value * MICRO);
}

export function modelOf(request: RequestForm): Model {
  const stepA = request.stepA ?? 1;
  const seats = request.chargePoints.map((form, index) => seatOf(form, index, microOf(stepA)));
  const places = request.circuits.flatMap((circuit) => placesOf(circuit, request));
  const imbalances = request.circuits.flatMap((circuit) => imbalancesOf(circuit, request));
  return {
    stepA,
    seats,
    places: [...places, ...imbalances],
    order: inOrder(request, seats),
    sharing: request.sharing,
    hasImbalance: imbalances.length > 0,
  };
}

function seatOf({ id, minA, maxA, priority }: ChargePointForm, index: number, step: number): Seat {
  const min = Math.ceil(microOf(minA) / step);
  const max = Math.floor(microOf(maxA) / step);
  return { index, id, min, max, hasRange: max >= min && max > 0, priority: priority ?? 1 };
}

function inOrder({ chargePoints, shortage }: RequestForm, seats: readonly Seat[]): readonly Seat[] {
  const key = ({ index }: Seat): number => {
    if (shortage === 'priority-only') return 0;
    return chargePoints[index]?.[shortage === 'last-connected-first' ? 'connectedAtS' : 'chargingS'] ?? 0;
  };
  return [...seats].sort((a, b) => a.priority - b.priority || key(a) - key(b) || a.index - b.index);
}

/** The grid phases that a charge point loads on this circuit: 1 or 0 for each. */
function loadOn({ id }: CircuitForm, form: ChargePointForm, circuits: readonly CircuitForm[]): readonly number[] {
  const path = new Set<string>();
  for (let at: string | undefined = form.circuit; at !== undefined; at = circuits.find((c) => c.id === at)?.parent) {
    path.add(at);
  }
  const grid = [...form.rotation.slice(0, form.phases)].filter((_, phase) => form.activePhases?.[phase] ?? true);
  return [...'RST'].map((letter) => (path.has(id) && grid.includes(letter) ? 1 : 0));
}

function placesOf(circuit: CircuitForm, { circuits, chargePoints }: RequestForm): readonly Place[] {
  const { id, limitA, backgroundA = [0, 0, 0], limitW, voltageV = 230 } = circuit;
  const loads = chargePoints.map((form) => loadOn(circuit, form, circuits));
  const fuses = PHASE_WORDS.map((word, phase): Place => {
    const room = Math.max(0, microOf(limitA[phase] ?? 0) - microOf(backgroundA[phase] ?? 0));
    const weights = loads.map((load) => load[phase] ?? 0);
    return { kind: 'circuit', circuit: id, phases: [word], weights, unit: 1, room };
  });
  if (limitW === undefined) return fuses;
  const unit = Math.round(voltageV * MILLI);
  const background = backgroundA.reduce((sum, each) => sum + microOf(each), 0);
  const room = Math.max(0, Math.round(limitW * MICRO * MILLI) - unit * background);
  const weights = loads.map((load) => load.reduce((sum, each) => sum + each, 0));
  return [...fuses, { kind: 'power', circuit: id, phases: [], weights, unit, room }];
}

function imbalancesOf(circuit: CircuitForm, { circuits, chargePoints }: RequestForm): readonly Place[] {
  const { id, backgroundA = [0, 0, 0], imbalanceLimitA } = circuit;
  if (imbalanceLimitA === undefined) return [];
  const loads = chargePoints.map((form) => loadOn(circuit, form, circuits));
  return [0, 1, 2].flatMap((p) =>
    [0, 1, 2].flatMap((q): readonly Place[] => {
      if (p === q) return [];
      const there = microOf(backgroundA[p] ?? 0) - microOf(backgroundA[q] ?? 0);
      const room = Math.max(microOf(imbalanceLimitA) - there, 0);
      const weights = loads.map((load) => (load[p] ?? 0) - (load[q] ?? 0));
      const phases = [PHASE_WORDS[p] ?? 'L1', PHASE_WORDS[q] ?? 'L1'];
      return [{ kind: 'imbalance', circuit: id, phases, weights, unit: 1, room }];
    }),
  );
}

/** What the limits make of a place, in the unit of its room; `steps` by charge point. */
export function loadAt({ weights, unit }: Place, steps: readonly number[], stepA: number): number {
  return weights.reduce((sum, weight, index) => sum + weight * (steps[index] ?? 0), 0) * microOf(stepA) * unit;
}

export function isBroken(place: Place, steps: readonly number[], stepA: number): boolean {
  return loadAt(place, steps, stepA) > place.room;
}

/** The room of a place in amperes, for the solver. */
export function roomA({ room, unit }: Place): number {
  return room / unit / MICRO;
}

export interface Admission {
  readonly seat: Seat;
  readonly isAdmitted: boolean;
  /** Those admitted before it. */
  readonly before: readonly Seat[];
  /** Where its minimum does not fit beside theirs. */
  readonly obstacles: readonly Place[];
}

/** Rule 3, to the letter: one after the other, everybody so far at the minimum. By charge point. */
export function admissions({ seats, places, order, stepA }: Model): readonly Admission[] {
  const steps = seats.map(() => 0);
  const admitted: Seat[] = [];
  const result: Admission[] = [];
  for (const seat of order) {
    const before = [...admitted];
    const trial = steps.with(seat.index, seat.min);
    const obstacles = seat.hasRange ? places.filter((place) => isBroken(place, trial, stepA)) : [];
    const isAdmitted = seat.hasRange && obstacles.length === 0;
    result[seat.index] = { seat, isAdmitted, before, obstacles };
    if (!isAdmitted) continue;
    steps[seat.index] = seat.min;
    admitted.push(seat);
  }
  return result;
}
