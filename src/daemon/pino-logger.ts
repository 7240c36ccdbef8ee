/**
 * The daemon's log on stdout: JSON lines, for the journal with its priority prefix, on a terminal as text for people.
 * It never blocks, and it never ends the process: a reader that is slow or gone costs lines, which are counted.
 */
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import type { EventCode } from '../base/events.js';
import { harmless, harmlessJson } from '../base/harmless.js';
import type { LogFields, Logger, LogLevel } from '../base/logger.js';
import { createRepeatFilter, type Repeated } from './log-repeats.js';
import { createLogWriter, type LogWriter } from './log-writer.js';

const STDOUT = 1;
/** sd-daemon(3): the journal takes the priority from the start of the line. */
const JOURNAL_PREFIX = { debug: '<7>', info: '<6>', warn: '<4>', error: '<3>' } as const satisfies Record<
  LogLevel,
  string
>;
const TEXT_MARK = { debug: '', info: '', warn: 'WARN ', error: 'ERROR ' } as const satisfies Record<LogLevel, string>;
const TEXT_COLOUR = { debug: '2', info: '0', warn: '33', error: '31' } as const satisfies Record<LogLevel, string>;
/**
 * Complaints that may come again and again without anything having changed; only these are counted instead of repeated.
 * All others tell of a change: left out, a meter that is lost, back and lost again would look as if it were back.
 */
const COMPLAINTS: ReadonlySet<EventCode> = new Set([
  'DATAGRAM_DROPPED',
  'EPOCH',
  'LOG_DROPPED',
  'LOOP_LATE',
  'METER_ERROR',
  'MQTT_LOST',
  'NETWORK',
  'NOTIFY_FAILED',
  'SLAVE_REFUSED',
  'STATE_FAILED',
  'TWO_MASTERS',
]);
/** Fields that the log itself sets. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['level', 'time', 'event', 'msg']);

type LogFormat = 'json' | 'journal' | 'text';

export interface DaemonLogger extends Logger {
  /** Lines lost since the start because the reader was too slow or gone. */
  dropped(): number;
  /** Before the end of the process: resolves when all lines are out, or after 500 ms. */
  flush(): Promise<void>;
}

export interface LoggerOptions {
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  /** Instead of stdout; gets JSON lines. */
  readonly stream?: { write(line: string): unknown };
}

interface Line {
  readonly level: LogLevel;
  readonly event: EventCode;
  readonly message: string;
  readonly fields: LogFields;
}

export function createLogger(options: LoggerOptions): DaemonLogger {
  return new PinoLogger(options);
}

class PinoLogger implements DaemonLogger {
  readonly #format: LogFormat;
  readonly #colour: boolean;
  readonly #writer: LogWriter;
  readonly #json: pino.Logger;
  readonly #repeats = createRepeatFilter<Line>();
  #linePrefix = '';
  #timer: NodeJS.Timeout | undefined;

  constructor({ level, stream }: LoggerOptions) {
    this.#format = stream ? 'json' : stdoutFormat();
    this.#colour = !process.env['NO_COLOR'];
    this.#writer = stream ? streamWriter(stream) : createLogWriter(STDOUT, (lines) => this.#reportDropped(lines));
    this.#json = pino(
      {
        level,
        base: null,
        timestamp: this.#format === 'json' && pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line: string) => this.#writer.write(this.#linePrefix + harmlessJson(line)) },
    );
  }

  log(level: LogLevel, event: EventCode, message: string, fields: LogFields = {}): void {
    if (!this.#json.isLevelEnabled(level)) return;
    const line = { level, event, message, fields };
    this.#writeRepeated(this.#repeats.due(performance.now()));
    const isRepeated = COMPLAINTS.has(event) && !this.#repeats.admit(`${event} ${message}`, line, performance.now());
    if (!isRepeated) this.#write(line);
    this.#scheduleRepeats();
  }

  dropped(): number {
    return this.#writer.dropped();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writeRepeated(this.#repeats.drain());
    await this.#writer.flush();
  }

  #reportDropped(lines: number): void {
    this.log('warn', 'LOG_DROPPED', `${lines} log lines were dropped: their reader is too slow`, { lines });
  }

  #writeRepeated(repeated: readonly Repeated<Line>[]): void {
    for (const { line, count } of repeated) this.#write({ ...line, message: `${line.message} (+${count} times)` });
  }

  #scheduleRepeats(): void {
    const dueMs = this.#repeats.nextDueMs();
    if (dueMs === undefined || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#writeRepeated(this.#repeats.due(performance.now()));
        this.#scheduleRepeats();
      },
      Math.max(1, dueMs - performance.now()),
    ).unref();
  }

  #write(line: Line): void {
    if (this.#format === 'text') {
      this.#writer.write(textLine(line, new Date(), this.#colour));
      return;
    }
    this.#linePrefix = this.#format === 'journal' ? JOURNAL_PREFIX[line.level] : '';
    const fields = Object.entries(line.fields).filter(([name]) => !OWN_FIELDS.has(name));
    this.#json[line.level]({ event: line.event, ...Object.fromEntries(fields) }, line.message);
  }
}

function streamWriter(stream: { write(line: string): unknown }): LogWriter {
  return {
    write: (line) => void stream.write(line),
    dropped: () => 0,
    flush: () => Promise.resolve(),
  };
}

function stdoutFormat(): LogFormat {
  if (isatty(STDOUT)) return 'text';
  return isJournal(process.env['JOURNAL_STREAM']) ? 'journal' : 'json';
}

/** systemd names the journal's socket as "device:inode"; an inherited variable does not mean that stdout is it. */
function isJournal(journalStream: string | undefined): boolean {
  if (!journalStream) return false;
  try {
    const { dev, ino } = fstatSync(STDOUT);
    return journalStream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** "21:03:07 LIMIT        cp3 16 A -> 10 A: garage L2 full" */
function textLine({ level, event, message }: Line, now: Date, colour: boolean): string {
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, '0'));
  const text = `${time.join(':')} ${event.padEnd(12)} ${TEXT_MARK[level]}${harmless(message)}`;
  return colour && level !== 'info' ? `\x1b[${TEXT_COLOUR[level]}m${text}\x1b[0m\n` : `${text}\n`;
}
