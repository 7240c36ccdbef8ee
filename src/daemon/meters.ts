/** The pollers of all configured meters, and what they know for the status. */
import { defined } from '../base/assert.js';
import { seededRng } from '../base/rng.js';
import { busKey } from '../config/connection.js';
import type { PhaseAmps } from '../base/units.js';
import type { MeterConfig } from '../config/types.js';
import type { Circuit } from '../dlm/types.js';
import type { RegisterBus } from '../ports/register-bus.js';
import type { MeterStatus } from '../ports/status-sink.js';
import { installationOf, modelOfMeter } from '../runtime/meter-model.js';
import { MeterPoller, type PollerEvent } from '../runtime/poller.js';
import type { MeterBoard } from '../runtime/site-status.js';
import { busFor } from '../transports/buses.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import { EXIT, ExitError } from './exit-codes.js';
import { newSeed } from './identity.js';

export interface Meters extends MeterBoard {
  start(): void;
  stop(): Promise<void>;
}

/** Who is told what meters say, and knows what the charge points draw that a meter sees. */
interface Told {
  readonly emit: (event: PollerEvent) => void;
  readonly drawnBehindA: (meterId: string) => PhaseAmps | undefined;
}

const NOTHING_MEASURED = {
  currentA: [null, null, null],
  voltageV: [null, null, null],
  powerW: [null, null, null],
  totalPowerW: null,
} as const satisfies Partial<MeterStatus>;

interface Buses {
  busOf(config: MeterConfig): RegisterBus;
  close(): Promise<void>;
}

/** Meters behind the same address or on the same line share one bus: one connection, one request at a time. */
function openBuses(): Buses {
  const buses = new Map<string, RegisterBus>();
  return {
    busOf: ({ connection }) => {
      const key = busKey(connection);
      const bus = buses.get(key) ?? busFor(connection, systemTimers);
      buses.set(key, bus);
      return bus;
    },
    close: async () => {
      await Promise.all([...buses.values()].map((bus) => bus.close()));
    },
  };
}

export function createMeters(configs: readonly MeterConfig[], circuits: readonly Circuit[], told: Told): Meters {
  const buses = openBuses();
  const pollers = configs.map((config) => ({
    config,
    poller: createPoller(config, buses.busOf(config), circuits, told),
  }));
  return {
    start: () => {
      for (const { poller } of pollers) poller.start();
    },
    stop: async () => {
      for (const { poller } of pollers) poller.stop();
      await buses.close();
    },
    list: (nowMs) => pollers.map(({ config, poller }) => statusOf(config, poller, nowMs)),
  };
}

function createPoller(
  config: MeterConfig,
  bus: RegisterBus,
  circuits: readonly Circuit[],
  { emit, drawnBehindA }: Told,
): MeterPoller {
  const { id: meterId, unitId, pollPeriodMs, timeoutMs, maxAgeMs } = config;
  const model = modelOfMeter(config);
  if (!model.ok) throw new ExitError(EXIT.config, model.error);
  const limitA = defined(
    circuits.find((circuit) => circuit.meter === meterId),
    `circuit of meter ${meterId}`,
  ).limitA;
  const installation = installationOf(config, limitA);
  return new MeterPoller(
    { meterId, model: model.value, installation, unitId, pollPeriodMs, timeoutMs, maxAgeMs, limitA },
    {
      bus,
      clock: systemClock,
      timers: systemTimers,
      rng: seededRng(newSeed()),
      emit,
      drawnA: () => drawnBehindA(meterId),
    },
  );
}

function statusOf({ id, model }: MeterConfig, { belief, noise }: MeterPoller, nowMs: number): MeterStatus {
  return {
    id,
    model,
    online: belief.state === 'online',
    ageMs: belief.sampledAtMs === null ? null : Math.round(nowMs - belief.sampledAtMs),
    ...(belief.reading ?? NOTHING_MEASURED),
    ...noise.figures(nowMs),
  };
}
