/** Asks about the known charge points, and for changes to them. */
import { createInterface } from 'node:readline/promises';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import type { Change, Cleared } from '../../ports/commands.js';
import type { SocketArguments } from '../command.js';
import { complain, print, printJson } from '../output.js';
import { ask } from './client.js';
import { type AnySlave, wholeSlaves } from './older.js';
import { adoptedText, clearedText, forgottenText, slavesText, warningText } from './slaves-text.js';

interface Asked extends SocketArguments {
  readonly json: boolean;
}

interface AskedForOne extends Asked {
  readonly id: string;
}

interface Agreed {
  readonly yes: boolean;
}

export async function listSlaves(asked: Asked): Promise<void> {
  show(asked, await known(asked), (slaves) => slavesText(wholeSlaves(slaves)));
}

export async function adoptSlave(asked: AskedForOne): Promise<void> {
  show(asked, (await ask(asked, { command: 'adopt', id: asked.id })) as Change, adoptedText);
}

export async function forgetSlave(asked: AskedForOne & Agreed): Promise<void> {
  // What is unknown or must be kept is refused by the master, with the reason: nothing to agree to.
  const freed = (await known(asked)).filter(({ id, keptBecause }) => id === asked.id && keptBecause === null);
  if (!(await isAgreed(freed, asked))) return;
  show(asked, (await ask(asked, { command: 'forget', id: asked.id })) as Change, forgottenText);
}

export async function clearSlaves(asked: Asked & Agreed): Promise<void> {
  const freed = (await known(asked)).filter(({ keptBecause }) => keptBecause === null);
  if (!(await isAgreed(freed, asked))) return;
  show(asked, (await ask(asked, { command: 'clear' })) as Cleared, clearedText);
}

async function known(asked: Asked): Promise<readonly AnySlave[]> {
  return (await ask(asked, { command: 'slaves' })) as readonly AnySlave[];
}

function show<T>({ json }: Asked, value: T, text: (value: T) => string): void {
  if (json) printJson(value);
  else print(text(value));
}

/** What becomes free is said first; a script must have said --yes. */
async function isAgreed(freed: readonly AnySlave[], { yes }: Agreed): Promise<boolean> {
  if (yes || freed.length === 0) return true;
  complain(warningText(wholeSlaves(freed)));
  if (!process.stdin.isTTY) throw new ExitError(EXIT.usage, 'expected --yes, since there is no terminal to ask on');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-D is a no.
  const answer = await terminal.question('Forget? [y/N] ').catch(() => '');
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  complain('nothing was changed');
  return false;
}
