/**
 * `evenkeel meter scan`: asks unit id after unit id behind one address or on one line, one request at a time, reads only.
 * What was found when the time is over, or after Ctrl-C, is shown all the same.
 */
import type { Ms } from '../../base/units.js';
import type { Connection } from '../../config/types.js';
import { EXIT } from '../../daemon/exit-codes.js';
import type { MeterModel } from '../../meters/model.js';
import { METER_MODELS } from '../../meters/models/index.js';
import type { BusError, RegisterBus } from '../../ports/register-bus.js';
import type { SiteStatus } from '../../ports/status-sink.js';
import { busFor } from '../../transports/buses.js';
import { systemClock, systemTimers } from '../../transports/system-time.js';
import { ask } from '../../cli/control/client.js';
import { wrapped } from '../../cli/control/columns.js';
import { complain, print, printJson } from '../output.js';
import { adviceFor } from './advice.js';
import { Progress } from './progress.js';
import { Device, type Fit, fitsOf } from './recognise.js';
import { type Found, foundJson, foundText } from './snippet.js';
import { connectionUrl, type Round, roundsOf, type ScanTarget } from './target.js';

/** A meter answers within half a second (Carlo Gavazzi's limit, the longest known); a silent unit id costs as much. */
const ANSWER_MS: Ms = 500;
/** Requests in a row without a connection, after which there is none. */
const REFUSALS_MAX = 3;
/** Unit ids that hardly any meter has: a device that answers to them answers to all. */
const RARE_UNITS = [239, 173] as const;

export interface ScanQuestion extends ScanTarget {
  /** Seconds. */
  readonly timeout: number;
  readonly json: boolean;
}

/** Resolves with the exit code. Throws an `ExitError`. */
export async function scanMeters(asked: ScanQuestion): Promise<number> {
  const rounds = roundsOf(asked, METER_MODELS);
  await warnOfMaster();
  const scan = new Scan(asked.timeout * 1000);
  const stop = (): void => scan.stop('stopped by Ctrl-C');
  process.once('SIGINT', stop);
  for (const round of rounds) if (scan.ended === undefined) await scan.run(round);
  process.off('SIGINT', stop);
  scan.progress.clear();
  const summary = scan.summary(rounds);
  if (asked.json) printJson({ target: asked.target, ...scan.counts(), found: scan.found.map(foundJson) });
  else if (scan.found.length > 0) print(foundText(scan.found, summary));
  if (scan.found.length > 0) return EXIT.ok;
  complain([...summary, ...adviceFor(scan.lastError)].join('\n'));
  return EXIT.unavailable;
}

/** A second connection to a meter that takes one is refused, or takes the meter away from the master. */
async function warnOfMaster(): Promise<void> {
  const status = await ask({}, { command: 'status' }).catch(() => undefined);
  if (status === undefined) return;
  const { site, meters } = status as SiteStatus;
  const ids = meters.map(({ id }) => id).join(', ');
  const text = `the master of "${site}" runs here and holds its meters (${ids}); one that takes a single connection`;
  complain(wrapped('note: ', `${text} does not answer now, or is lost to the master for some seconds`).join('\n'));
}

/** The likelier ones first. */
type ModelGroups = readonly (readonly MeterModel[])[];

/** Behind a gateway, one with RS-485 alone answers on Modbus TCP as well. */
function modelsBehind({ kind }: Connection): ModelGroups {
  const has = (transport: 'tcp' | 'rtu') => METER_MODELS.filter(({ connections }) => connections.includes(transport));
  return kind === 'tcp'
    ? [has('tcp'), has('rtu').filter(({ connections }) => !connections.includes('tcp'))]
    : [has('rtu')];
}

async function firstFits(device: Device, groups: ModelGroups): Promise<readonly Fit[]> {
  for (const models of groups) {
    const fits = await fitsOf(device, models);
    if (fits.length > 0) return fits;
  }
  return [];
}

class Scan {
  readonly found: Found[] = [];
  readonly progress = new Progress();
  /** Why it ended early. */
  ended: string | undefined;
  lastError = '';
  #asked = 0;
  #refusals = 0;
  #isStopped = false;
  readonly #deadlineMs: Ms;

  constructor(limitMs: Ms) {
    this.#deadlineMs = systemClock.monotonicMs() + limitMs;
  }

  stop(why: string): void {
    this.#isStopped = true;
    this.ended ??= why;
  }

  /** For the next request; 0 when there must be none. */
  readonly #timeLeft = (): Ms => {
    if (this.#isStopped) return 0;
    return Math.min(ANSWER_MS, Math.max(0, this.#deadlineMs - systemClock.monotonicMs()));
  };

  async run({ connection, unitIds }: Round): Promise<void> {
    const models = modelsBehind(connection);
    const bus = busFor(connection, systemTimers);
    for (const [index, unitId] of unitIds.entries()) {
      if (this.#timeLeft() === 0) this.stop('the time is over');
      if (this.ended !== undefined) break;
      this.progress.show(
        `${connectionUrl(connection)}: unit ${unitId}, ${index + 1} of ${unitIds.length}; ${this.found.length} found`,
      );
      const fits = await this.#ask(bus, unitId, models);
      if (fits) await this.#take({ connection, unitId, fits, isTried: this.#timeLeft() > 0 }, bus, models);
    }
    await bus.close();
  }

  /** The models that fit; `undefined` where nobody answers. */
  async #ask(bus: RegisterBus, unitId: number, models: ModelGroups): Promise<Found['fits'] | undefined> {
    const device = new Device(bus, unitId, this.#timeLeft);
    const { isThere, error } = await device.knock();
    if (this.#timeLeft() === 0 && !isThere) return undefined;
    this.#asked += 1;
    this.#refusals = error && isNoConnection(error) ? this.#refusals + 1 : 0;
    if (error) this.lastError = error.text;
    if (this.#refusals >= REFUSALS_MAX) this.stop(`no connection: ${error?.text}`);
    return isThere ? await firstFits(device, models) : undefined;
  }

  async #take(found: Found, bus: RegisterBus, models: ModelGroups): Promise<void> {
    this.found.push(found);
    const names = found.fits.map(({ model }) => model.id).join(' or ') || 'a device of no known model';
    this.progress.say(`${connectionUrl(found.connection)}: unit ${found.unitId}: ${names}`);
    if (found.connection.kind !== 'tcp' || this.found.length > 1) return;
    if (await this.#answersToAll(found, bus, models)) {
      this.stop(`it answers alike to every unit id`);
    }
  }

  /** Whether the unit id means nothing to the device: the same meter is found under ids that hardly any has. */
  async #answersToAll({ fits, unitId }: Found, bus: RegisterBus, models: ModelGroups): Promise<boolean> {
    const nameOf = (each: Found['fits']): string => each.map(({ model, identity }) => `${model.id} ${identity}`).join();
    for (const rare of RARE_UNITS.filter((each) => each !== unitId)) {
      const device = new Device(bus, rare, this.#timeLeft);
      if (!(await device.knock()).isThere) return false;
      if (nameOf(await firstFits(device, models)) !== nameOf(fits)) return false;
    }
    return true;
  }

  counts(): Readonly<Record<string, unknown>> {
    return { asked: this.#asked, endedBy: this.ended ?? null };
  }

  summary(rounds: readonly Round[]): readonly string[] {
    const connection = rounds[0]?.connection;
    const where =
      connection === undefined ? '' : connection.kind === 'rtu' ? `rtu:${connection.path}` : connectionUrl(connection);
    const end = this.ended === undefined ? [] : [this.ended];
    return [`${where}: ${this.#asked} unit ids asked, ${this.found.length} answered`, ...end];
  }
}

function isNoConnection({ kind, text }: BusError): boolean {
  return kind === 'unreachable' || /^no connection/.test(text);
}
