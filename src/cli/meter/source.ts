/** Where `evenkeel meter read` has its values from: a connection of its own, or the master that runs and holds the meter. */
import { fail, ok, type Result } from '../../base/result.js';
import type { Ms } from '../../base/units.js';
import type { MeterConfig } from '../../config/types.js';
import { ExitError } from '../../daemon/exit-codes.js';
import { createMeters, type Meters } from '../../daemon/meters.js';
import type { Site } from '../../dlm/types.js';
import type { MeterStatus, SiteStatus } from '../../ports/status-sink.js';
import type { PollerEvent } from '../../runtime/poller.js';
import { systemClock } from '../../transports/system-time.js';
import type { SocketArguments } from '../command.js';
import { ask } from '../../cli/control/client.js';

export interface Heard {
  readonly status: MeterStatus;
  readonly from: 'meter' | 'master';
  /** How long the last poll took, all its requests together; `null` where the master polls. */
  readonly pollMs: Ms | null;
}

export interface MeterSource {
  /** The values of now, or why there are none. The first look waits until the meter has answered or is lost. */
  look(): Promise<Result<Heard>>;
  close(): Promise<void>;
}

/** The daemon's own poller on one meter, so that nothing is shown here that the daemon would not believe. */
export class OwnConnection implements MeterSource {
  readonly #meters: Meters;
  readonly #isKnown: Promise<void>;
  #pollMs: Ms | null = null;
  #reason = 'no answer yet';
  #known: () => void = () => undefined;

  constructor(meter: MeterConfig, site: Pick<Site, 'circuits' | 'voltageV'>) {
    this.#isKnown = new Promise((resolve) => {
      this.#known = resolve;
    });
    this.#meters = createMeters([meter], site, {
      emit: (event) => this.#hear(event),
      drawnBehindA: () => undefined,
    });
    this.#meters.start();
  }

  #hear(event: PollerEvent): void {
    if (event.kind === 'sample') this.#pollMs = Math.round(systemClock.monotonicMs() - event.sampledAtMs);
    if (event.kind === 'lost') this.#reason = event.reason;
    if (event.kind === 'error') this.#reason = event.text;
    if (event.kind === 'sample' || event.kind === 'lost') this.#known();
  }

  async look(): Promise<Result<Heard>> {
    await this.#isKnown;
    const [status] = this.#meters.list(systemClock.monotonicMs());
    if (!status?.online) return fail(this.#reason);
    return ok({ status, from: 'meter', pollMs: this.#pollMs });
  }

  close(): Promise<void> {
    return this.#meters.stop();
  }
}

export class RunningMaster implements MeterSource {
  readonly #where: SocketArguments;
  readonly #meter: MeterConfig;

  constructor(where: SocketArguments, meter: MeterConfig) {
    this.#where = where;
    this.#meter = meter;
  }

  async look(): Promise<Result<Heard>> {
    try {
      const { meters, alarms } = (await ask(this.#where, { command: 'status' })) as SiteStatus;
      const status = meters.find(({ id }) => id === this.#meter.id);
      if (status?.online) return ok({ status, from: 'master', pollMs: null });
      const isOurs = (text: string): boolean => `; ${text}`.includes(`; ${this.#meter.id}: `);
      const alarm = alarms.find(({ code, active, text }) => active && code === 'METER_LOST' && isOurs(text));
      return fail(`the running master, which holds its connection, says: ${alarm?.text ?? 'not heard yet'}`);
    } catch (error) {
      if (error instanceof ExitError) return fail(error.message);
      throw error;
    }
  }

  async close(): Promise<void> {}
}
