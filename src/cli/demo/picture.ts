/** Everything that one frame shows, as data: made by the demo, drawn by table.ts (terminal) and lines.ts (elsewhere). */
import type { LogLevel } from '../../base/logger.js';
import type { Board } from './board.js';

export interface LogLine {
  /** Local time of day: "21:03:07". */
  readonly clock: string;
  readonly level: LogLevel;
  readonly event: string;
  readonly text: string;
}

export interface ProcessView {
  readonly name: string;
  readonly key: string;
  /** `undefined` while it is down. */
  readonly pid: number | undefined;
}

export interface Picture {
  readonly siteName: string;
  /** Minute of the simulated day. */
  readonly dayMinute: number;
  readonly factor: number;
  /** Of the demo. */
  readonly uptimeMs: number;
  readonly nowMs: number;
  /** False while the demo itself is not connected to the broker. */
  readonly brokerIsUp: boolean;
  readonly board: Board;
  readonly processes: readonly ProcessView[];
  /** The latest at the end. */
  readonly log: readonly LogLine[];
}

/** 990 -> "16:30". */
export function dayClock(minute: number): string {
  const whole = Math.floor(minute);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}

/** Local time of day: "21:03:07". */
export function wallClock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A terminal gets plain ASCII only: nothing that came from outside may steer it or be wider than it looks. */
export function plainText(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

/** 61_000 -> "1:01". */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** 2_140 -> "2.1 s". */
export function secondsText(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
