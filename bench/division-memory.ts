/**
 * A process of its own, with --expose-gc and a large young generation: what the prepared division of one site throws away
 * with each call, and what it keeps. The answer goes to the parent.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { DivisionSite, PreparedDivision, type SiteKind } from './division-site.js';
import { pause } from './numbers.js';

export interface DivisionMemory {
  /** Absent when V8 collected some of it each time. */
  readonly bytesPerCall?: number;
  readonly heapBytes: number;
  readonly arrayBytes: number;
}

const WARM_UP_MS = 700;
const MEASURE_MS = 200;
const WARM_UP_CALLS_MIN = 20;
const CALLS_MIN = 5;
const FREEING_MS = 50;
const ATTEMPTS_MAX = 5;

const [, , count = '10', kind = 'fuses'] = process.argv;
const collect = global.gc;
if (!collect) throw new Error('needs --expose-gc');

const site = new DivisionSite(Number(count), kind as SiteKind);
let prepared: PreparedDivision | undefined = new PreparedDivision(site);
divideFor(WARM_UP_MS, WARM_UP_CALLS_MIN);
const calls = divideFor(MEASURE_MS, CALLS_MIN);
const bytesPerCall = await garbagePerCall(calls);
const kept = await used();
prepared = undefined;
const rest = await used();
process.send?.({
  ...(bytesPerCall !== undefined && { bytesPerCall }),
  heapBytes: kept.heapUsed - rest.heapUsed,
  arrayBytes: kept.arrayBuffers - rest.arrayBuffers,
} satisfies DivisionMemory);

/** Returns how many calls these were. */
function divideFor(durationMs: number, callsMin: number): number {
  const endMs = performance.now() + durationMs;
  let calls = 0;
  for (; performance.now() < endMs || calls < callsMin; calls++) divide(calls);
  return calls;
}

function divide(moment: number): void {
  prepared?.fill(moment);
  prepared?.divider.divide();
}

/** Typed arrays are freed by another thread, some time after the collection. */
async function used(): Promise<NodeJS.MemoryUsage> {
  collect?.();
  await pause(FREEING_MS);
  collect?.();
  return process.memoryUsage();
}

/** Nothing may be collected in between, as that would hide what it took; V8 does so of itself now and then. */
async function garbagePerCall(calls: number): Promise<number | undefined> {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    await used();
    collections = 0;
    observer.observe({ entryTypes: ['gc'] });
    const before = process.memoryUsage().heapUsed;
    for (let moment = 0; moment < calls; moment++) divide(moment);
    const grownBytes = process.memoryUsage().heapUsed - before;
    await pause(FREEING_MS);
    observer.disconnect();
    if (collections === 0) return grownBytes / calls;
  }
  return undefined;
}
