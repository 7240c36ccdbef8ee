/** Asks the running master over its control socket: one line of JSON out, one line back. */
import { connect, type Socket } from 'node:net';
import { isObject, parseJson } from '../../base/json.js';
import type { Ms } from '../../base/units.js';
import { controlPathOfDaemon } from '../../daemon/control-path.js';
import { EXIT, ExitError, isExitCode } from '../../daemon/exit-codes.js';
import type { SocketArguments } from '../command.js';

/** A change waits for the disk, which gives up after 5 s. */
const ANSWER_LIMIT_MS: Ms = 10_000;
/** Far above what 5,000 charge points need. */
const ANSWER_CHARS_MAX = 64_000_000;

const BUSY = 'one that hung up; it has too many callers, or is ending';

/** Why nobody answers, by the error code of the connection, and with what to end. */
const UNREACHABLE: Readonly<Record<string, readonly [exitCode: 69 | 77, found: string]>> = {
  ENOENT: [EXIT.unavailable, 'nothing there; start it, or say where it is with --socket'],
  ENOTDIR: [EXIT.unavailable, 'nothing there; start it, or say where it is with --socket'],
  ECONNREFUSED: [EXIT.unavailable, 'one that has ended; start it again'],
  EPIPE: [EXIT.unavailable, BUSY],
  ECONNRESET: [EXIT.unavailable, BUSY],
  EACCES: [EXIT.permission, 'one that this user may not ask; use sudo, or join the group evenkeel'],
};

/** Resolves with the value of the answer. Throws an `ExitError`: 69 not reachable, 77 not permitted, else as refused. */
export async function ask(where: SocketArguments, request: Readonly<Record<string, unknown>>): Promise<unknown> {
  const path = controlPathOfDaemon({ ...where, env: process.env });
  const socket = connect(path);
  try {
    return valueIn(path, await exchange(socket, path, request));
  } finally {
    socket.destroy();
  }
}

function exchange(socket: Socket, path: string, request: Readonly<Record<string, unknown>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const lost = (exitCode: 69 | 77, found: string): void =>
      reject(new ExitError(exitCode, `control socket ${path}: expected a running master, got ${found}`));
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_LIMIT_MS, () => lost(EXIT.unavailable, `no answer within ${ANSWER_LIMIT_MS / 1000} s`));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      lost(...(UNREACHABLE[error.code ?? ''] ?? ([EXIT.unavailable, error.code ?? error.message] as const)));
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > ANSWER_CHARS_MAX) lost(EXIT.unavailable, 'an endless answer');
      if (text.endsWith('\n')) resolve(text);
    });
    socket.on('end', () => lost(EXIT.unavailable, BUSY));
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

function valueIn(path: string, text: string): unknown {
  const answer = parseJson(text);
  if (!isObject(answer)) {
    throw new ExitError(EXIT.data, `control socket ${path}: expected an answer of evenkeel, got something else`);
  }
  const { ok, value, error, exitCode } = answer;
  if (ok === true) return value;
  throw new ExitError(isExitCode(exitCode) ? exitCode : EXIT.data, String(error));
}
