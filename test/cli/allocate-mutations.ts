/** Requests for the fuzz: valid ones from a seed, and what mutation makes of them. */
import { ROTATIONS } from '../../src/base/rotation.js';
import type { Rng } from '../../src/base/rng.js';

/** Any JSON value; objects and lists may be changed in place. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const STEPS = [1, 1, 1, 0.1, 0.5, 2];
const SHORTAGES = ['longest-charging-first', 'last-connected-first', 'priority-only'];
const WORDS = [
  'id',
  'circuit',
  'parent',
  'limitA',
  'limtA',
  'c0',
  'p0',
  'RST',
  'equal',
  '',
  '6',
  '__proto__',
  'constructor',
];
const NUMBERS = [0, -0, 1, 2, 3, -1, 0.1, 1e-9, 6.5, 1e6, 1e7, -1e6, 1e308, 5e-324, 2 ** 53, 2 ** 53 + 2];
/** Written as 1e999, which JSON.parse reads as Infinity. */
const ENDLESS = 1.2345e300;

function pick<T>(rng: Rng, items: readonly T[], otherwise: T): T {
  return items[rng.int(items.length)] ?? otherwise;
}

function currents(rng: Rng, low: number, high: number): Json {
  return Array.from({ length: 3 }, () => Math.round(rng.between(low, high) * 10) / 10);
}

function circuit(rng: Rng, index: number): Json {
  return {
    id: `c${index}`,
    ...(index > 0 && { parent: `c${rng.int(index)}` }),
    limitA: currents(rng, 0, 80),
    ...(rng.chance(0.5) && { backgroundA: currents(rng, -20, 40) }),
    ...(rng.chance(0.3) && { imbalanceLimitA: rng.int(30) }),
    ...(rng.chance(0.3) && { limitW: rng.int(30_000) }),
    ...(rng.chance(0.2) && { voltageV: 120 + rng.int(120) }),
  };
}

function chargePoint(rng: Rng, index: number, circuits: number): Json {
  const phases = 1 + rng.int(3);
  const active = Array.from({ length: phases }, (_, phase) => phase === 0 || rng.chance(0.5));
  return {
    id: `p${index}`,
    circuit: `c${rng.int(circuits)}`,
    phases,
    rotation: pick(rng, ROTATIONS, 'RST'),
    ...(rng.chance(0.5) && { activePhases: active }),
    minA: pick(rng, [0, 6, 6, 6.5, 8], 6),
    maxA: pick(rng, [0, 10, 16, 20.5, 32], 16),
    ...(rng.chance(0.5) && { priority: 1 + rng.int(3) }),
    ...(rng.chance(0.5) && { connectedAtS: rng.int(1000) }),
    ...(rng.chance(0.5) && { chargingS: rng.int(1000) }),
  };
}

function validRequest(rng: Rng): Json {
  const circuits = 1 + rng.int(4);
  return {
    circuits: Array.from({ length: circuits }, (_, index) => circuit(rng, index)),
    chargePoints: Array.from({ length: rng.int(6) }, (_, index) => chargePoint(rng, index, circuits)),
    ...(rng.chance(0.7) && { stepA: pick(rng, STEPS, 1) }),
    ...(rng.chance(0.5) && { sharing: pick(rng, ['equal', 'priority'], 'equal') }),
    ...(rng.chance(0.5) && { shortage: pick(rng, SHORTAGES, '') }),
    ...(rng.chance(0.3) && { rotationSeed: rng.int(100) }),
  };
}

function anyValue(rng: Rng): Json {
  if (rng.chance(0.6)) return rng.chance(0.1) ? ENDLESS : pick<number>(rng, NUMBERS, 0);
  if (rng.chance(0.4)) return pick(rng, WORDS, '');
  if (rng.chance(0.05)) return JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) as Json;
  return pick<Json>(rng, [null, true, false, [], {}, [1, 2, 3], { id: 'c0' }, [true, false, true]], null);
}

/** A list or object somewhere inside. */
function somewhere(rng: Rng, value: Json): Json {
  if (typeof value !== 'object' || value === null || rng.chance(0.15)) return value;
  const inner = Object.values(value).filter((each) => typeof each === 'object' && each !== null);
  return inner.length === 0 ? value : somewhere(rng, pick<Json>(rng, inner, null));
}

function put(target: { [key: string]: Json }, key: string, value: Json): void {
  // An own key, also where it is called __proto__.
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function mutate(rng: Rng, request: Json): void {
  const target = somewhere(rng, request);
  if (Array.isArray(target)) {
    const at = rng.int(target.length + 1);
    const copy = structuredClone(target[rng.int(target.length)] ?? null);
    target.splice(at, rng.int(2), ...(rng.chance(0.7) ? [rng.chance(0.5) ? copy : anyValue(rng)] : []));
  } else if (typeof target === 'object' && target !== null) {
    const keys = Object.keys(target);
    const key = pick(rng, keys, 'id');
    const change = rng.int(4);
    if (change === 0) delete target[key];
    else if (change === 1) put(target, pick(rng, WORDS, 'id'), target[key] ?? anyValue(rng));
    else put(target, key, change === 2 ? anyValue(rng) : structuredClone(target[pick(rng, keys, 'id')] ?? 0));
  }
}

function mutateText(rng: Rng, text: string): string {
  const at = rng.int(text.length + 1);
  const pieces = ['', '"', '{', '}', '[', ']', ',', ':', '\\', '\n', '\0', '9', 'e', '-', '"id":0,', '\ud800'];
  if (rng.chance(0.3)) return text.slice(0, at);
  const piece = rng.chance(0.2) ? text.slice(at, at + rng.int(40)) : pick(rng, pieces, '');
  return text.slice(0, at) + piece + text.slice(at + rng.int(3));
}

/** A valid request with none to four changes, now and then one in its text. */
export function fuzzedRequest(rng: Rng): string {
  const request = validRequest(rng);
  for (let changes = rng.int(5); changes > 0; changes--) mutate(rng, request);
  const text = JSON.stringify(request).replaceAll(String(ENDLESS), '1e999');
  return rng.chance(0.15) ? mutateText(rng, text) : text;
}
