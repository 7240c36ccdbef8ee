/** The pollers of all configured meters, and what they know for the status. */
import { defined } from '../base/assert.js';
import { seededRng } from '../base/rng.js';
import type { PhaseAmps } from '../base/units.js';
import type { MeterConfig } from '../config/types.js';
import type { Circuit } from '../dlm/types.js';
import { meterModel } from '../meters/models/index.js';
import type { RegisterBus } from '../ports/register-bus.js';
import type { MeterStatus } from '../ports/status-sink.js';
import { MeterPoller, type PollerEvent } from '../runtime/poller.js';
import type { MeterBoard } from '../runtime/site-status.js';
import { modbusTcpBus } from '../transports/modbus-tcp.js';
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

/** Meters behind the same address share one bus: one connection, one request at a time. */
export function createMeters(configs: readonly MeterConfig[], circuits: readonly Circuit[], told: Told): Meters {
  const buses = new Map<string, RegisterBus>();
  const busOf = ({ connection }: MeterConfig): RegisterBus => {
    const key = `${connection.host}:${connection.port}`;
    const bus = buses.get(key) ?? modbusTcpBus(connection, systemTimers);
    buses.set(key, bus);
    return bus;
  };
  const pollers = configs.map((config) => ({ config, poller: createPoller(config, busOf(config), circuits, told) }));
  return {
    start: () => {
      for (const { poller } of pollers) poller.start();
    },
    stop: async () => {
      for (const { poller } of pollers) poller.stop();
      await Promise.all([...buses.values()].map((bus) => bus.close()));
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
  const { id: meterId, model: modelId, unitId, pollPeriodMs, timeoutMs, maxAgeMs } = config;
  const model = meterModel(modelId);
  if (!model.ok) throw new ExitError(EXIT.config, model.error);
  const limitA = defined(
    circuits.find((circuit) => circuit.meter === meterId),
    `circuit of meter ${meterId}`,
  ).limitA;
  return new MeterPoller(
    { meterId, model: model.value, unitId, pollPeriodMs, timeoutMs, maxAgeMs, limitA },
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

function statusOf({ id, model }: MeterConfig, { belief }: MeterPoller, nowMs: number): MeterStatus {
  return {
    id,
    model,
    online: belief.state === 'online',
    ageMs: belief.sampledAtMs === null ? null : Math.round(nowMs - belief.sampledAtMs),
    ...(belief.reading ?? NOTHING_MEASURED),
  };
}
