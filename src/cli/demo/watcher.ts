/** Reads the site back from the broker, as any other client would, and comes back by itself when the broker was gone. */
import { connect, type MqttClient } from 'mqtt';

const RETRY_MS = 500;
const KEEPALIVE_S = 5;
const CONNECT_TIMEOUT_MS = 2_000;

export interface WatcherOptions {
  readonly url: string;
  readonly connected: () => void;
  /** Everything below it is heard. */
  readonly root: string;
  /** `level` and `id`: what follows the root, "circuit" and "main"; the id may be empty. */
  readonly hear: (level: string, id: string, payload: string) => void;
}

export class Watcher {
  readonly #client: MqttClient;
  #isUp = false;

  constructor({ url, root, hear, connected }: WatcherOptions) {
    const client = connect(url, {
      reconnectPeriod: RETRY_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
    });
    this.#client = client;
    client.on('connect', () => {
      this.#isUp = true;
      connected();
      client.subscribe(`${root}/#`);
    });
    client.on('close', () => {
      this.#isUp = false;
    });
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => {
      const [level = '', id = ''] = topic.slice(root.length + 1).split('/');
      hear(level, id, payload.toString('utf8'));
    });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  close(): void {
    this.#client.end(true);
  }
}
