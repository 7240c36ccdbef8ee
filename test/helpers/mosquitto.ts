/** A real mosquitto broker on a free port of 127.0.0.1, and mosquitto_sub as a client that shares no code with ours. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Patience } from './machine.js';

const START_ATTEMPTS = 3;
/** Debian puts the broker where only root looks. */
const TOOL_ENV = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** In order, for good; removes its files. */
  stop(): Promise<void>;
  /** SIGKILL: retained messages are lost with it. */
  kill(): Promise<void>;
  /** Again on the same port, after `kill`. */
  restart(): Promise<void>;
  /** SIGSTOP: the port stays open, nothing is answered any more. */
  pause(): void;
  resume(): void;
}

export interface MosquittoOptions {
  /** Without it everybody may connect. */
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM files; makes it a TLS listener. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

/** Says what is missing, or `undefined` where the Debian packages mosquitto and mosquitto-clients are there. */
export function mosquittoMissing(): string | undefined {
  for (const [tool, argument] of [
    ['mosquitto', '-h'],
    ['mosquitto_sub', '--help'],
  ] as const) {
    const { error } = spawnSync(tool, [argument], { env: TOOL_ENV, stdio: 'ignore' });
    if (error) return `${tool} is missing (Debian packages mosquitto, mosquitto-clients)`;
  }
  return undefined;
}

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-mosquitto-'));
  let { child, port } = await launch(directory, options);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return {
    url: `${options.tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`,
    port,
    stop: async () => {
      child.kill('SIGCONT');
      await end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    restart: async () => {
      ({ child, port } = await launch(directory, options, port));
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

async function launch(
  directory: string,
  options: MosquittoOptions,
  fixedPort?: number,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = fixedPort ?? (await freePort());
    const file = writeConfig(directory, port, options);
    const child = spawn('mosquitto', ['-c', file], { env: TOOL_ENV, stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (data: Buffer) => {
      complaint += data.toString();
    });
    if (await accepts(port, child)) return { child, port };
    // Between the look for a free port and the broker's start somebody else may have taken it.
    if (attempt === START_ATTEMPTS) throw new Error(`mosquitto does not start: ${complaint}`);
  }
}

function writeConfig(directory: string, port: number, options: MosquittoOptions): string {
  const lines = [`listener ${port} 127.0.0.1`, 'persistence false', `allow_anonymous ${options.user === undefined}`];
  // As root it would become the user "mosquitto", who may not read the files of this test.
  if (process.getuid?.() === 0) lines.push('user root');
  if (options.tls) lines.push(`certfile ${options.tls.certFile}`, `keyfile ${options.tls.keyFile}`);
  if (options.user) {
    const passwords = join(directory, 'passwords');
    const made = spawnSync('mosquitto_passwd', ['-b', '-c', passwords, options.user.name, options.user.password]);
    if (made.status !== 0) throw new Error(`mosquitto_passwd: ${made.stderr.toString()}`);
    lines.push(`password_file ${passwords}`);
  }
  const file = join(directory, 'mosquitto.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number, child: ChildProcess): Promise<boolean> {
  for (const patience = new Patience(); !patience.isOver && child.exitCode === null; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

export interface MqttMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
}

export interface Subscription {
  /** Everything that came so far, in order. */
  readonly messages: readonly MqttMessage[];
  /** The last payload of a topic. */
  last(topic: string): string | undefined;
  /** Waits for a message that fits; looks at those that came already, from index `from` on. Rejects when none comes. */
  until(what: string, fits: (message: MqttMessage) => boolean, from?: number): Promise<MqttMessage>;
  close(): Promise<void>;
}

/** Resolves when the broker has acknowledged the subscription. */
export async function subscribe(
  url: string,
  topics: readonly string[],
  extra: readonly string[] = [],
): Promise<Subscription> {
  const { hostname, port } = new URL(url);
  const filters = topics.flatMap((topic) => ['-t', topic]);
  const command = ['mosquitto_sub', '-d', '-q', '1', '-h', hostname, '-p', port, '-F', '%j', ...filters, ...extra];
  // Into a pipe it would keep back "Subscribed" until more lines follow.
  const child = spawn('stdbuf', ['-oL', ...command], { env: TOOL_ENV, stdio: ['ignore', 'pipe', 'ignore'] });
  const messages: MqttMessage[] = [];
  let wake = (): void => {};
  let subscribed = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) messages.push(toMessage(line));
    subscribed ||= line.startsWith('Subscribed');
    wake();
  });
  const waitFor = async <T>(what: string, look: () => T | undefined): Promise<T> => {
    const patience = new Patience();
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (child.exitCode !== null) throw new Error(`mosquitto_sub ended while waiting for ${what}`);
      if (patience.isOver) {
        child.kill();
        throw new Error(`${what} did not come ${patience}; got ${JSON.stringify(messages.slice(-10))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  await waitFor('the subscription', () => subscribed || undefined);
  return {
    messages,
    last: (topic) => messages.findLast((message) => message.topic === topic)?.payload,
    until: (what, fits, from = 0) => waitFor(what, () => messages.slice(from).find(fits)),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function toMessage(line: string): MqttMessage {
  const parsed = JSON.parse(line) as { topic: string; payload?: string; retain: number };
  return { topic: parsed.topic, payload: parsed.payload ?? '', retained: parsed.retain === 1 };
}
