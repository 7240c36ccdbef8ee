/** The judge judged: answers that are wrong by one little thing must all be objected to. */
import fc from 'fast-check';
import t from 'tap';
import { divide } from './division.js';
import { type AnswerForm, type ChargePointForm, PHASE_WORDS, type ReasonForm, type RequestForm } from './form.js';
import { judge } from './judge.js';
import { overSites } from './over-sites.js';
import { sites } from './sites.js';

/** One wrong answer out of a right one, about one charge point; nothing where that is not possible. */
type Mutation = (answer: AnswerForm, id: string, request: RequestForm) => AnswerForm | undefined;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a step more': (answer, id, { stepA = 1 }) => withLimit(answer, id, limitOf(answer, id) + stepA),
  'a step less': (answer, id, { stepA = 1 }) =>
    limitOf(answer, id) > 0 ? withLimit(answer, id, limitOf(answer, id) - stepA) : undefined,
  'a thousandth more': (answer, id) => withLimit(answer, id, limitOf(answer, id) + 1e-3),
  'not served': (answer, id) => (limitOf(answer, id) > 0 ? withLimit(answer, id, 0) : undefined),
  'served in place of one that comes first': swappedWithPaused,
  'left out': (answer, id) => ({ ...answer, limits: without(answer.limits, id) }),
  'another kind of reason': (answer, id, { circuits }) => {
    const isMaximum = reasonOf(answer, id).kind === 'maximum';
    const circuit = circuits[0]?.id ?? '';
    return withReason(answer, id, isMaximum ? { kind: 'circuit', circuit, phase: 'L1' } : { kind: 'maximum' });
  },
  'a reason on a phase that it does not load': (answer, id, request) => {
    const reason = reasonOf(answer, id);
    const form = request.chargePoints.find((each) => each.id === id);
    const phase = PHASE_WORDS.find((_, index) => form && !isLoaded(form, index));
    return reason.phase && phase ? withReason(answer, id, { ...reason, phase }) : undefined;
  },
  'a reason in a circuit that is not there': (answer, id) => {
    const reason = reasonOf(answer, id);
    return reason.circuit ? withReason(answer, id, { ...reason, circuit: 'nowhere' }) : undefined;
  },
  'yields to one more': (answer, id) => {
    const { yieldsTo, ...reason } = reasonOf(answer, id);
    return yieldsTo && withReason(answer, id, { ...reason, yieldsTo: [...yieldsTo, id] });
  },
  'yields to one less': (answer, id) => {
    const { yieldsTo = [], ...reason } = reasonOf(answer, id);
    return yieldsTo.length > 0 ? withReason(answer, id, { ...reason, yieldsTo: yieldsTo.slice(1) }) : undefined;
  },
  'a load that is not there': (answer, _, { circuits }) => {
    const id = circuits[0]?.id ?? '';
    const told = answer.circuits[id];
    if (!told) return undefined;
    const [a, b, c] = told.loadA;
    return { ...answer, circuits: { ...answer.circuits, [id]: { ...told, loadA: [a, b, c + 0.1] } } };
  },
  'a capacity that is not there': (answer, _, { circuits }) => {
    const id = circuits.at(-1)?.id ?? '';
    const told = answer.circuits[id];
    if (!told) return undefined;
    const [a, b, c] = told.capacityA;
    return { ...answer, circuits: { ...answer.circuits, [id]: { ...told, capacityA: [a - 1, b, c] } } };
  },
};

function limitOf({ limits }: AnswerForm, id: string): number {
  return limits[id]?.limitA ?? 0;
}

function reasonOf({ limits }: AnswerForm, id: string): ReasonForm {
  return limits[id]?.boundBy ?? { kind: 'nothing' };
}

function withLimit(answer: AnswerForm, id: string, limitA: number): AnswerForm {
  const rounded = Math.round(limitA * 1e6) / 1e6;
  return { ...answer, limits: { ...answer.limits, [id]: { limitA: rounded, boundBy: reasonOf(answer, id) } } };
}

function withReason(answer: AnswerForm, id: string, boundBy: ReasonForm): AnswerForm {
  return { ...answer, limits: { ...answer.limits, [id]: { limitA: limitOf(answer, id), boundBy } } };
}

function without(limits: AnswerForm['limits'], id: string): AnswerForm['limits'] {
  return Object.fromEntries(Object.entries(limits).filter(([each]) => each !== id));
}

function swappedWithPaused(answer: AnswerForm, id: string): AnswerForm | undefined {
  const { [id]: own, ...others } = answer.limits;
  const [paused] = Object.entries(others).find(([, { boundBy }]) => boundBy.kind === 'shortage') ?? [];
  const other = paused === undefined ? undefined : answer.limits[paused];
  if (!own || own.limitA === 0 || paused === undefined || !other) return undefined;
  return { ...answer, limits: { ...answer.limits, [id]: other, [paused]: own } };
}

function isLoaded({ rotation, phases, activePhases }: ChargePointForm, grid: number): boolean {
  const phase = rotation.indexOf('RST'.charAt(grid));
  return phase < phases && (activePhases?.[phase] ?? true);
}

const picks = fc.tuple(sites(), fc.nat(), fc.constantFrom(...Object.keys(MUTATIONS)));

t.test('the judge objects to every wrong answer', async (t) => {
  const made = new Map(Object.keys(MUTATIONS).map((name) => [name, 0]));
  overSites(t, 'mutations', picks, ([request, which, name]) => {
    const id = request.chargePoints[which % request.chargePoints.length]?.id ?? '';
    const wrong = MUTATIONS[name]?.(divide(request), id, request);
    if (!wrong) return [];
    made.set(name, (made.get(name) ?? 0) + 1);
    return judge(request, wrong).objections.length > 0 ? [] : [`${id}: ${name}: no objection`];
  });
  t.comment([...made].map(([name, count]) => `${count} x ${name}`).join(', '));
});

function behind(limitA: number, chargePoints: readonly Partial<ChargePointForm>[], facts: Partial<RequestForm> = {}) {
  const plain = {
    circuit: 'main',
    phases: 1,
    rotation: 'RST',
    minA: 6,
    maxA: 32,
    connectedAtS: 0,
    chargingS: 0,
  } as const;
  return {
    circuits: [{ id: 'main', limitA: [limitA, limitA, limitA] as const, imbalanceLimitA: 20 }],
    chargePoints: chargePoints.map((form, index) => ({ ...plain, id: `v${index}`, ...form })),
    sharing: 'equal' as const,
    shortage: 'priority-only' as const,
    ...facts,
  };
}

const free = { circuits: [{ id: 'main', limitA: [21, 21, 21] as const }] };
const TWO = behind(21, [{}, {}], free);
const THREE = behind(21, [{}, {}, {}, {}], free);
const CLASSES = behind(21, [{}, { priority: 2 }], { ...free, sharing: 'priority' });
/** The second, on L2 and L3, makes room for the first on L1. */
const LIFTED = behind(63, [{}, { phases: 2, rotation: 'STR' }]);

const ROWS: readonly (readonly [request: RequestForm, limitsA: readonly number[], broken: readonly string[]])[] = [
  [TWO, [11, 10], []],
  [TWO, [10, 11], []],
  [TWO, [11, 11], ['rule 1']],
  [TWO, [10, 10], ['rule 5', 'rule 5']],
  [TWO, [12, 9], ['rule 4']],
  [TWO, [21, 0], ['rule 3', 'rule 4']],
  [TWO, [33, 0], ['rule 2']],
  [TWO, [16, 5], ['rule 2']],
  [THREE, [7, 7, 7, 0], []],
  [THREE, [7, 7, 0, 7], ['rule 3', 'rule 4', 'rule 3']],
  [CLASSES, [15, 6], []],
  [CLASSES, [11, 10], ['rule 4']],
  [LIFTED, [32, 32], []],
  [LIFTED, [20, 20], ['rule 4', 'rule 4', 'rule 5', 'rule 5']],
  [LIFTED, [32, 11], ['rule 1', 'rule 1', 'rule 4', 'rule 5']],
];

t.test('what the judge says of divisions that are plain to see', async (t) => {
  for (const [request, limitsA, broken] of ROWS) {
    const limits = request.chargePoints.map(({ id }, index) => {
      return [id, { limitA: limitsA[index] ?? 0, boundBy: { kind: 'nothing' } }] as const;
    });
    const { objections } = judge(request, { limits: Object.fromEntries(limits), circuits: {} });
    const rules = objections.filter((text) => text.startsWith('rule')).map((text) => text.slice(0, 6));
    t.same([...rules].sort(), [...broken].sort(), `${limitsA}`);
  }
});
