/** The sources of the digital inputs, put together from real parts. What they say goes to the master through its door. */
import { hostname } from 'node:os';
import { defined } from '../base/assert.js';
import { seededRng } from '../base/rng.js';
import type { Ms } from '../base/units.js';
import type { InputConfig, InputSource, MasterConfig } from '../config/types.js';
import type { SiteInput } from '../dlm/types.js';
import { InputGate } from '../runtime/input-gate.js';
import { bitLevel, InputPoller, type InputPollerOptions } from '../runtime/input-poller.js';
import type { InputNews } from '../runtime/recorder/types.js';
import { GpioLine } from '../transports/gpio-line.js';
import { systemClock, systemTimers } from '../transports/system-time.js';
import type { Buses } from './buses.js';
import { newSeed } from './identity.js';

const time = { clock: systemClock, timers: systemTimers };
/** A level is told again so often while its line is watched, or three times within its maximum age. */
const GPIO_BEAT_MAX_MS = 10_000;

export interface Inputs {
  start(): void;
  /** Ends when no connection and no child process is left. */
  stop(): Promise<void>;
}

interface Told {
  readonly masterId: string;
  readonly emit: (news: InputNews) => void;
}

type Tell = (level: InputNews['level'], reason?: string) => void;

/** One that says something, and ends. */
interface Source {
  readonly start: () => void;
  readonly stop: () => void | Promise<void>;
}

export async function createInputs(config: MasterConfig, buses: Buses, { masterId, emit }: Told): Promise<Inputs> {
  const gates = new Map(config.inputs.map(({ id }) => [id, new InputGate({ ...time, emit })]));
  const tell = (id: string, level: InputNews['level'], reason?: string): void =>
    gates.get(id)?.tell({ kind: 'input', id, level, reason });
  const known = new Map(config.site.inputs?.map((input) => [input.id, input]));
  const open = (input: InputConfig): Promise<Source[]> =>
    sourceOf(input.source, defined(known.get(input.id), `input ${input.id}`), buses, (level, reason) =>
      tell(input.id, level, reason),
    );
  const sources = (await Promise.all(config.inputs.map(open))).flat();
  const subscriber = await mqttSource(config, masterId, tell);
  const all = subscriber ? [...sources, subscriber] : sources;
  return {
    start: () => {
      for (const source of all) source.start();
    },
    stop: async () => {
      await Promise.all(all.map((source) => source.stop()));
    },
  };
}

async function sourceOf(
  source: InputSource,
  { maxAgeMs = Number.POSITIVE_INFINITY }: SiteInput,
  buses: Buses,
  tell: Tell,
): Promise<Source[]> {
  switch (source.kind) {
    case 'gpio': {
      const line = new GpioLine({ ...source, ...time, beatMs: Math.min(GPIO_BEAT_MAX_MS, maxAgeMs / 3), tell });
      return [{ start: () => line.start(), stop: () => line.stop() }];
    }
    case 'modbus': {
      const bus = buses.busOf(source.connection);
      return [polled(source, maxAgeMs, (timeoutMs) => bitLevel(bus, source, timeoutMs), tell)];
    }
    case 'http': {
      // Loaded only where it is configured, with all of TLS behind it.
      const { askLevel } = await import('../transports/http-level.js');
      return [polled(source, maxAgeMs, (timeoutMs) => askLevel(source, timeoutMs), tell)];
    }
    case 'command':
      return [{ start: () => tell('lost', 'not set since the start of this master'), stop: () => {} }];
    case 'mqtt':
      return [];
  }
}

function polled(
  { pollPeriodMs, timeoutMs }: { readonly pollPeriodMs: Ms; readonly timeoutMs: Ms },
  maxAgeMs: Ms,
  ask: InputPollerOptions['ask'],
  tell: Tell,
): Source {
  const poller = new InputPoller({ ...time, pollPeriodMs, timeoutMs, maxAgeMs, ask, tell });
  return { start: () => poller.start(), stop: () => poller.stop() };
}

/** Loaded only where it is configured: the library costs 12 MB. */
async function mqttSource(
  { mqtt, inputs }: MasterConfig,
  masterId: string,
  tell: (id: string, level: InputNews['level'], reason?: string) => void,
): Promise<Source | undefined> {
  const topics = inputs.flatMap(topicOf);
  if (!mqtt || topics.length === 0) return undefined;
  const { MqttInputs } = await import('../northbound/mqtt-inputs.js');
  // Of its own for each master: all of them listen, also two on one machine.
  const clientId = `evenkeel-${hostname()}-${masterId}-inputs`;
  const rng = seededRng(newSeed());
  const subscriber = new MqttInputs({ ...mqtt, ...time, clientId, rng, inputs: topics, tell });
  return { start: () => subscriber.start(), stop: () => subscriber.close() };
}

function topicOf({ id, source }: InputConfig): readonly { readonly id: string; readonly topic: string }[] {
  return source.kind === 'mqtt' ? [{ id, topic: source.topic }] : [];
}
