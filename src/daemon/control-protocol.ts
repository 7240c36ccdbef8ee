/** One line of JSON in, one line of JSON out: what the control socket speaks. docs/commands.md describes it. */
import { harmless } from '../base/harmless.js';
import { isObject, type JsonObject, parseJson } from '../base/json.js';
import { guessText, nearest } from '../base/nearest.js';
import type { Result } from '../base/result.js';
import type { Change, CommandPort, InputSet } from '../ports/commands.js';
import { EXIT } from './exit-codes.js';
import { operatorActionOf } from './operator-action.js';

/** Longest request, in UTF-16 units; far above what any of them needs. */
export const LINE_MAX = 64 * 1024;
const QUOTE_MAX = 40;

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  /** `exitCode`: with what a command should end that asked this. */
  | { readonly ok: false; readonly exitCode: number; readonly error: string };

type Handler = (commands: CommandPort, id: string, request: JsonObject) => unknown;

const HANDLERS: Readonly<Record<string, { readonly needsId: boolean; readonly run: Handler }>> = {
  status: { needsId: false, run: (commands) => commands.status() },
  slaves: { needsId: false, run: (commands) => commands.slaves() },
  adopt: { needsId: true, run: async (commands, id) => await outcome(commands.adopt(id)) },
  forget: { needsId: true, run: async (commands, id) => await outcome(commands.forget(id)) },
  set: { needsId: true, run: async (commands, id, request) => await outcome(set(commands, id, request)) },
  clear: { needsId: false, run: async (commands) => await outcome(commands.clear()) },
  input: { needsId: true, run: setInput },
};

async function set(commands: CommandPort, id: string, request: JsonObject): Promise<Result<Change>> {
  const action = operatorActionOf(request);
  return action.ok ? await commands.set(id, action.value) : action;
}

function setInput(commands: CommandPort, id: string, { state }: JsonObject): InputSet {
  if (state !== 'active' && state !== 'inactive') {
    throw new Refusal(`state: expected "active" or "inactive", got ${quoted(state)}`);
  }
  const set = commands.input(id, state);
  if (!set.ok) throw new Refusal(set.error);
  return set.value;
}

class Refusal extends Error {
  override readonly name = 'Refusal';
}

async function outcome<T>(result: Promise<Result<T>>): Promise<T> {
  const done = await result;
  if (!done.ok) throw new Refusal(done.error);
  return done.value;
}

export function refused(error: string): Answer {
  return { ok: false, exitCode: EXIT.data, error };
}

/** Never rejects because of the line; what is wrong with it is the answer. */
export async function answerLine(line: string, commands: CommandPort): Promise<Answer> {
  try {
    const { run, id, request } = requestOf(line);
    return { ok: true, value: await run(commands, id, request) };
  } catch (error) {
    if (error instanceof Refusal) return refused(error.message);
    throw error;
  }
}

interface Request {
  readonly run: Handler;
  readonly id: string;
  readonly request: JsonObject;
}

function requestOf(line: string): Request {
  const request = parsed(line);
  const { command, id } = request;
  const names = Object.keys(HANDLERS);
  const handler = typeof command === 'string' && Object.hasOwn(HANDLERS, command) ? HANDLERS[command] : undefined;
  if (!handler) {
    const near = typeof command === 'string' ? nearest(command, names) : undefined;
    throw new Refusal(`command: expected one of ${names.join(', ')}, got ${quoted(command)}${guessText(near)}`);
  }
  if (handler.needsId && typeof id !== 'string') throw new Refusal(`id: expected a text, got ${quoted(id)}`);
  return { run: handler.run, id: typeof id === 'string' ? id : '', request };
}

function parsed(line: string): JsonObject {
  const expected = 'expected one JSON object in a line, like {"command":"status"}';
  const value = parseJson(line);
  if (!isObject(value)) throw new Refusal(`${expected}, got ${quoted(value === undefined ? line : value)}`);
  return value;
}

/** `value`: of `parseJson`, which bounds its depth. */
function quoted(value: unknown): string {
  const text = harmless(value === undefined ? 'nothing' : JSON.stringify(value));
  return text.length > QUOTE_MAX ? `${text.slice(0, QUOTE_MAX)}...` : text;
}
