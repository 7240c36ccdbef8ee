/**
 * Shows the site on an MQTT broker (docs/mqtt.md). The broker is a guest: whether it is there, slow or gone never
 * reaches the control loop. Nothing queues up (outbox.ts). Of several masters the one that decides is connected.
 */
import { type IClientOptions, MqttClient } from 'mqtt';
import type { SecureContext } from 'node:tls';
import type { Logger } from '../base/logger.js';
import type { Rng } from '../base/rng.js';
import type { Ms } from '../base/units.js';
import type { SiteStatus, StatusSink } from '../ports/status-sink.js';
import type { Cancel, Clock, Timers } from '../ports/time.js';
import { type BrokerLink, linkTo } from './broker-link.js';
import { createOutbox } from './outbox.js';
import { systemSecureContext } from './system-ca.js';
import { siteTopic, statusTopics } from './topics.js';

/** Also bounds how long the broker takes to notice that we died without a word (1.5 times this). */
const KEEPALIVE_S = 15;
const CONNECT_TIMEOUT_MS: Ms = 10_000;
const RETRY_FIRST_MS: Ms = 1_000;
const RETRY_MAX_MS: Ms = 30_000;
/** A connection has to hold this long before the pause between attempts starts small again. */
const STABLE_AFTER_MS: Ms = 10_000;
/** Another reason so soon after the first belongs to the same loss. */
const CONFIRMATION_MS: Ms = 5_000;
/** What `close` waits for the broker; it promises to end within 1 s. */
const FAREWELL_MS: Ms = 700;

export interface MqttPublisherOptions {
  /** `mqtt://host:port`, or `mqtts://` for TLS. */
  readonly url: string;
  readonly baseTopic: string;
  readonly username?: string;
  readonly password?: string;
  /** The site's name; its slug is part of every topic. */
  readonly site: string;
  /** The same after a restart: so the broker ends the old session (and sends its will) before the new one begins. */
  readonly clientId: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rng: Rng;
}

/** Connects when its master decides; never throws, whatever the broker or its address. */
export function createMqttPublisher(options: MqttPublisherOptions): StatusSink {
  return new MqttPublisher(options);
}

class MqttPublisher implements StatusSink {
  readonly #options: MqttPublisherOptions;
  readonly #root: string;
  readonly #outbox = createOutbox();
  readonly #secureContext: SecureContext | undefined;
  #client: MqttClient | undefined;
  #latest: SiteStatus | undefined;
  #trouble: string | undefined;
  #reportedAtMs: Ms = 0;
  #retryDelayMs: Ms = RETRY_FIRST_MS;
  #connectedAtMs: Ms | undefined;
  #cancelRetry: Cancel = () => {};
  #closing = false;
  /** Its master decides; else it stays away. */
  #isActive = false;

  constructor(options: MqttPublisherOptions) {
    this.#options = options;
    this.#root = siteTopic(options.baseTopic, options.site);
    this.#secureContext = options.url.startsWith('mqtts:') ? systemSecureContext() : undefined;
  }

  publish(status: SiteStatus): void {
    this.#latest = status;
    if (this.#closing) return;
    const wasActive = this.#isActive;
    this.#isActive = status.role === 'active';
    if (this.#isActive === wasActive) this.#refresh();
    else if (this.#isActive) this.#open();
    else this.#stepBack();
  }

  /** Without a word: "offline" would be said of the other master, too. */
  #stepBack(): void {
    this.#cancelRetry();
    const client = this.#client;
    this.#client = undefined;
    this.#connectedAtMs = undefined;
    client?.end();
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#cancelRetry();
    const client = this.#client;
    if (!client) return;
    if (this.#connectedAtMs !== undefined) await this.#sayGoodbye(client);
    client.stream.destroy();
  }

  /** One client for one connection: nothing of the old one (queue, stores, acknowledgements) can leak into the next. */
  #open(): void {
    let failure: string | undefined;
    try {
      const client = new MqttClient(() => this.#link(), this.#clientOptions());
      this.#client = client;
      client.on('connect', () => this.#onConnect(client));
      client.on('message', (_topic, payload) => this.#onStatus(client, payload.toString()));
      client.on('error', (error) => {
        failure ??= error.message || ('code' in error ? String(error.code) : 'unknown error');
      });
      client.on('close', () => {
        if (client === this.#client) this.#onClose(failure ?? 'the connection was closed');
      });
    } catch (error) {
      // The text of such an error may quote the address, and with it the password.
      this.#onClose(error instanceof Error && 'code' in error ? String(error.code) : 'unusable address');
    }
  }

  #link(): BrokerLink {
    const { url, clock, timers } = this.#options;
    return linkTo(url, this.#secureContext, { clock, timers });
  }

  #clientOptions(): IClientOptions {
    const { username, password, clientId } = this.#options;
    return {
      clientId,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      will: { topic: `${this.#root}/status`, payload: Buffer.from('offline'), qos: 1, retain: true },
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      clean: true,
    };
  }

  #onConnect(client: MqttClient): void {
    if (this.#closing || client !== this.#client) return;
    this.#connectedAtMs = this.#options.clock.monotonicMs();
    this.#trouble = undefined;
    this.#options.logger.log(
      'info',
      'MQTT_CONNECTED',
      `connected to ${brokerName(this.#options.url)} as ${this.#root}`,
    );
    client.publish(`${this.#root}/status`, 'online', { qos: 1, retain: true });
    client.subscribe(`${this.#root}/status`);
    this.#outbox.reset();
    this.#refresh();
  }

  /** The will of the master that died before comes up to a minute after this one has taken over. */
  #onStatus(client: MqttClient, text: string): void {
    if (text !== 'offline' || client !== this.#client || this.#closing) return;
    client.publish(`${this.#root}/status`, 'online', { qos: 1, retain: true });
  }

  #onClose(reason: string): void {
    if (this.#closing) return;
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#connectedAtMs !== undefined && nowMs - this.#connectedAtMs >= STABLE_AFTER_MS) {
      this.#retryDelayMs = RETRY_FIRST_MS;
    }
    this.#connectedAtMs = undefined;
    this.#client = undefined;
    this.#report(reason);
    const delayMs = this.#retryDelayMs * (0.5 + this.#options.rng.next() / 2);
    this.#retryDelayMs = Math.min(RETRY_MAX_MS, this.#retryDelayMs * 2);
    this.#cancelRetry = this.#options.timers.after(delayMs, () => this.#open());
  }

  /** One line for each change, not for each attempt; the first attempt after a loss only confirms it. */
  #report(reason: string): void {
    if (reason === this.#trouble) return;
    const { logger, url, clock } = this.#options;
    const isConfirmation = this.#trouble !== undefined && clock.monotonicMs() - this.#reportedAtMs < CONFIRMATION_MS;
    this.#trouble = reason;
    this.#reportedAtMs = clock.monotonicMs();
    logger.log(isConfirmation ? 'debug' : 'warn', 'MQTT_LOST', `${brokerName(url)}: ${reason}; control goes on`, {
      reason,
    });
  }

  #refresh(): void {
    if (!this.#latest || this.#connectedAtMs === undefined || this.#closing) return;
    this.#outbox.update(statusTopics(this.#root, this.#latest), this.#options.clock.monotonicMs());
    this.#pump();
  }

  #pump(): void {
    const client = this.#client;
    if (!client || this.#closing) return;
    const nowMs = this.#options.clock.monotonicMs();
    for (let out = this.#outbox.next(nowMs); out; out = this.#outbox.next(nowMs)) {
      const { topic, payload } = out;
      client.publish(topic, payload, { qos: 1, retain: true }, (error) => {
        if (client !== this.#client) return;
        if (error) return this.#outbox.failed(topic);
        this.#outbox.acknowledged(topic);
        this.#pump();
      });
    }
  }

  /** Resolves when the broker has taken our "offline" and we have signed off, or after FAREWELL_MS. */
  #sayGoodbye(client: MqttClient): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.timers.after(FAREWELL_MS, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      client.on('close', done);
      client.publish(`${this.#root}/status`, 'offline', { qos: 1, retain: true }, () => client.end(false, {}, done));
    });
  }
}

/** The address without user and password. */
function brokerName(url: string): string {
  if (!URL.canParse(url)) return 'the MQTT broker';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
