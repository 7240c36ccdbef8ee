/**
 * The control socket: a unix stream socket by which commands on this machine ask the running master. Whoever may open the file
 * may use it. Everything is bounded: connections, the length of a line, how long a silent one is kept.
 */
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { CommandPort } from '../ports/commands.js';
import { type Answer, answerLine, LINE_MAX, refused } from './control-protocol.js';
import { EXIT, ExitError } from './exit-codes.js';

/** Owner and group; systemd gives the directory to the group evenkeel. */
const SOCKET_MODE = 0o660;
const CONNECTIONS_MAX = 16;
/** Longer than a command waits for its answer. */
const SILENCE_MAX_MS: Ms = 30_000;
/** After each answer the loop is left alone for so many times what it took: all callers together get a fifth of it at most. */
const PAUSE_FACTOR = 4;
/** What the kernel takes for the name of a unix socket (unix(7)), without the zero at its end. */
const PATH_BYTES_MAX = 107;
const PROBE_LIMIT_MS: Ms = 1_000;

export interface ControlOptions {
  readonly path: string;
  /** True: somebody asked for it there, so it is an error when it cannot be had. */
  readonly isAsked: boolean;
  readonly logger: Logger;
}

/**
 * `undefined`: it cannot be had, which was told. Throws an `ExitError` when another daemon listens there, or when it was asked
 * for and cannot be had.
 */
export async function openControlSocket({ path, isAsked, logger }: ControlOptions): Promise<ControlSocket | undefined> {
  try {
    const socket = new ControlSocket(path, logger);
    await socket.listen();
    return socket;
  } catch (error) {
    if (isAsked || !(error instanceof ExitError) || error instanceof InUseError) throw error;
    logger.log('warn', 'CONTROL', `${error.message}; goes on without: evenkeel status and slaves cannot reach it`, {});
    return undefined;
  }
}

class InUseError extends ExitError {}

export class ControlSocket {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #server: Server;
  /** In the order in which they were last heard. True: a question waits for its answer. */
  readonly #connections = new Map<Socket, boolean>();
  readonly #commands: Promise<CommandPort>;
  #answerWith: (commands: CommandPort) => void = () => {};
  #turns: Promise<void> = Promise.resolve();

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#commands = new Promise((resolve) => {
      this.#answerWith = resolve;
    });
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  async listen(): Promise<void> {
    const bytes = Buffer.byteLength(this.#path);
    const where = `control socket ${this.#path}`;
    if (bytes > PATH_BYTES_MAX) {
      throw new ExitError(EXIT.system, `${where}: expected at most ${PATH_BYTES_MAX} bytes, got ${bytes}`);
    }
    try {
      await this.#tryListen().catch(async (error: unknown) => {
        if (codeOf(error) !== 'EADDRINUSE') throw error;
        await removeStale(this.#path);
        await this.#tryListen();
      });
      chmodSync(this.#path, SOCKET_MODE);
    } catch (error) {
      if (error instanceof ExitError) throw error;
      throw notMade(where, this.#path, codeOf(error) ?? String(error));
    }
    this.#server.on('error', (error) => this.#logger.log('warn', 'CONTROL', `${where}: ${error.message}`, {}));
  }

  /** From now on questions are answered; those that came before have waited. */
  serve(commands: CommandPort): void {
    this.#logger.log('info', 'CONTROL', `commands are taken at ${this.#path}`, { path: this.#path });
    this.#answerWith(commands);
  }

  async #tryListen(): Promise<void> {
    this.#server.listen(this.#path);
    await once(this.#server, 'listening');
  }

  /** The file goes with it. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#connections.keys()) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= CONNECTIONS_MAX && !this.#closeSilent()) return void socket.destroy();
    this.#connections.set(socket, false);
    socket.setTimeout(SILENCE_MAX_MS, () => socket.destroy());
    // Whoever goes away early needs no answer.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#connections.delete(socket));
    this.#converse(socket).then(
      () => socket.end(),
      () => socket.destroy(),
    );
  }

  /** The one that has been silent for the longest. False: all wait for an answer. */
  #closeSilent(): boolean {
    const [socket] = [...this.#connections].find(([, isAsking]) => !isAsking) ?? [];
    if (!socket) return false;
    this.#connections.delete(socket);
    socket.destroy();
    return true;
  }

  #note(socket: Socket, isAsking: boolean): void {
    if (this.#connections.delete(socket)) this.#connections.set(socket, isAsking);
  }

  /** One question after the other: nothing more is read before the answer has gone out. */
  async #converse(socket: Socket): Promise<void> {
    const commands = await this.#commands;
    let rest = '';
    const chunks: AsyncIterable<string> = socket.setEncoding('utf8').iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((each) => each.trim() !== '')) {
        this.#note(socket, true);
        const asked = (): Promise<Answer> => answerLine(line, commands).catch(crash);
        await this.#send(socket, line.length > LINE_MAX ? tooLong() : await this.#inTurn(socket, asked));
        this.#note(socket, false);
      }
      if (rest.length > LINE_MAX) {
        await this.#send(socket, tooLong());
        return;
      }
    }
  }

  /** Ends when it has gone out, or never can. */
  async #send(socket: Socket, answer: Answer): Promise<void> {
    const line = await this.#inTurn(socket, () => `${JSON.stringify(answer)}\n`);
    await new Promise<void>((resolve) => void socket.write(line, () => resolve()));
  }

  /**
   * Work for callers comes one after the other, with a pause behind each. What it waits for, nobody else waits for. Rejects,
   * and does nothing, when the caller has gone away meanwhile.
   */
  #inTurn<T>(socket: Socket, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#turns = this.#turns.then(async () => {
        if (socket.destroyed) return reject(new Error('the caller has gone away'));
        const beganMs = performance.now();
        resolve(work());
        await setTimeout((performance.now() - beganMs) * PAUSE_FACTOR);
      });
    });
  }
}

/** Node says EACCES for a folder that is not there, too. */
function notMade(where: string, path: string, code: string): ExitError {
  const expected = `${where}: expected a place where it can be made`;
  if (!existsSync(dirname(path))) return new ExitError(EXIT.system, `${expected}, got no folder ${dirname(path)}`);
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  return new ExitError(isForbidden ? EXIT.permission : EXIT.system, `${expected}, got ${code}`);
}

function tooLong(): Answer {
  return refused(`expected a line of at most ${LINE_MAX} characters, got a longer one`);
}

/** A daemon that died leaves its file behind; one that lives, even one that stands still, takes connections. */
async function removeStale(path: string): Promise<void> {
  const where = `control socket ${path}`;
  if (!lstatSync(path).isSocket()) {
    throw new ExitError(EXIT.system, `${where}: expected a socket or nothing, got something else of this name`);
  }
  if (await isListening(path)) {
    const way = 'stop it, or give this one another --socket and --state-dir';
    throw new InUseError(EXIT.system, `${where}: expected none in use, got one of a running daemon; ${way}`);
  }
  rmSync(path, { force: true });
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    const end = (answer: boolean): void => {
      probe.destroy();
      resolve(answer);
    };
    probe.setTimeout(PROBE_LIMIT_MS, () => end(true));
    probe.once('connect', () => end(true));
    probe.once('error', (error) => end(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT'));
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** A bug is a bug here too: the process says so and ends. */
function crash(error: unknown): Answer {
  queueMicrotask(() => {
    throw error;
  });
  return { ok: false, exitCode: EXIT.internal, error: 'a bug: the master ends' };
}
