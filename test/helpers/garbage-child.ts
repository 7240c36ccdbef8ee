/**
 * A process of its own, with --expose-gc and a young generation that holds all its garbage: divides the same seats again
 * and again, and prints by how many bytes the heap grew. Its arguments: what there is (`fuses` that bind, a `shortage`, or an
 * `imbalance` between the phases), how many seats, how many calls.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { perPhase } from '../../src/base/units.js';
import { Divider } from '../../src/dlm/division/divider.js';
import type { CircuitSample } from '../../src/dlm/division/division.js';
import { divide } from './division-samples.js';

const WARM_UP_MS = 1_500;
const SETTLE_MS = 20;
const ATTEMPTS_MAX = 12;
const MEASUREMENTS = 3;

const [, , what = 'fuses', seatsText = '', callsText = ''] = process.argv;
const collect = global.gc;
if (!collect) throw new Error('needs --expose-gc');
const count = Number(seatsText);
/** Where phases may not part everybody has few neighbours, so that the search has many steps. */
const boards = what === 'imbalance' ? Math.ceil(count / 10) : 2;
const divider = new Divider({
  parentOf: Int32Array.from({ length: 1 + boards }, (_, index) => Math.min(0, index - 1)),
  root: 0,
});
const seats = Array.from({ length: count }, (_, turn) => {
  const phases = [1, 2, 4, 7, 3, 5, 6][turn % 7] ?? 7;
  return {
    circuit: 1 + (turn % boards),
    phases,
    minA: 6,
    maxA: phases === 1 ? 32 : ([10, 16, 20, 32][turn % 4] ?? 32),
    priority: 1,
    rank: (turn * 7919) % 1000,
    turn,
  };
});
const samples = [0, 1, 2, 3].map((backgroundA) => ({
  rules: { stepA: 1, sharing: 'equal', rotationSeed: backgroundA } as const,
  circuits: circuitsAt(backgroundA),
  seats,
}));

function circuitsAt(backgroundA: number): readonly CircuitSample[] {
  const perSeatA = what === 'shortage' ? 2 : 8;
  const board = (index: number): CircuitSample => ({
    limitA: perPhase(((7 + (index % 2)) * count) / boards),
    backgroundA: perPhase(0),
  });
  return [
    {
      limitA: perPhase(count * perSeatA),
      backgroundA: [backgroundA * 3, 0, 0],
      ...(what === 'imbalance' && { imbalanceLimitA: 60 }),
    },
    ...Array.from({ length: boards }, (_, index) => board(index)),
  ];
}

function divideOften(calls: number): void {
  for (let call = 0; call < calls; call++) {
    const sample = samples[call % samples.length];
    if (sample) divide(divider, sample);
  }
}

/** Bytes; `undefined` when V8 collected something meanwhile, which it does of itself now and then. */
async function growth(calls: number): Promise<number | undefined> {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  collect?.();
  await pause(SETTLE_MS);
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage().heapUsed;
  divideOften(calls);
  const grownBytes = process.memoryUsage().heapUsed - before;
  await pause(SETTLE_MS);
  observer.disconnect();
  return collections === 0 ? grownBytes : undefined;
}

for (const endMs = performance.now() + WARM_UP_MS; performance.now() < endMs; ) divideOften(samples.length);
/** The least of several: what the compiler has not finished yet makes objects that are gone in the end. */
let grownBytes = Number.POSITIVE_INFINITY;
let measured = 0;
for (let attempt = 0; attempt < ATTEMPTS_MAX && measured < MEASUREMENTS; attempt++) {
  const bytes = await growth(Number(callsText));
  if (bytes === undefined) continue;
  measured++;
  grownBytes = Math.min(grownBytes, bytes);
}
if (measured === 0) throw new Error('something was collected each time while it was counted');
const kinds = new Set(seats.map((_, seat) => divider.bindingOf(seat)?.kind));
process.stdout.write(
  JSON.stringify({ grownBytes, steps: [...divider.division.steps.subarray(0, count)], kinds: [...kinds] }),
);
