/**
 * Asks a device for the level of a digital input by an HTTP GET. An answer is one word, or JSON with that word in one place. Its size, its
 * time and its way are bounded: no redirect is followed, and each request has a connection of its own.
 */
import http from 'node:http';
import https from 'node:https';
import { isObject, parseJson } from '../base/json.js';
import { type InputLevel, levelOf } from '../base/level-words.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';

/** The status of a relay with all that its maker adds is a tenth of that. */
const ANSWER_MAX_BYTES = 16 * 1024;
const QUOTED_MAX = 20;

export interface HttpQuestion {
  /** http:// or https://, without user and password. */
  readonly url: string;
  /** Where the word stands in a JSON answer: "inputs.0.on". Absent: it is the answer. */
  readonly value?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Never rejects, and ends within the timeout. */
export async function askLevel(question: HttpQuestion, timeoutMs: Ms): Promise<Result<InputLevel>> {
  const answer = await get(question, timeoutMs);
  return answer.ok ? levelIn(answer.value, question.value) : answer;
}

function get({ url, username = '', password = '' }: HttpQuestion, timeoutMs: Ms): Promise<Result<string>> {
  return new Promise((resolve) => {
    const { request } = url.startsWith('https:') ? https : http;
    const auth = username === '' ? {} : { auth: `${username}:${password}` };
    // A timer of its own: the one of a socket begins anew with each byte.
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request(url, { ...auth, agent: false, signal, headers: { accept: 'application/json, text/plain' } });
    const end = (result: Result<string>): void => {
      resolve(result);
      asked.destroy();
    };
    const onError = (error: Error): void =>
      end(fail(signal.aborted ? `no answer within ${timeoutMs} ms` : error.message));
    asked.on('error', onError);
    asked.on('response', (response) => hear(response, end, onError));
    asked.end();
  });
}

function hear(
  response: http.IncomingMessage,
  end: (result: Result<string>) => void,
  onError: (error: Error) => void,
): void {
  const { statusCode = 0 } = response;
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('error', onError);
  if (statusCode !== 200) {
    end(fail(`expected the HTTP status 200, got ${statusCode}`));
    return;
  }
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > ANSWER_MAX_BYTES) end(fail(`expected at most ${ANSWER_MAX_BYTES} bytes, got more`));
  });
  response.on('end', () => end(ok(Buffer.concat(chunks).toString('utf8'))));
}

function levelIn(text: string, path: string | undefined): Result<InputLevel> {
  const found = path === undefined ? text : wordAt(parseJson(text), path);
  if (found === undefined) return fail(`expected JSON with ${path}, got ${quoted(text)}`);
  const level = levelOf(found);
  return level ? ok(level) : fail(`expected on, off, 1, 0, true, false, active or inactive, got ${quoted(found)}`);
}

function wordAt(json: unknown, path: string): string | undefined {
  let at = json;
  for (const key of path.split('.')) {
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return typeof at === 'boolean' || typeof at === 'number' || typeof at === 'string' ? String(at) : undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}...` : text);
}
