/**
 * `evenkeel demo`: a whole virtual site on this machine, on loopback only. The broker, the meter, six slaves and the
 * master are processes of their own that speak the real protocols; this one starts them, starts again what was killed,
 * and shows what the broker shows.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJson } from '../../base/json.js';
import type { LogLevel } from '../../base/logger.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { siteTopic } from '../../northbound/topics.js';
import { minuteOfDay } from '../../sim/day/time-lapse.js';
import { createKeyFile, newKey } from '../../cli/keys/key-store.js';
import { print } from '../output.js';
import { building, sessions, timeLapse } from '../world.js';
import { Board } from './board.js';
import { Child } from './child.js';
import { type LogLine, type Picture, wallClock } from './picture.js';
import { type DemoPorts, freePorts } from './ports.js';
import { type Display, openDisplay } from './screen.js';
import {
  BASE_TOPIC,
  brokerScript,
  brokerUrl,
  configText,
  type DemoFiles,
  type DayChoice,
  MASTER,
  processPlans,
  recordedData,
  SITE_NAME,
} from './site.js';
import { Tally } from './tally.js';
import { Watcher } from './watcher.js';

const FRAME_MS = 250;
/** At the latest. */
const SLAVES_AFTER_MS = 3_000;
/** Kept for the table. */
const LOG_MAX = 100;
const SIZE = { loadFactor: 1, pvFactor: 1 };
const LEVELS: ReadonlySet<string> = new Set<LogLevel>(['debug', 'info', 'warn', 'error']);

export interface DemoOptions {
  readonly seconds: number | undefined;
  readonly factor: number;
  readonly start: string;
  readonly seed: number;
  readonly data: string | undefined;
}

/** Throws an `ExitError`; else gives the exit code: 69 when the time is up and the site was never complete. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const day = { ...options, data: options.data ?? recordedData(), beganMs: Date.now() };
  checkOptions(options, day);
  const ports = await freePorts();
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-demo-'));
  try {
    const config = join(folder, 'evenkeel.yaml');
    const keyFile = join(folder, 'keys', 'site.key');
    createKeyFile(keyFile, [newKey(1)]);
    writeFileSync(config, configText(ports, keyFile));
    const demo = new Demo(day, ports, { config, keyFile, stateDir: join(folder, 'state') });
    return await demo.run(options.seconds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkOptions({ factor, data }: DemoOptions, day: DayChoice): void {
  timeLapse(day.start, factor);
  if (data !== undefined) building({ ...day, ...SIZE });
  if (data !== undefined) sessions(1, { ...day, ...SIZE });
  if (existsSync(brokerScript())) return;
  const why = `expected ${brokerScript()}, which only a checkout of the project has; run there: make demo`;
  throw new ExitError(EXIT.unavailable, `demo: ${why}`);
}

class Demo {
  readonly #day: DayChoice;
  readonly #startedAtMs = performance.now();
  readonly #board = new Board();
  readonly #tally = new Tally();
  readonly #log: LogLine[] = [];
  readonly #children: readonly Child[];
  readonly #watcher: Watcher;
  readonly #display: Display;
  #slavesDue: NodeJS.Timeout | undefined;
  #wasComplete = false;
  #isEnding = false;
  #end: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(day: DayChoice, ports: DemoPorts, files: DemoFiles) {
    this.#day = day;
    this.#display = openDisplay({ key: (key) => this.#press(key), gone: () => this.#end() });
    this.#children = processPlans(ports, files, day).map((plan) => {
      const note = (level: LogLevel, text: string): void => this.#note(level, 'DEMO', text);
      return new Child(plan, { note, ...(plan.name === MASTER && { line: (text) => this.#hearMaster(text) }) });
    });
    const root = siteTopic(BASE_TOPIC, SITE_NAME);
    this.#watcher = new Watcher({
      url: brokerUrl(ports),
      root,
      connected: () => this.#board.forgetPresence(),
      hear: (level, id, payload) => this.#hear(level, id, payload),
    });
    const where = `MQTT ${brokerUrl(ports)}, topics ${root}/#, configuration ${files.config}`;
    this.#note('info', 'DEMO', `${day.data === undefined ? 'a generated day' : 'a recorded day'}; ${where}`);
  }

  async run(seconds: number | undefined): Promise<number> {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.#end);
    let isTimeUp = false;
    const timeUp = (): void => {
      isTimeUp = true;
      this.#end();
    };
    const atEnd = seconds === undefined ? undefined : setTimeout(timeUp, seconds * 1000);
    for (const child of this.#children.filter((each) => !isSlave(each))) child.start();
    this.#slavesDue = setTimeout(() => this.#startSlaves(), SLAVES_AFTER_MS);
    const frames = setInterval(() => this.#display.show(this.#picture()), FRAME_MS);
    await this.#ended;
    this.#isEnding = true;
    for (const timer of [atEnd, frames, this.#slavesDue]) clearInterval(timer);
    this.#display.close();
    this.#watcher.close();
    await Promise.all(this.#children.map((child) => child.stop()));
    print(this.#report());
    return isTimeUp && !this.#wasComplete ? EXIT.unavailable : EXIT.ok;
  }

  /** The site first, its slaves when it shows itself (or after a while): so there is something to see while they start. */
  #startSlaves(): void {
    clearTimeout(this.#slavesDue);
    if (this.#slavesDue === undefined || this.#isEnding) return;
    this.#slavesDue = undefined;
    for (const child of this.#children.filter(isSlave)) child.start();
    this.#note('info', 'DEMO', `pids: ${this.#children.map(({ plan, pid }) => `${plan.name} ${pid}`).join(', ')}`);
  }

  #press(key: string): void {
    // In raw mode Ctrl-C and Ctrl-D arrive as characters.
    if (key === 'q' || key === 'Q' || key === '\x03' || key === '\x04') this.#end();
    this.#children.find(({ plan }) => plan.key === key.toLowerCase())?.kill();
  }

  #hear(level: string, id: string, payload: string): void {
    const nowMs = performance.now();
    this.#startSlaves();
    this.#board.hear(level, id, payload, nowMs);
    this.#tally.see(this.#board, level, id, nowMs);
    if (!this.#wasComplete && this.#isComplete()) {
      this.#wasComplete = true;
      const seconds = ((nowMs - this.#startedAtMs) / 1000).toFixed(1);
      this.#note('info', 'DEMO', `complete after ${seconds} s: meter, master and all charge points are there`);
    }
  }

  #isComplete(): boolean {
    const { site, meters } = this.#board;
    const slavesAreThere = site?.slavesOnline !== null && site?.slavesOnline === site?.slavesKnown;
    return slavesAreThere && meters.size > 0 && [...meters.values()].every((meter) => meter.online);
  }

  /** A line of the master's log, as JSON; what is none is shown as it is. */
  #hearMaster(text: string): void {
    const line = parseJson(text);
    const { level, event, msg } = { level: 'warn', event: MASTER, msg: text, ...(line as object | undefined) };
    this.#note(LEVELS.has(level) ? (level as LogLevel) : 'info', event, msg);
  }

  #note(level: LogLevel, event: string, text: string): void {
    const line = { clock: wallClock(new Date()), level, event, text };
    this.#log.push(line);
    if (this.#log.length > LOG_MAX) this.#log.shift();
    this.#display.event(line);
  }

  #picture(): Picture {
    const { start, factor, beganMs } = this.#day;
    const nowMs = performance.now();
    return {
      siteName: SITE_NAME,
      dayMinute: minuteOfDay(timeLapse(start, factor), Date.now() - beganMs),
      factor,
      uptimeMs: nowMs - this.#startedAtMs,
      nowMs,
      brokerIsUp: this.#watcher.isUp,
      board: this.#board,
      processes: this.#children.map(({ plan, pid }) => ({ name: plan.name, key: plan.key, pid })),
      log: this.#log,
    };
  }

  #report(): string {
    const seconds = Math.round((performance.now() - this.#startedAtMs) / 1000);
    const restarted = this.#children.filter((child) => child.restarts > 0);
    const restarts = restarted.map(({ plan, restarts }) => `${plan.name} ${restarts}`).join(', ') || 'none';
    const changes = `limits changed ${this.#tally.limitChanges} times; restarts: ${restarts}`;
    const trouble = this.#wasComplete ? [] : ['the site was never complete: meter, master and all charge points'];
    return [`demo: ${seconds} s; ${changes}`, ...this.#tally.lines(), ...trouble].join('\n');
  }
}

function isSlave({ plan }: Child): boolean {
  return plan.args.includes('slaves');
}
