/** Times of day as they are given and shown: in the time zone of this machine. */
import { EXIT, ExitError } from '../../daemon/exit-codes.js';

const DAY_MS = 86_400_000;
const MS_PER_MIN = 60_000;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `from` and `to` are HH:MM or HH:MM:SS: the last time that it was so late before the end of the recording. */
export function windowOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  span: { readonly fromMs: number; readonly untilMs: number },
): Window {
  const toMs = to === undefined ? Number.POSITIVE_INFINITY : momentOf('to', to, span.untilMs);
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : momentOf('from', from, Math.min(toMs, span.untilMs));
  return { fromMs, toMs };
}

function momentOf(option: string, text: string, untilMs: number): number {
  const [, hour, minute, second = '0'] = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) {
    throw new ExitError(EXIT.usage, `evenkeel: --${option}: expected HH:MM or HH:MM:SS, got "${text}"`);
  }
  const day = new Date(untilMs);
  const atMs = day.setHours(Number(hour), Number(minute), Number(second), 0);
  return atMs <= untilMs ? atMs : atMs - DAY_MS;
}

/** "10:02:11.204". */
export function clockText(wallMs: number): string {
  const at = new Date(wallMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** "2026-11-28 10:02:11". */
export function dayText(wallMs: number): string {
  const at = new Date(wallMs);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${clockText(wallMs).slice(0, 8)}`;
}

/** "UTC+01:00". */
export function zoneText(wallMs: number): string {
  const minutes = -new Date(wallMs).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes * MS_PER_MIN) / MS_PER_MIN;
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
