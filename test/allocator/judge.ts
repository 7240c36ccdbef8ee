/**
 * The judge of a division: every rule of "what is right", each by means that know nothing of the allocator. Works on request and
 * answer in the form of the command `allocate`.
 */
import type { AnswerForm, CircuitForm, RequestForm } from './form.js';
import { admissions, isBroken, loadAt, microOf, type Model, modelOf } from './model.js';
import { type Findings, objectionToReason, placeText } from './reasons.js';
import { leastShortfall, sharesOf } from './shares.js';

const HAIR_A = 1e-6;
const HAIR_W = 1e-3;
/** In steps: a share this close below a whole number is that number. */
const HAIR_STEPS = 1e-5;

export interface Verdict {
  /** Empty: the answer is right. */
  readonly objections: readonly string[];
  readonly shortfall: Shortfall;
}

/** How many steps somebody is below the exact share rounded down, and how many at the least somebody would have to be. */
interface Shortfall {
  readonly own: number;
  readonly least: number;
}

export function judge(request: RequestForm, answer: AnswerForm): Verdict {
  const model = modelOf(request);
  const steps = model.seats.map(({ id }) => stepsOf(answer, id, model.stepA));
  const objections = [...objectionsToForm(model, answer, steps)];
  if (objections.length > 0) return { objections, shortfall: { own: 0, least: 0 } };
  const admitted = admissions(model);
  const shares = sharesOf(
    model,
    admitted.filter(({ isAdmitted }) => isAdmitted).map(({ seat }) => seat),
  );
  const findings: Findings = { model, steps, admissions: admitted, shares };
  const shortfall = shortfallOf(findings);
  objections.push(
    ...objectionsToSafety(findings),
    ...objectionsToAdmission(findings),
    ...objectionsToShares(findings, shortfall),
    ...objectionsToWaste(findings),
    ...objectionsToFigures(request, answer, findings),
    ...objectionsToReasons(answer, findings),
  );
  return { objections, shortfall };
}

function stepsOf({ limits }: AnswerForm, id: string, stepA: number): number {
  return microOf(limits[id]?.limitA ?? Number.NaN) / microOf(stepA);
}

/** Everybody has a limit, in whole steps and in range (rule 2). */
function* objectionsToForm({ seats }: Model, { limits }: AnswerForm, steps: readonly number[]): Iterable<string> {
  if (Object.keys(limits).length !== seats.length) yield `${Object.keys(limits).length} limits for ${seats.length}`;
  for (const { id, index, min, max } of seats) {
    const own = steps[index] ?? Number.NaN;
    const limitA = limits[id]?.limitA ?? Number.NaN;
    if (!Number.isInteger(own)) yield `rule 2: ${id}: ${limitA} A is no whole number of steps`;
    if (Math.abs(limitA * 1e6 - microOf(limitA)) > 1e-3) yield `rule 2: ${id}: ${limitA} A has a tail`;
    if (own !== 0 && (own < min || own > max)) yield `rule 2: ${id}: ${limitA} A is out of range`;
  }
}

function* objectionsToSafety({ model, steps }: Findings): Iterable<string> {
  for (const place of model.places) {
    if (isBroken(place, steps, model.stepA)) yield `rule 1: ${placeText(place, steps, model.stepA)}`;
  }
}

function* objectionsToAdmission({ steps, admissions: all }: Findings): Iterable<string> {
  for (const { seat, isAdmitted, obstacles } of all) {
    const own = steps[seat.index] ?? 0;
    if (!isAdmitted && own > 0) yield `rule 3: ${seat.id} has no room for its minimum (${obstacles[0]?.circuit})`;
    if (isAdmitted && own < seat.min) yield `rule 3: ${seat.id} has room for its minimum`;
  }
}

/** With an imbalance limit one step less, and more only where whole steps leave no other way. */
function* objectionsToShares(findings: Findings, { least }: Shortfall): Iterable<string> {
  const { model, steps, shares } = findings;
  const excused = model.hasImbalance ? Math.max(1, least) : 0;
  for (const [index, floor] of floorsOf(findings)) {
    const own = steps[index] ?? 0;
    if (own >= floor - excused) continue;
    yield `rule 4: ${model.seats[index]?.id} has ${own * model.stepA} A of a share of ${shares.get(index)} A`;
  }
}

/** Whole steps in each exact share. */
function floorsOf({ model, shares }: Findings): ReadonlyMap<number, number> {
  return new Map([...shares].map(([index, shareA]) => [index, Math.floor(shareA / model.stepA + HAIR_STEPS)]));
}

function shortfallOf(findings: Findings): Shortfall {
  const { model, steps, admissions: all } = findings;
  const floors = floorsOf(findings);
  const own = Math.max(0, ...[...floors].map(([index, floor]) => floor - (steps[index] ?? 0)));
  if (own === 0 || !model.hasImbalance) return { own, least: 0 };
  const admitted = all.filter(({ isAdmitted }) => isAdmitted).map(({ seat }) => seat);
  return { own, least: leastShortfall(model, admitted, floors) };
}

function* objectionsToWaste({ model, steps, admissions: all }: Findings): Iterable<string> {
  for (const { seat, isAdmitted } of all) {
    const own = steps[seat.index] ?? 0;
    if (!isAdmitted || own >= seat.max) continue;
    const more = steps.with(seat.index, own + 1);
    if (!model.places.some((place) => isBroken(place, more, model.stepA))) yield `rule 5: ${seat.id} could take a step`;
  }
}

/** Loads and capacities of the circuits. */
function* objectionsToFigures({ circuits }: RequestForm, answer: AnswerForm, findings: Findings): Iterable<string> {
  const { model, steps } = findings;
  if (Object.keys(answer.circuits).length !== circuits.length) yield 'figures: not one for each circuit';
  for (const circuit of circuits) {
    const told = answer.circuits[circuit.id];
    if (!told) continue;
    const own = model.places.filter((place) => place.circuit === circuit.id && place.kind === 'circuit');
    const loadA = own.map((place) => loadAt(place, steps, model.stepA) / 1e6);
    const capacityA = own.map(({ room }) => room / 1e6);
    if (!isSame(told.loadA, loadA, HAIR_A)) yield `figures: loadA of ${circuit.id} is ${loadA}, told ${told.loadA}`;
    if (!isSame(told.capacityA, capacityA, HAIR_A)) yield `figures: capacityA of ${circuit.id} is ${capacityA}`;
    yield* objectionsToPower(circuit, told, loadA);
  }
}

function* objectionsToPower(circuit: CircuitForm, told: AnswerForm['circuits'][string], loadA: readonly number[]) {
  const { id, limitW, voltageV = 230, backgroundA = [0, 0, 0] } = circuit;
  const watts = (amps: readonly number[]): number => voltageV * amps.reduce((sum, each) => sum + each, 0);
  const due = limitW === undefined ? [] : [watts(loadA), Math.max(0, limitW - watts(backgroundA))];
  const given = [told.loadW, told.capacityW].filter((each) => each !== undefined);
  if (!isSame(given, due, HAIR_W)) yield `figures: loadW and capacityW of ${id} are [${due}], told [${given}]`;
}

function isSame(told: readonly number[], due: readonly number[], hair: number): boolean {
  return told.length === due.length && told.every((each, i) => Math.abs(each - (due[i] ?? Number.NaN)) < hair);
}

function* objectionsToReasons({ limits }: AnswerForm, findings: Findings): Iterable<string> {
  for (const { seat } of findings.admissions) {
    const reason = limits[seat.id]?.boundBy ?? { kind: 'nothing' };
    const objection = objectionToReason(findings, seat.index, reason);
    if (objection) yield `reason: ${seat.id} bound by ${JSON.stringify(reason)}: ${objection}`;
  }
}
