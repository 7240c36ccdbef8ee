/** The pollers of all configured meters, and what they know for the status. */
import { seededRng } from '../base/rng.js';
import type { PhaseAmps } from '../base/units.js';
import type { MeterConfig } from '../config/types.js';
import type { Site } from '../dlm/types.js';
import type { RegisterBus } from '../ports/register-bus.js';
import { configuredPoller, meterStatus } from '../runtime/configured-meter.js';
import type { MeterPoller, PollerEvent } from '../runtime/poller.js';
import type { MeterBoard } from '../runtime/site-status.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import { type Buses, openBuses } from './buses.js';
import { EXIT, ExitError } from './exit-codes.js';
import { newSeed } from './identity.js';

export interface Meters extends MeterBoard {
  start(): void;
  /** Closes the buses, too. */
  stop(): Promise<void>;
}

/** Who is told what meters say, and knows what the charge points draw that a meter sees. */
interface Told {
  readonly emit: (event: PollerEvent) => void;
  readonly drawnBehindA: (meterId: string) => PhaseAmps | undefined;
}

export function createMeters(
  configs: readonly MeterConfig[],
  site: Pick<Site, 'circuits' | 'voltageV'>,
  told: Told,
  buses: Buses = openBuses(),
): Meters {
  const pollers = configs.map((config) => ({
    config,
    poller: createPoller(config, buses.busOf(config.connection), site, told),
  }));
  return {
    start: () => {
      for (const { poller } of pollers) poller.start();
    },
    stop: async () => {
      for (const { poller } of pollers) poller.stop();
      await buses.close();
    },
    list: (nowMs) => pollers.map(({ config, poller }) => meterStatus(config, poller, nowMs)),
  };
}

function createPoller(
  config: MeterConfig,
  bus: RegisterBus,
  site: Pick<Site, 'circuits' | 'voltageV'>,
  { emit, drawnBehindA }: Told,
): MeterPoller {
  const poller = configuredPoller(config, site, {
    bus,
    clock: systemClock,
    timers: systemTimers,
    rng: seededRng(newSeed()),
    emit,
    drawnA: () => drawnBehindA(config.id),
  });
  if (!poller.ok) throw new ExitError(EXIT.config, poller.error);
  return poller.value;
}
