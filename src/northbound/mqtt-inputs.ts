/**
 * Topics that set digital inputs. A connection of its own, which a passive master has too: it must know the inputs when it
 * takes over. While the broker is not connected the inputs are lost. Retained messages count like others.
 */
import type { MqttClient } from 'mqtt';
import { type InputLevel, levelOf } from '../base/level-words.js';
import { type BrokerOptions, BrokerSession } from './broker-session.js';

const QUOTE_MAX = 20;

export interface MqttInputsOptions extends BrokerOptions {
  /** Several inputs may have one topic. */
  readonly inputs: readonly { readonly id: string; readonly topic: string }[];
  readonly tell: (id: string, level: InputLevel | 'lost', reason?: string) => void;
}

export class MqttInputs {
  readonly #options: MqttInputsOptions;
  readonly #session: BrokerSession;
  #lostBecause: string | undefined;

  constructor(options: MqttInputsOptions) {
    this.#options = options;
    this.#session = new BrokerSession(options, {
      onConnect: (client) => this.#subscribe(client),
      onMessage: (_client, topic, payload) => this.#hear(topic, payload),
      onLoss: (reason) => this.#lose(reason),
    });
  }

  start(): void {
    this.#session.open();
  }

  close(): void {
    this.#session.leave()?.stream.destroy();
  }

  #subscribe(client: MqttClient): void {
    this.#lostBecause = undefined;
    client.subscribe([...new Set(this.#options.inputs.map(({ topic }) => topic))], { qos: 1 }, (error) => {
      if (error && client === this.#session.connected) client.stream.destroy();
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
    const { inputs, tell } = this.#options;
    if (reason !== this.#lostBecause) for (const { id } of inputs) tell(id, 'lost', `MQTT broker: ${reason}`);
    this.#lostBecause = reason;
  }
}
