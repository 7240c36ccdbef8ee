/** What holds for every division, on random trees, vehicles and rules; judged by means that know nothing of the allocator. */
import fc from 'fast-check';
import t from 'tap';
import { ROTATIONS } from '../../src/base/rotation.js';
import type { Amps } from '../../src/base/units.js';
import {
  type AllocatedLimit,
  type AllocationAnswer,
  type AllocationCandidate,
  type AllocationRequest,
  allocate,
} from '../../src/dlm/allocate.js';
import { SHARING_RULES, SHORTAGE_RULES } from '../../src/dlm/types.js';
import { admittedByHand, isBalanced, maxMinShares, type Wire, wiresOf } from './oracle.js';

const RUNS = Number(process.env['EVENKEEL_RUNS'] ?? 2000);
const SEED = Number(process.env['EVENKEEL_SEED'] ?? 63);
const HAIR_A = 1e-3;
/** The remainders of others may take this much from a share that was rounded down. */
const REMAINDER_STEPS = 1;

const amps = (low: number, high: number): fc.Arbitrary<Amps> => fc.integer({ min: low, max: high });
const triple = (low: number, high: number) => fc.tuple(amps(low, high), amps(low, high), amps(low, high));

const circuitFacts = fc.record({
  limitA: triple(0, 63),
  backgroundA: fc.oneof(fc.constant([0, 0, 0] as const), triple(-10, 25)),
  imbalanceLimitA: fc.option(amps(6, 30), { nil: undefined, freq: 3 }),
  above: fc.nat(),
});

const vehicleFacts = fc.record({
  circuit: fc.nat(),
  rotation: fc.constantFrom(...ROTATIONS),
  activePhases: fc.constantFrom(0b001, 0b001, 0b011, 0b111, 0b111, 0b010, 0b100, 0b110),
  minA: fc.constantFrom(6, 6, 6, 7, 8, 10.5),
  maxA: fc.oneof(amps(0, 40), fc.constantFrom(16, 32, 12.9)),
  priority: amps(1, 3),
  connectedAtS: amps(0, 3),
  chargingS: amps(0, 3),
});

/** Requests of up to four circuits and nine vehicles. */
function requests(options: {
  readonly imbalance: boolean;
  readonly sharing?: 'equal';
}): fc.Arbitrary<AllocationRequest> {
  return fc
    .record({
      circuits: fc.array(circuitFacts, { minLength: 1, maxLength: 4 }),
      vehicles: fc.array(vehicleFacts, { maxLength: 9 }),
      stepA: fc.constantFrom(1, 1, 0.5, 0.1),
      sharing: options.sharing ? fc.constant(options.sharing) : fc.constantFrom(...SHARING_RULES),
      shortage: fc.constantFrom(...SHORTAGE_RULES),
      rotationSeed: fc.nat(),
    })
    .map(({ circuits, vehicles, ...rules }) => ({
      ...rules,
      circuits: circuits.map(({ limitA, backgroundA, imbalanceLimitA, above }, index) => ({
        id: `c${index}`,
        limitA,
        backgroundA,
        ...(index > 0 && { parent: `c${above % index}` }),
        ...(options.imbalance && imbalanceLimitA !== undefined && { imbalanceLimitA }),
      })),
      chargePoints: vehicles.map((facts, index) => ({
        ...facts,
        id: `v${index}`,
        circuit: `c${facts.circuit % circuits.length}`,
      })),
    }));
}

function limitOf(answer: AllocationAnswer, id: string): AllocatedLimit {
  const limit = answer.limits.get(id);
  if (!limit) throw new Error(`${id} has no limit`);
  return limit;
}

function loadOn(answer: AllocationAnswer, candidates: readonly AllocationCandidate[]): Amps {
  return candidates.reduce((sumA, { id }) => sumA + limitOf(answer, id).limitA, 0);
}

/** One property over random requests; the thrown text names what broke. */
function holds(
  t: Tap,
  name: string,
  of: fc.Arbitrary<AllocationRequest>,
  judge: (request: AllocationRequest) => void,
): void {
  t.comment(`seed ${SEED}, ${RUNS} runs; replay with EVENKEEL_SEED=${SEED} node build/test/dlm.test.js`);
  fc.assert(fc.property(of, judge), { seed: SEED, numRuns: RUNS });
  t.pass(name);
}

function expect(condition: boolean, text: string): void {
  if (!condition) throw new Error(text);
}

type Tap = Pick<typeof t, 'pass' | 'comment'>;

t.test('every division is safe', async (t) => {
  holds(t, 'no fuse and no imbalance limit is exceeded', requests({ imbalance: true }), (request) => {
    const answer = allocate(request);
    const users = wiresOf(request);
    const loadA = (wire: Wire): Amps => loadOn(answer, users.get(wire) ?? []);
    for (const wire of users.keys()) {
      expect(loadA(wire) <= wire.capacityA + HAIR_A, `${wire.circuit.id} L${wire.phase + 1}: ${loadA(wire)} A`);
    }
    expect(isBalanced(request, users, loadA), 'imbalance');
    for (const { id } of request.circuits) {
      const told = answer.circuits.get(id);
      for (const wire of users.keys()) {
        if (wire.circuit.id !== id) continue;
        expect(Math.abs((told?.loadA[wire.phase] ?? -1) - loadA(wire)) < HAIR_A, `loadA of ${id}`);
        expect(told?.capacityA[wire.phase] === wire.capacityA, `capacityA of ${id}`);
      }
    }
  });
});

t.test('every limit is 0, or a step between minimum and maximum', async (t) => {
  holds(t, 'in range', requests({ imbalance: true }), (request) => {
    const answer = allocate(request);
    for (const { id, minA, maxA } of request.chargePoints) {
      const { limitA } = limitOf(answer, id);
      const steps = limitA / request.stepA;
      expect(Math.abs(steps - Math.round(steps)) < 1e-6, `${id}: ${limitA} A is no multiple of ${request.stepA} A`);
      expect(limitA === 0 || (limitA >= minA - HAIR_A && limitA <= maxA + HAIR_A), `${id}: ${limitA} A`);
    }
  });
});

t.test('who is admitted follows from the order of service', async (t) => {
  holds(t, 'admission', requests({ imbalance: true }), (request) => {
    const answer = allocate(request);
    const admitted = admittedByHand(request);
    for (const { id } of request.chargePoints) {
      expect(limitOf(answer, id).limitA > 0 === admitted.has(id), `${id}: by hand ${admitted.has(id)}`);
    }
  });
});

t.test('equal sharing is max-min, and wastes nothing', async (t) => {
  holds(t, 'fair and full', requests({ imbalance: false, sharing: 'equal' }), (request) => {
    const answer = allocate(request);
    const { stepA } = request;
    const admitted = new Set(request.chargePoints.map(({ id }) => id).filter((id) => limitOf(answer, id).limitA > 0));
    const shares = maxMinShares(request, admitted);
    const users = wiresOf(request);
    for (const candidate of request.chargePoints.filter(({ id }) => admitted.has(id))) {
      const { limitA } = limitOf(answer, candidate.id);
      const share = shares.get(candidate.id) ?? Number.NaN;
      const roundedA = Math.floor(share / stepA + 1e-5) * stepA;
      expect(
        limitA >= roundedA - REMAINDER_STEPS * stepA - HAIR_A,
        `${candidate.id}: ${limitA} A of a share of ${share} A`,
      );
      const own = [...users].filter(([, candidates]) => candidates.includes(candidate));
      const isFull = own.some(([wire, candidates]) => loadOn(answer, candidates) + stepA > wire.capacityA + HAIR_A);
      expect(isFull || limitA + stepA > candidate.maxA + HAIR_A, `${candidate.id} could take a step more`);
    }
  });
});

t.test('the same input gives the same answer, and is not touched', async (t) => {
  holds(t, 'deterministic', requests({ imbalance: true }), (request) => {
    const copy = structuredClone(request);
    const first = JSON.stringify([...allocate(request).limits]);
    expect(JSON.stringify([...allocate(copy).limits]) === first, 'another answer');
    expect(JSON.stringify(copy) === JSON.stringify(request), 'the request was changed');
  });
});

t.test('in another order everybody gets the same, up to the remainder', async (t) => {
  const inOrder = requests({ imbalance: false, sharing: 'equal' }).map((request) => ({
    ...request,
    shortage: 'longest-charging-first' as const,
    chargePoints: request.chargePoints.map((facts, index) => ({ ...facts, chargingS: index })),
  }));
  holds(t, 'permutation', inOrder, (request) => {
    const answer = allocate(request);
    const turned = allocate({ ...request, chargePoints: [...request.chargePoints].reverse() });
    for (const { id } of request.chargePoints) {
      const [here, there] = [limitOf(answer, id).limitA, limitOf(turned, id).limitA];
      expect((here === 0) === (there === 0), `${id}: ${here} A or ${there} A`);
      expect(
        Math.abs(here - there) <= (1 + REMAINDER_STEPS) * request.stepA + HAIR_A,
        `${id}: ${here} A or ${there} A`,
      );
    }
  });
});

t.test('the reason is true', async (t) => {
  holds(t, 'boundBy', requests({ imbalance: false }), (request) => {
    const answer = allocate(request);
    for (const candidate of request.chargePoints) expectTrueReason(request, answer, candidate);
  });
});

function expectTrueReason(request: AllocationRequest, answer: AllocationAnswer, candidate: AllocationCandidate): void {
  const { id, minA, maxA } = candidate;
  const { limitA, boundBy } = limitOf(answer, id);
  const users = wiresOf(request);
  const { stepA } = request;
  if (boundBy.kind === 'maximum') {
    expect(limitA + stepA > maxA || (limitA === 0 && maxA < minA + stepA), `${id}: not its maximum`);
    return;
  }
  if (boundBy.kind !== 'circuit' && boundBy.kind !== 'step' && boundBy.kind !== 'shortage') {
    throw new Error(`${id}: the allocator cannot know ${boundBy.kind} here`);
  }
  const named = [...users].find(([{ circuit, phase }]) => circuit.id === boundBy.circuit && phase === boundBy.phase);
  if (!named?.[1].includes(candidate)) throw new Error(`${id}: its current does not flow there`);
  const freeA = named[0].capacityA - loadOn(answer, named[1]);
  expect(freeA < (boundBy.kind === 'shortage' ? minA + stepA : stepA) + HAIR_A, `${id}: ${freeA} A are free`);
  const isBeaten = named[1].some((other) => Math.abs(limitOf(answer, other.id).limitA - limitA - stepA) < HAIR_A);
  expect(isBeaten || boundBy.kind !== 'step', `${id}: nobody there has one step more`);
}
