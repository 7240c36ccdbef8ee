/** The command line as yargs sees it: the commands, each in a file of its own that is loaded only when it is called. */
import yargs, { type Argv } from 'yargs';
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import { version } from '../daemon/identity.js';
import { allocateCommand } from './commands/allocate.js';
import { checkCommand } from './commands/check.js';
import { demoCommand } from './commands/demo.js';
import { explainCommand } from './commands/explain.js';
import { keysCommand } from './commands/keys.js';
import { meterCommand } from './commands/meter.js';
import { replayCommand } from './commands/replay.js';
import { runCommand } from './commands/run.js';
import { simulateCommand } from './commands/simulate.js';
import { slaveCommand } from './commands/slave.js';
import { section14aCommand } from './commands/section-14a.js';
import { setCommand } from './commands/set.js';
import { slavesCommand } from './commands/slaves.js';
import { statusCommand } from './commands/status.js';
import { numberFinding } from './numbers.js';

const COMMANDS = [
  runCommand,
  slaveCommand,
  statusCommand,
  explainCommand,
  slavesCommand,
  setCommand,
  section14aCommand,
  checkCommand,
  keysCommand,
  meterCommand,
  allocateCommand,
  replayCommand,
  simulateCommand,
  demoCommand,
];

/** What yargs refuses; its text is not yet for people (usage.ts). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function createParser(args: readonly string[], exitWith: (code: number) => void): Argv {
  const parser = yargs([...args])
    .scriptName('evenkeel')
    .usage('$0 COMMAND [options]\n\nThe DLM master that keeps every phase within its fuse.')
    // Else yargs follows the user's language with its own words only, and usage.ts does not know them.
    .locale('en')
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .version(version())
    .help()
    .alias('help', 'h')
    .demandCommand(1, 'expected a command, got none; see: evenkeel --help')
    .strict()
    .wrap(80)
    .example('$0 check -c etc/evenkeel.yaml', 'what the configuration means, and whether it is safe')
    .example('$0 run -c /etc/evenkeel/evenkeel.yaml', 'the master')
    .example('$0 demo', 'a whole virtual site on this machine')
    .exitProcess(false)
    .check((values) => {
      const finding = numberFinding(values, args);
      if (finding !== undefined) throw new ExitError(EXIT.usage, finding);
      return true;
    })
    .fail((message, error) => {
      // yargs throws some of its own findings and reports others without an error.
      throw error && error.name !== 'YError' ? error : new UsageError(message);
    });
  for (const command of COMMANDS) command(parser, exitWith);
  return parser;
}
