/**
 * Stays connected to one broker: one client for each connection, so that nothing of the old one (queue, stores, acknowledgements)
 * can leak into the next; after a loss another attempt, at growing distance. Never throws, whatever the broker or its address.
 */
import { type IClientOptions, MqttClient } from 'mqtt';
import type { SecureContext } from 'node:tls';
import type { Rng } from '../base/rng.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { linkTo } from './broker-link.js';
import { systemSecureContext } from './system-ca.js';

/** Also bounds how long the broker takes to notice that we died without a word (1.5 times this). */
const KEEPALIVE_S = 15;
const CONNECT_TIMEOUT_MS: Ms = 10_000;
const RETRY_FIRST_MS: Ms = 1_000;
const RETRY_MAX_MS: Ms = 30_000;
/** A connection has to hold this long before the pause between attempts starts small again. */
const STABLE_AFTER_MS: Ms = 10_000;

/** Who connects to which broker. */
export interface BrokerOptions {
  /** `mqtt://host:port`, or `mqtts://` for TLS. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** The same after a restart: so the broker ends the old session (and sends its will) before the new one begins. */
  readonly clientId: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rng: Rng;
}

export interface BrokerEvents {
  readonly will?: IClientOptions['will'];
  readonly onConnect: (client: MqttClient) => void;
  readonly onMessage: (client: MqttClient, topic: string, payload: Buffer) => void;
  /** At each failed attempt too. `reason` never shows a password. */
  readonly onLoss: (reason: string) => void;
}

export class BrokerSession {
  readonly #options: BrokerOptions;
  readonly #events: BrokerEvents;
  readonly #secureContext: SecureContext | undefined;
  #client: MqttClient | undefined;
  #retryMs: Ms = RETRY_FIRST_MS;
  #connectedAtMs: Ms | undefined;
  #cancelRetry: Cancel = () => {};

  constructor(options: BrokerOptions, events: BrokerEvents) {
    this.#options = options;
    this.#events = events;
    this.#secureContext = options.url.startsWith('mqtts:') ? systemSecureContext() : undefined;
  }

  /** The client while it is connected. */
  get connected(): MqttClient | undefined {
    return this.#connectedAtMs === undefined ? undefined : this.#client;
  }

  open(): void {
    const { url, clock, timers } = this.#options;
    try {
      this.#listen(new MqttClient(() => linkTo(url, this.#secureContext, { clock, timers }), this.#clientOptions()));
    } catch (error) {
      // The text of such an error may quote the address, and with it the password.
      this.#lose(error instanceof Error && 'code' in error ? String(error.code) : 'unusable address');
    }
  }

  /** Ends all attempts, and tells nothing more. The client is left to its last words; the caller ends it. */
  leave(): MqttClient | undefined {
    this.#cancelRetry();
    const client = this.#client;
    this.#client = undefined;
    this.#connectedAtMs = undefined;
    return client;
  }

  #listen(client: MqttClient): void {
    const { onConnect, onMessage } = this.#events;
    let failure: string | undefined;
    this.#client = client;
    client.on('connect', () => {
      if (client !== this.#client) return;
      this.#connectedAtMs = this.#options.clock.monotonicMs();
      onConnect(client);
    });
    client.on('message', (topic, payload) => {
      if (client === this.#client) onMessage(client, topic, payload);
    });
    client.on('error', (error) => {
      failure ??= error.message || ('code' in error ? String(error.code) : 'unknown error');
    });
    client.on('close', () => {
      if (client === this.#client) this.#lose(failure ?? 'the connection was closed');
    });
  }

  #clientOptions(): IClientOptions {
    const { username, password, clientId } = this.#options;
    const { will } = this.#events;
    return {
      clientId,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(will && { will }),
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      clean: true,
    };
  }

  #lose(reason: string): void {
    const { clock, timers, rng } = this.#options;
    const heldMs = this.#connectedAtMs === undefined ? 0 : clock.monotonicMs() - this.#connectedAtMs;
    if (heldMs >= STABLE_AFTER_MS) this.#retryMs = RETRY_FIRST_MS;
    this.#client = undefined;
    this.#connectedAtMs = undefined;
    this.#events.onLoss(reason);
    const delayMs = this.#retryMs * (0.5 + rng.next() / 2);
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    this.#cancelRetry = timers.after(delayMs, () => this.open());
  }
}
