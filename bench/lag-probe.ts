/**
 * For `node --import` before a program: how late its event loop is. At each SIGUSR2 the file that EVENKEEL_LAG_FILE names
 * gets what was seen since the last one, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often a timer is due; what the histogram shows is the time from one to the next. */
const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;

/** Milliseconds. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const file = process.env['EVENKEEL_LAG_FILE'];
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();
process.on('SIGUSR2', () => {
  const lateMs = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  const { max } = histogram;
  const lag: Lag = {
    p50: lateMs(histogram.percentile(50)),
    p99: lateMs(histogram.percentile(99)),
    max: lateMs(max),
  };
  histogram.reset();
  if (file !== undefined) writeFileSync(file, JSON.stringify(lag));
});
