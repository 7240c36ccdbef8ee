/**
 * Topics that set digital inputs. A connection of its own, which a passive master has too: it must know the inputs when it
 * takes over. While the broker is not connected the inputs are lost. Retained messages count like others.
 */
import { type IClientOptions, MqttClient } from 'mqtt';
import type { SecureContext } from 'node:tls';
import type { Rng } from '../base/rng.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { linkTo } from './broker-link.js';
import { systemSecureContext } from './system-ca.js';

const KEEPALIVE_S = 15;
const CONNECT_TIMEOUT_MS: Ms = 10_000;
const RETRY_FIRST_MS: Ms = 1_000;
const RETRY_MAX_MS: Ms = 30_000;
/** A connection has to hold this long before the pause between attempts starts small again. */
const STABLE_AFTER_MS: Ms = 10_000;
const QUOTE_MAX = 20;

export type MqttInputLevel = 'high' | 'low' | 'active' | 'inactive';

const LEVELS: Readonly<Record<string, MqttInputLevel>> = {
  on: 'high',
  1: 'high',
  true: 'high',
  off: 'low',
  0: 'low',
  false: 'low',
  active: 'active',
  inactive: 'inactive',
};

export interface MqttInputsOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly clientId: string;
  /** Several inputs may have one topic. */
  readonly inputs: readonly { readonly id: string; readonly topic: string }[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rng: Rng;
  readonly tell: (id: string, level: MqttInputLevel | 'lost', reason?: string) => void;
}

/** `undefined`: no word that an input knows. In any case and with blanks around. */
export function levelOf(payload: string): MqttInputLevel | undefined {
  const word = payload.trim().toLowerCase();
  return Object.hasOwn(LEVELS, word) ? LEVELS[word] : undefined;
}

export class MqttInputs {
  readonly #options: MqttInputsOptions;
  readonly #secureContext: SecureContext | undefined;
  #client: MqttClient | undefined;
  #retryMs: Ms = RETRY_FIRST_MS;
  #lostBecause: string | undefined;
  #connectedAtMs: Ms | undefined;
  #cancelRetry: Cancel = () => {};
  #isClosed = false;

  constructor(options: MqttInputsOptions) {
    this.#options = options;
    this.#secureContext = options.url.startsWith('mqtts:') ? systemSecureContext() : undefined;
  }

  /** One client for one connection. Never throws, whatever the broker or its address. */
  start(): void {
    const { url, clock, timers } = this.#options;
    let failure: string | undefined;
    try {
      const client = new MqttClient(() => linkTo(url, this.#secureContext, { clock, timers }), this.#clientOptions());
      this.#client = client;
      client.on('connect', () => this.#subscribe(client));
      client.on('message', (topic, payload) => this.#hear(topic, payload));
      client.on('error', (error) => {
        failure ??= error.message || ('code' in error ? String(error.code) : 'unknown error');
      });
      client.on('close', () => {
        if (client === this.#client) this.#lose(failure ?? 'the connection was closed');
      });
    } catch (error) {
      // The text of such an error may quote the address, and with it the password.
      this.#lose(error instanceof Error && 'code' in error ? String(error.code) : 'unusable address');
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#client?.stream.destroy();
  }

  #clientOptions(): IClientOptions {
    const { username, password, clientId } = this.#options;
    return {
      clientId,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      clean: true,
    };
  }

  #subscribe(client: MqttClient): void {
    this.#lostBecause = undefined;
    this.#connectedAtMs = this.#options.clock.monotonicMs();
    client.subscribe([...new Set(this.#options.inputs.map(({ topic }) => topic))], { qos: 1 }, (error) => {
      if (error && client === this.#client) client.stream.destroy();
    });
  }

  #hear(topic: string, payload: Buffer): void {
    const text = payload.subarray(0, QUOTE_MAX).toString();
    const level = payload.length <= QUOTE_MAX ? levelOf(text) : undefined;
    const why = `expected on or off at ${topic}, got ${JSON.stringify(text)}`;
    for (const { id } of this.#options.inputs.filter((input) => input.topic === topic)) {
      if (level === undefined) this.#options.tell(id, 'lost', why);
      else this.#options.tell(id, level);
    }
  }

  /** Said once for each cause. */
  #lose(reason: string): void {
    if (this.#isClosed) return;
    this.#client = undefined;
    const { inputs, tell, clock, timers, rng } = this.#options;
    const heldMs = clock.monotonicMs() - (this.#connectedAtMs ?? Number.POSITIVE_INFINITY);
    if (heldMs >= STABLE_AFTER_MS) this.#retryMs = RETRY_FIRST_MS;
    this.#connectedAtMs = undefined;
    if (reason !== this.#lostBecause) for (const { id } of inputs) tell(id, 'lost', `MQTT broker: ${reason}`);
    this.#lostBecause = reason;
    const delayMs = this.#retryMs * (0.5 + rng.next() / 2);
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    this.#cancelRetry = timers.after(delayMs, () => this.start());
  }
}
