/** The few statistics of the tables, and what the kernel says of a process. */
import { readFileSync } from 'node:fs';
import { defined } from '../src/base/assert.js';

/** Nearest rank: a value that was really measured. `share` 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return defined(sorted[rank], 'a value to take the quantile of');
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Median, p95, p99, largest. */
export function spread(values: readonly number[]): readonly [number, number, number, number] {
  return [median(values), quantile(values, 0.95), quantile(values, 0.99), quantile(values, 1)];
}

export interface ProcessMemory {
  /** Resident, with the pages of files (the node binary) that all node processes share. */
  readonly rssMb: number;
  /** Resident and its own alone: heap, stacks, compiled code. */
  readonly anonMb: number;
  /** The most that was ever resident. */
  readonly peakMb: number;
}

/** /proc/PID/status, in units of 1024 * 1024 bytes. */
export function processMemory(pid: number): ProcessMemory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024;
  return { rssMb: mb('VmRSS'), anonMb: mb('RssAnon'), peakMb: mb('VmHWM') };
}

/** USER_HZ: what /proc counts in on every Linux that Node runs on. */
const TICKS_PER_S = 100;

/** Seconds on a processor since the start, all threads, user and system (/proc/PID/stat). */
export function processCpuS(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces; utime and stime are the fields 14 and 15, the 12th and 13th after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** Resolves after `ms`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits so long, and says before each second how many are over. */
export async function passSeconds(seconds: number, say: (second: number) => void): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    say(second);
    await pause(1000);
  }
}

/** How busy the processors were over the next second, 0 to 1, all of them together. */
export async function busyShare(): Promise<number> {
  const [before, , after] = [processorTicks(), await pause(1000), processorTicks()];
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

/** /proc/stat: since the start of the machine. */
function processorTicks(): { readonly idle: number; readonly all: number } {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
  const ticks = line.split(/\s+/).slice(1).map(Number);
  // Idle, and idle while a disk was waited for.
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), all: ticks.reduce((sum, value) => sum + value, 0) };
}
