/**
 * Mutated requests: each is answered, or refused by one line. EVENKEEL_FUZZ=100000 runs so many of them, EVENKEEL_SEED=s one
 * particular: the one that a failure names.
 */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { compactAnswer, prettyAnswer } from '../../src/cli/allocate/answer.js';
import { explainAnswer } from '../../src/cli/allocate/explain.js';
import { RequestError } from '../../src/cli/allocate/finding.js';
import { requestOf } from '../../src/cli/allocate/source.js';
import { type AllocationRequest, allocate, type CircuitShare } from '../../src/dlm/allocate.js';
import { fuzzedRequest } from './allocate-mutations.js';

const RUNS = Number(process.env['EVENKEEL_FUZZ'] ?? 5_000);
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const LAST_SEED = process.env['EVENKEEL_SEED'] === undefined ? FIRST_SEED + RUNS - 1 : FIRST_SEED;
const FINDING =
  /^(?:request|line \d+, column \d+|(?:[\w-]+|\[".*"\])(?:\[\d+\]|\.[\w-]+|\[".*"\])*): expected \S.*, got \S.*$/;
const DUST_A = 1e-6;
const DUST_W = 1e-2;

interface Answer {
  readonly limits: Readonly<Record<string, { readonly limitA: number; readonly boundBy: { readonly kind: string } }>>;
  readonly circuits: Readonly<Record<string, CircuitShare>>;
}

/** What is wrong with the answer, if anything. */
function faultOf(request: AllocationRequest): string | undefined {
  const answer = allocate(request);
  const [text, pretty] = [[...compactAnswer(answer)].join(''), [...prettyAnswer(answer)].join('\n')];
  const { limits, circuits } = JSON.parse(text) as Answer;
  if (text.includes('null') || text.includes('\n')) return `answer ${text}`;
  if (JSON.stringify(JSON.parse(pretty)) !== JSON.stringify({ limits, circuits })) return `pretty ${pretty}`;
  if (Object.keys(limits).length !== request.chargePoints.length) return `limits ${text}`;
  for (const { id, minA, maxA } of request.chargePoints) {
    const { limitA, boundBy } = limits[id] ?? {};
    if (limitA === undefined || boundBy === undefined) return `nothing for ${id}`;
    const isInRange = limitA >= minA - DUST_A && limitA <= maxA + DUST_A;
    if (limitA !== 0 && !isInRange) return `${id} gets ${limitA}, not 0 nor ${minA} to ${maxA}`;
  }
  for (const { id } of request.circuits) {
    const { loadA, capacityA, loadW = 0, capacityW = 0 } = circuits[id] ?? { loadA: [], capacityA: [] };
    const isWithin = loadA.length === 3 && loadA.every((load, phase) => load <= (capacityA[phase] ?? 0) + DUST_A);
    if (!isWithin || loadW > capacityW + DUST_W) return `${id} loaded with ${loadA}, can carry ${capacityA}`;
  }
  return /undefined|NaN|\[object/.test(explainAnswer(request, answer).join('\n')) ? 'explanation' : undefined;
}

/** "answered", the key of the finding, or what is wrong. */
function outcomeOf(text: string): { readonly isGood: boolean; readonly says: string } {
  try {
    const fault = faultOf(requestOf(Buffer.from(text)));
    return { isGood: fault === undefined, says: fault ?? 'answered' };
  } catch (error) {
    if (!(error instanceof RequestError)) return { isGood: false, says: String(error) };
    return { isGood: FINDING.test(error.message) && error.message.length < 400, says: error.message };
  }
}

t.test('mutated requests are answered or refused by one line', { timeout: 600_000 }, async (t) => {
  let [answered, longestMs] = [0, 0];
  const kinds = new Set<string>();
  for (let seed = FIRST_SEED; seed <= LAST_SEED; seed++) {
    const text = fuzzedRequest(seededRng(seed));
    const beganMs = performance.now();
    const { isGood, says } = outcomeOf(text);
    longestMs = Math.max(longestMs, performance.now() - beganMs);
    if (says === 'answered') answered += 1;
    else kinds.add(says.replace(/, got .*/, '').replace(/\d+/g, 'n'));
    if (!isGood) t.fail(`EVENKEEL_SEED=${seed} node build/test/cli/allocate-fuzz.js: ${says}\n${text}`);
  }
  const runs = LAST_SEED - FIRST_SEED + 1;
  t.comment(`${runs} requests from seed ${FIRST_SEED}, ${answered} answered, ${kinds.size} kinds of findings`);
  t.comment(`the longest took ${Math.round(longestMs)} ms`);
  if (runs >= 1000)
    t.ok(answered > runs / 5 && answered < runs / 2 && kinds.size > 50, 'the mutations reach both sides');
});
