/** `evenkeel slaves`: the charge points that the running master knows; taking on new ones, forgetting those that are gone. */
import { createInterface } from 'node:readline/promises';
import type { Argv } from 'yargs';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import type { Change, Cleared, SlaveEntry } from '../../ports/commands.js';
import type { Command } from '../command.js';
import { ask, type ControlArguments, withSocket } from '../control/client.js';
import { adoptedText, clearedText, forgottenText, slavesText, warningText } from '../control/slaves-text.js';
import { complain, print, printJson } from '../output.js';

interface Asked extends ControlArguments {
  readonly json: boolean;
}

export const slavesCommand: Command = (parser) => {
  parser.command('slaves', 'the charge points that the running master knows', (slaves) =>
    slaves
      .command(
        'list',
        'every known charge point',
        (options) => withJson(options).example('$0 slaves list', 'who is heard, and who waits to be adopted'),
        async (asked) => show(asked, await list(asked), slavesText),
      )
      .command(
        'adopt <id>',
        'serve one that the configuration does not list',
        (options) => withId(options).example('$0 slaves adopt cp7', 'cp7 gets current from now on, also after restarts'),
        async ({ id, ...asked }) => show(asked, (await ask(asked, { command: 'adopt', id })) as Change, adoptedText),
      )
      .command(
        'forget <id>',
        'no longer reserve anything for one that is gone for good',
        (options) => withYes(withId(options)).example('$0 slaves forget cp7 --yes', 'from a script'),
        async ({ id, yes, ...asked }) => {
          const known = (await list(asked)).filter((slave) => slave.id === id && slave.keptBecause === null);
          // What is unknown or must be kept is refused by the master, with the reason: nothing to ask for.
          if (known.length > 0 && !(await isAgreed(known, yes))) return;
          show(asked, (await ask(asked, { command: 'forget', id })) as Change, forgottenText);
        },
      )
      .command(
        'clear',
        'forget all that are not listed, silent, and draw nothing any more',
        (options) => withYes(withJson(options)).example('$0 slaves clear', 'asks first; shows who is kept, and why'),
        async ({ yes, ...asked }) => {
          const known = (await list(asked)).filter((slave) => slave.keptBecause === null);
          if (known.length > 0 && !(await isAgreed(known, yes))) return;
          show(asked, (await ask(asked, { command: 'clear' })) as Cleared, clearedText);
        },
      )
      .example('$0 slaves list', 'every known charge point')
      .example('$0 slaves adopt cp7', 'serve one that waits')
      .demandCommand(1, 'expected list, adopt, forget or clear, got none; see: evenkeel slaves --help'),
  );
};

function withJson<T>(parser: Argv<T>) {
  return withSocket(parser).option('json', { type: 'boolean', default: false, describe: 'for machines' });
}

function withId<T>(parser: Argv<T>) {
  return withJson(parser).positional('id', { type: 'string', demandOption: true, describe: 'of the charge point' });
}

function withYes<T>(parser: Argv<T>) {
  return parser.option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' });
}

async function list(asked: ControlArguments): Promise<readonly SlaveEntry[]> {
  return (await ask(asked, { command: 'slaves' })) as readonly SlaveEntry[];
}

function show<T>({ json }: Asked, value: T, text: (value: T) => string): void {
  if (json) printJson(value);
  else print(text(value));
}

/** What becomes free is said first; a script must have said --yes. */
async function isAgreed(slaves: readonly SlaveEntry[], yes: boolean): Promise<boolean> {
  if (yes) return true;
  complain(warningText(slaves));
  if (!process.stdin.isTTY) throw new ExitError(EXIT.usage, 'expected --yes, since there is no terminal to ask on');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Forget? [y/N] ');
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  complain('nothing was changed');
  return false;
}
