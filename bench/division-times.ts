/** A process of its own, as the daemon is one: what a division of one site takes. The answer goes to the parent. */
import { defined } from '../src/base/assert.js';
import { mapPhases } from '../src/base/units.js';
import { Allocator, allocate as allocateOnce } from '../src/dlm/allocate.js';
import { DivisionSite, PreparedDivision, type SiteKind } from './division-site.js';
import { progressiveFilling } from './progressive-filling.js';

const WARM_UP_MS = 400;
const MEASURE_MS = 300;
/** Where one call takes long. */
const READINGS_MIN = 5;
/** Fewer charge points are read for all moments of the site together: the clock takes a tenth of such a call. */
const SINGLE_MIN = 100;

export interface DivisionTimes {
  readonly count: number;
  readonly kind: SiteKind;
  /** Milliseconds of each call; its first part alone. */
  readonly callMs: readonly number[];
  readonly fillMs: readonly number[];
  readonly allocateMs: readonly number[];
  /** Only where the textbook knows all that matters. */
  readonly textbookMs?: readonly number[];
  readonly differA?: number;
}

function measure(count: number, kind: SiteKind): DivisionTimes {
  const site = new DivisionSite(count, kind);
  if (kind === 'imbalance') assertThatItBinds(site);
  const calls = count < SINGLE_MIN ? site.requests.length : 1;
  const prepared = new PreparedDivision(site);
  const allocator = new Allocator(site.at(0).circuits);
  const row: DivisionTimes = {
    count,
    kind,
    callMs: readings(calls, (moment) => {
      prepared.fill(moment);
      prepared.divider.divide();
    }),
    fillMs: readings(calls, (moment) => prepared.fill(moment)),
    allocateMs: readings(calls, (moment) => allocator.allocate(site.at(moment))),
  };
  if (kind !== 'fuses') return row;
  const textbookMs = readings(calls, (moment) => progressiveFilling(site.at(moment)));
  return { ...row, textbookMs, differA: differenceA(site) };
}

/** Milliseconds per call, each reading of so many in a row: at one moment of the site after the other. */
function readings(calls: number, call: (moment: number) => unknown): readonly number[] {
  const timesMs: number[] = [];
  let moment = 0;
  const readFor = (durationMs: number, least: number): void => {
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs || timesMs.length < least) {
      const startedMs = performance.now();
      for (let i = 0; i < calls; i++) call(moment++);
      timesMs.push((performance.now() - startedMs) / calls);
    }
  };
  readFor(WARM_UP_MS, 1);
  timesMs.length = 0;
  readFor(MEASURE_MS, READINGS_MIN);
  return timesMs;
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
