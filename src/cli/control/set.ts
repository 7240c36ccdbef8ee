/** Asks the running master to set something, and says what became of it. */
import type { BlockFrom, ChargeMode } from '../../base/operator-action.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import type { Change } from '../../ports/commands.js';
import type { SocketArguments } from '../command.js';
import { print, printJson } from '../output.js';
import { ask } from './client.js';
import { setText } from './slaves-text.js';

interface Asked extends SocketArguments {
  readonly json: boolean;
  readonly target: string;
}

/** The word for "not set". */
const DEFAULT = 'default';

export async function setLimit(asked: Asked & { readonly limit: string }): Promise<void> {
  const { limit } = asked;
  const parts = limit.split(',').map((part) => numberIn(part, limit, 'a number of A, L1,L2,L3, or default', DEFAULT));
  if (parts.length !== 1 && parts.length !== 3) throw wrong(limit, 'one number of A, three with commas, or default');
  await set(asked, 'operatorLimit', { limitA: parts.length === 1 ? (parts[0] ?? null) : parts });
}

export async function setPriority(asked: Asked & { readonly priority: string }): Promise<void> {
  const { priority } = asked;
  await set(asked, 'priority', {
    priority: numberIn(priority, priority, 'a number from 1 to 100, or default', DEFAULT),
  });
}

export async function setBoost(asked: Asked & { readonly minutes: string }): Promise<void> {
  const { minutes } = asked;
  await set(asked, 'boost', { minutes: numberIn(minutes, minutes, 'minutes, or off', 'off') });
}

export async function setMode(asked: Asked & { readonly mode: ChargeMode | typeof DEFAULT }): Promise<void> {
  const { mode } = asked;
  await set(asked, 'mode', { mode: mode === DEFAULT ? null : mode });
}

export async function setBlock(asked: Asked & { readonly from: BlockFrom }): Promise<void> {
  await set(asked, 'block', { from: asked.from });
}

export async function setSection14a(asked: Asked & { readonly state: string }): Promise<void> {
  if (asked.state !== 'on' && asked.state !== 'off') throw wrong(asked.state, 'on or off');
  await set(asked, 'section14a', { on: asked.state === 'on' });
}

export async function setPlain(asked: Asked, what: 'pause' | 'resume' | 'unblock'): Promise<void> {
  await set(asked, what, {});
}

async function set(asked: Asked, what: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const change = (await ask(asked, { command: 'set', id: asked.target, what, ...fields })) as Change;
  if (asked.json) printJson(change);
  else print(setText(change, what));
}

/** `null` for the word that means "not set". */
function numberIn(text: string, whole: string, expected: string, notSet: string): number | null {
  if (whole === notSet) return null;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) throw wrong(whole, expected);
  return number;
}

function wrong(text: string, expected: string): ExitError {
  return new ExitError(EXIT.usage, `expected ${expected}, got ${JSON.stringify(text)}`);
}
