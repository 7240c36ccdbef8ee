/** A process of its own, as the daemon is one: what a division of one site takes. The answer goes to the parent. */
import { defined } from '../src/base/assert.js';
import { mapPhases } from '../src/base/units.js';
import { Allocator, allocate as allocateOnce } from '../src/dlm/allocate.js';
import { DivisionSite, PreparedDivision, type SiteKind } from './division-site.js';
import { progressiveFilling } from './progressive-filling.js';

const WARM_UP_MS = 400;
const MEASURE_MS = 300;
/** Where one call takes long. */
const CALLS_MIN = 5;

export interface DivisionTimes {
  readonly count: number;
  readonly kind: SiteKind;
  /** Milliseconds of each call. */
  readonly callMs: readonly number[];
  readonly divideMs: readonly number[];
  readonly allocateMs: readonly number[];
  /** Only where the textbook knows all that matters. */
  readonly textbookMs?: readonly number[];
  readonly differA?: number;
}

function measure(count: number, kind: SiteKind): DivisionTimes {
  const site = new DivisionSite(count, kind);
  if (kind === 'imbalance') assertThatItBinds(site);
  const row = { count, kind, ...measurePrepared(site), allocateMs: measureAnswers(site) };
  if (kind !== 'fuses') return row;
  const textbookMs = repeated((moment) => timed(() => progressiveFilling(site.at(moment))));
  return { ...row, textbookMs, differA: differenceA(site) };
}

function measurePrepared(site: DivisionSite): Pick<DivisionTimes, 'callMs' | 'divideMs'> {
  const prepared = new PreparedDivision(site);
  const divideMs: number[] = [];
  const callMs = repeated((moment) => {
    const startedMs = performance.now();
    prepared.fill(moment);
    const filledMs = performance.now();
    prepared.divider.divide();
    const endedMs = performance.now();
    divideMs.push(endedMs - filledMs);
    return endedMs - startedMs;
  });
  return { callMs, divideMs: divideMs.slice(-callMs.length) };
}

function measureAnswers(site: DivisionSite): readonly number[] {
  const allocator = new Allocator(site.at(0).circuits);
  return repeated((moment) => timed(() => allocator.allocate(site.at(moment))));
}

/** The milliseconds that `callMs` gives, at one moment of the site after the other. */
function repeated(callMs: (moment: number) => number): readonly number[] {
  const timesMs: number[] = [];
  let moment = 0;
  const repeatFor = (durationMs: number, calls: number): void => {
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs || timesMs.length < calls) timesMs.push(callMs(moment++));
  };
  repeatFor(WARM_UP_MS, 1);
  timesMs.length = 0;
  repeatFor(MEASURE_MS, CALLS_MIN);
  return timesMs;
}

function timed(call: () => unknown): number {
  const startedMs = performance.now();
  call();
  return performance.now() - startedMs;
}

/** The shares that know nothing of the imbalance limit break it; else these were the times of a site without one. */
function assertThatItBinds({ requests }: DivisionSite): void {
  for (const request of requests) {
    const [main, ...boards] = request.circuits;
    const { imbalanceLimitA = 0, ...plain } = defined(main, 'main circuit');
    const { loadA } = defined(allocateOnce({ ...request, circuits: [plain, ...boards] }).circuits.get('main'), 'main');
    const sumsA = mapPhases((p) => loadA[p] + plain.backgroundA[p]);
    if (Math.max(...sumsA) - Math.min(...sumsA) <= imbalanceLimitA)
      throw new Error('the imbalance limit does not bind');
  }
}

/** The largest difference between the exact shares and the textbook's: nothing, or one of the two is wrong. */
function differenceA(site: DivisionSite): number {
  const { chargePoints, stepA } = site.at(0);
  const exact = progressiveFilling(site.at(0));
  const prepared = new PreparedDivision(site);
  prepared.fill(0);
  prepared.divider.divide();
  const { shareOf } = prepared.divider.division;
  return chargePoints.reduce(
    (most, { id }, seat) => Math.max(most, Math.abs((shareOf[seat] ?? 0) * stepA - (exact.get(id) ?? 0))),
    0,
  );
}

const [, , count = '10', kind = 'fuses'] = process.argv;
process.send?.(measure(Number(count), kind as SiteKind));
