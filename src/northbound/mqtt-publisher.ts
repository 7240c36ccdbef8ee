/**
 * Shows the site on an MQTT broker (docs/mqtt.md). The broker is a guest: whether it is there, slow or gone never
 * reaches the control loop. Nothing queues up (outbox.ts). Of several masters the one that decides is connected.
 */
import type { MqttClient } from 'mqtt';
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { SiteStatus, StatusSink } from '../ports/status-sink.js';
import { type BrokerOptions, BrokerSession } from './broker-session.js';
import { createOutbox } from './outbox.js';
import { siteTopic, statusTopics } from './topics.js';

/** Another reason so soon after the first belongs to the same loss. */
const CONFIRMATION_MS: Ms = 5_000;
/** What `close` waits for the broker; it promises to end within 1 s. */
const FAREWELL_MS: Ms = 700;

export interface MqttPublisherOptions extends BrokerOptions {
  readonly baseTopic: string;
  /** The site's name; its slug is part of every topic. */
  readonly site: string;
  readonly logger: Logger;
}

/** Connects when its master decides; never throws, whatever the broker or its address. */
export function createMqttPublisher(options: MqttPublisherOptions): StatusSink {
  return new MqttPublisher(options);
}

class MqttPublisher implements StatusSink {
  readonly #options: MqttPublisherOptions;
  readonly #root: string;
  readonly #session: BrokerSession;
  readonly #outbox = createOutbox();
  #latest: SiteStatus | undefined;
  #trouble: string | undefined;
  #reportedAtMs: Ms = 0;
  #closing = false;
  /** Its master decides; else it stays away. */
  #isActive = false;

  constructor(options: MqttPublisherOptions) {
    this.#options = options;
    this.#root = siteTopic(options.baseTopic, options.site);
    this.#session = new BrokerSession(options, {
      will: { topic: `${this.#root}/status`, payload: Buffer.from('offline'), qos: 1, retain: true },
      onConnect: (client) => this.#onConnect(client),
      onMessage: (client, _topic, payload) => this.#onStatus(client, payload.toString()),
      onLoss: (reason) => this.#report(reason),
    });
  }

  publish(status: SiteStatus): void {
    this.#latest = status;
    if (this.#closing) return;
    const wasActive = this.#isActive;
    this.#isActive = status.role === 'active';
    if (this.#isActive === wasActive) this.#refresh();
    else if (this.#isActive) this.#session.open();
    // Without a word: "offline" would be said of the other master, too.
    else this.#session.leave()?.end();
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const isConnected = this.#session.connected !== undefined;
    const client = this.#session.leave();
    if (!client) return;
    if (isConnected) await this.#sayGoodbye(client);
    client.stream.destroy();
  }

  #onConnect(client: MqttClient): void {
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
    if (text !== 'offline') return;
    client.publish(`${this.#root}/status`, 'online', { qos: 1, retain: true });
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
    if (!this.#latest || !this.#session.connected) return;
    this.#outbox.update(statusTopics(this.#root, this.#latest), this.#options.clock.monotonicMs());
    this.#pump();
  }

  #pump(): void {
    const client = this.#session.connected;
    if (!client) return;
    const nowMs = this.#options.clock.monotonicMs();
    for (let out = this.#outbox.next(nowMs); out; out = this.#outbox.next(nowMs)) {
      const { topic, payload } = out;
      client.publish(topic, payload, { qos: 1, retain: true }, (error) => {
        if (client !== this.#session.connected) return;
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
