/** What every command is: it declares itself on the parser and reports the exit code of its run. */
import type { Argv } from 'yargs';
import { DEFAULT_CONFIG_FILE } from '../daemon/default-files.js';

/** How long whatever still holds the event loop (a socket, a hanging disk) may keep an ended command alive. */
const EXIT_GRACE_MS = 100;

export type Command = (parser: Argv, exitWith: (code: number) => void) => void;

/** The option that several commands share. */
export function withConfig<T>(parser: Argv<T>): Argv<T & { config: string }> {
  return parser.option('config', {
    alias: 'c',
    type: 'string',
    default: DEFAULT_CONFIG_FILE,
    describe: 'configuration file',
    requiresArg: true,
  });
}

export interface SocketArguments {
  readonly socket?: string | undefined;
  readonly stateDir?: string | undefined;
}

/** Where the running master is asked, and how the answer is shown. */
export function withSocket<T>(parser: Argv<T>): Argv<T & SocketArguments & { json: boolean }> {
  return parser
    .option('socket', {
      type: 'string',
      describe: 'where the master takes commands (default: as for evenkeel run, else /run/evenkeel/control.sock)',
      requiresArg: true,
    })
    .option('state-dir', { type: 'string', describe: "the master's state directory", requiresArg: true })
    .option('json', { type: 'boolean', default: false, describe: 'for machines' });
}

/** After the exit code is known: nothing may keep the process alive. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
