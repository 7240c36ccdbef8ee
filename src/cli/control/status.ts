/** Asks for a snapshot and shows it. */
import type { SocketArguments } from '../command.js';
import { print, printJson } from '../output.js';
import { ask } from './client.js';
import { type AnyStatus, wholeStatus } from './older.js';
import { statusText } from './status-text.js';

export async function showStatus(asked: SocketArguments & { readonly json: boolean }): Promise<void> {
  const status = await ask(asked, { command: 'status' });
  if (asked.json) printJson(status);
  else print(statusText(wholeStatus(status as AnyStatus)));
}
