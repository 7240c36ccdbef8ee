/** What must hold between the answers to related requests, and between equal vehicles of one request. */
import fc from 'fast-check';
import t from 'tap';
import { divide } from './division.js';
import type { AnswerForm, ChargePointForm, CircuitForm, RequestForm, Triple } from './form.js';
import { overSites } from './over-sites.js';
import { sites } from './sites.js';

/** Sort keys for as many charge points as a site can have. */
const shuffles = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12, size: 'max' });

t.test('the order of the charge points does not matter', async (t) => {
  overSites(t, 'permutation', fc.tuple(sites(), shuffles), ([site, shuffle]) => {
    const request = withUniqueKeys(site);
    const turned = { ...request, chargePoints: sorted(request.chargePoints, shuffle) };
    const [here, there] = [divide(request), divide(turned)];
    return request.chargePoints.flatMap(({ id }) => different(id, here.limits[id], there.limits[id]));
  });
});

/** Nobody is before or after another only because it was named first. */
function withUniqueKeys(request: RequestForm): RequestForm {
  const isByPriority = request.shortage === 'priority-only';
  const chargePoints = request.chargePoints.map((form, index) => ({
    ...form,
    chargingS: index,
    connectedAtS: index,
    ...(isByPriority && { priority: index + 1 }),
  }));
  return { ...request, chargePoints };
}

function sorted<T>(items: readonly T[], keys: readonly number[]): readonly T[] {
  return items
    .map((_, index) => index)
    .sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
    .flatMap((index) => items.slice(index, index + 1));
}

function different(what: string, here: unknown, there: unknown): readonly string[] {
  const [a, b] = [JSON.stringify(here), JSON.stringify(there)];
  return a === b ? [] : [`${what}: ${a} or ${b}`];
}

/** To which phase of the grid each goes: a cyclic order, or two changed over. */
const TURNS = [
  [1, 2, 0],
  [2, 0, 1],
  [1, 0, 2],
  [0, 2, 1],
  [2, 1, 0],
] as const;

t.test('no phase is better than another', async (t) => {
  overSites(t, 'turned phases', fc.tuple(sites(), fc.constantFrom(...TURNS)), ([request, turn]) => {
    const [here, there] = [divide(request), divide(turnedBy(request, turn))];
    return request.chargePoints.flatMap(({ id }) => different(id, here.limits[id]?.limitA, there.limits[id]?.limitA));
  });
});

function turnedBy(request: RequestForm, turn: Triple): RequestForm {
  const triple = (from: Triple): Triple => [
    at(from, turn.indexOf(0)),
    at(from, turn.indexOf(1)),
    at(from, turn.indexOf(2)),
  ];
  const letter = (from: string): string => 'RST'.charAt(at(turn, 'RST'.indexOf(from)));
  return {
    ...request,
    circuits: request.circuits.map(({ limitA, backgroundA, ...circuit }) => ({
      ...circuit,
      limitA: triple(limitA),
      ...(backgroundA && { backgroundA: triple(backgroundA) }),
    })),
    chargePoints: request.chargePoints.map((form) => ({
      ...form,
      rotation: [...form.rotation].map(letter).join('') as ChargePointForm['rotation'],
    })),
  };
}

function at(triple: Triple, index: number): number {
  return triple[index] ?? Number.NaN;
}

const more = fc.tuple(fc.nat(3), fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(10_000));

/** Only for `equal`: by priority the first class may use what it gets elsewhere to take more from the second. */
t.test('more capacity never lowers the lowest limit', async (t) => {
  overSites(t, 'more capacity', fc.tuple(sites({ sharing: 'equal' }), more), ([request, [which, ...moreOf]]) => {
    const index = which % request.circuits.length;
    const circuits = request.circuits.map((circuit, i) => (i === index ? widened(circuit, moreOf) : circuit));
    const [before, after] = [lowestA(divide(request)), lowestA(divide({ ...request, circuits }))];
    return after >= before ? [] : [`${JSON.stringify(circuits[index])}: ${before} A became ${after} A`];
  });
});

function widened(circuit: CircuitForm, [a, b, c, watts]: readonly [number, number, number, number]): CircuitForm {
  const { limitA, limitW } = circuit;
  return {
    ...circuit,
    limitA: [limitA[0] + a, limitA[1] + b, limitA[2] + c],
    ...(limitW !== undefined && { limitW: limitW + watts }),
  };
}

function lowestA({ limits }: AnswerForm): number {
  return Math.min(...Object.values(limits).map(({ limitA }) => limitA));
}

t.test('the same request gives the same answer, and is not touched', async (t) => {
  overSites(t, 'deterministic', sites(), (request) => {
    const first = divide(deepFrozen(request));
    return different('answer', first, divide(structuredClone(request)));
  });
});

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}

t.test('no limit lies between 0 and the minimum', async (t) => {
  overSites(t, 'minimum', sites(), (request) => {
    const { limits } = divide(request);
    return request.chargePoints.flatMap(({ id, minA }) => {
      const limitA = limits[id]?.limitA ?? Number.NaN;
      return limitA === 0 || limitA >= minA ? [] : [`${id}: ${limitA} A`];
    });
  });
});

t.test('of two equal vehicles the one that comes first in the order of service is served', async (t) => {
  overSites(t, 'order of service', sites({ models: 1 }), (request) => {
    const { limits } = divide(request);
    const isServed = (form: ChargePointForm): boolean => isServedIn(limits, form);
    return pairsOfEquals(request.chargePoints, electricalFacts).flatMap(([a, b]) => {
      const [first, second] = isBefore(request, a, b) ? [a, b] : [b, a];
      return isServed(first) || !isServed(second) ? [] : [`${second.id} is served before ${first.id}`];
    });
  });
});

/** A minimum of 0 is always served. */
function isServedIn(limits: AnswerForm['limits'], { id, minA }: ChargePointForm): boolean {
  return minA === 0 || (limits[id]?.limitA ?? 0) > 0;
}

function isBefore({ shortage, chargePoints }: RequestForm, a: ChargePointForm, b: ChargePointForm): boolean {
  const [priorityA, priorityB] = [a.priority ?? 1, b.priority ?? 1];
  if (priorityA !== priorityB) return priorityA < priorityB;
  if (shortage === 'longest-charging-first' && a.chargingS !== b.chargingS) return a.chargingS < b.chargingS;
  if (shortage === 'last-connected-first' && a.connectedAtS !== b.connectedAtS) return a.connectedAtS < b.connectedAtS;
  return chargePoints.indexOf(a) < chargePoints.indexOf(b);
}

/** All that matters to the current of a vehicle, but for its place in the order. */
function electricalFacts({ circuit, phases, rotation, activePhases, minA, maxA }: ChargePointForm): string {
  return JSON.stringify([circuit, phases, rotation, activePhases, minA, maxA]);
}

function pairsOfEquals(
  forms: readonly ChargePointForm[],
  facts: (form: ChargePointForm) => string,
): readonly (readonly [ChargePointForm, ChargePointForm])[] {
  return forms.flatMap((a, index) =>
    forms
      .slice(index + 1)
      .filter((b) => facts(a) === facts(b))
      .map((b) => [a, b] as const),
  );
}

/** So many seeds in a row: more than there are in a block (division/equals.ts) of most sites. */
const ROUNDS = 30;
const models = fc.constantFrom(1, 2, 3);

t.test('the remainder goes round: after any number of seeds equal vehicles differ by one step at most', async (t) => {
  overSites(
    t,
    'rotation',
    models.chain((count) => sites({ models: count })),
    (request) => {
      const { rotationSeed: first = 0, stepA = 1 } = request;
      const shareClass = ({ priority = 1 }: ChargePointForm): number => (request.sharing === 'priority' ? priority : 0);
      const equalFacts = (form: ChargePointForm): string => electricalFacts(form) + shareClass(form);
      const sums = new Map<string, number>();
      const objections: string[] = [];
      for (let round = 0; round < ROUNDS && objections.length === 0; round++) {
        const { limits } = divide({ ...request, rotationSeed: first + round });
        for (const [id, { limitA }] of Object.entries(limits)) sums.set(id, (sums.get(id) ?? 0) + limitA);
        const served = request.chargePoints.filter((form) => isServedIn(limits, form));
        for (const [a, b] of pairsOfEquals(served, equalFacts)) {
          const differenceA = Math.abs((sums.get(a.id) ?? 0) - (sums.get(b.id) ?? 0));
          if (differenceA > stepA + 1e-9) {
            objections.push(`${a.id} and ${b.id} differ by ${differenceA} A after ${round + 1} seeds`);
          }
        }
      }
      return objections;
    },
  );
});
