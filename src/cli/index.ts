/** The command line: `evenkeel COMMAND`. Each command is a file in commands/, loaded only when it is called. */
import yargs from 'yargs';
import { nearest } from '../base/nearest.js';
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import { version } from '../daemon/identity.js';
import { checkCommand } from './commands/check.js';
import { demoCommand } from './commands/demo.js';
import { runCommand } from './commands/run.js';
import { simulateCommand } from './commands/simulate.js';
import { slaveCommand } from './commands/slave.js';
import { complain } from './output.js';

const COMMANDS = [runCommand, slaveCommand, checkCommand, simulateCommand, demoCommand];

async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const parser = yargs([...args])
    .scriptName('evenkeel')
    .usage('$0 COMMAND [options]\n\nThe DLM master that keeps every phase within its fuse.')
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
    .fail((message, error) => {
      throw error ?? new ExitError(EXIT.usage, usageText(message, args));
    });
  for (const command of COMMANDS) command(parser, (code) => (exitCode = code));
  try {
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    complain(error.message);
    return error.exitCode;
  }
}

const COMMAND_NAMES = ['run', 'slave', 'check', 'simulate', 'demo', 'meter', 'slaves'];
/** Every option there is, for the nearest word; a test compares this with what the parser knows. */
const OPTION_NAMES = [
  'config,json,state-dir,help,version,day,data,seed,start,factor,began,wire,model,listen,current,location',
  'load-factor,pv-factor,count,ids,of,network-id,port,interface,phases,max-a,seconds',
].flatMap((names) => names.split(','));

/** Adds the nearest valid word to what yargs found wrong. */
function usageText(message: string, args: readonly string[]): string {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message)?.[1]?.split(', ')[0];
  if (unknown === undefined) return `evenkeel: ${message}`;
  const isOption = args.some((arg) => arg.startsWith(`--${unknown}`) || arg === `-${unknown}`);
  const word = nearest(unknown, isOption ? OPTION_NAMES : COMMAND_NAMES);
  const hint = word === undefined ? 'see: evenkeel --help' : `did you mean "${isOption ? `--${word}` : word}"?`;
  return `evenkeel: expected a known ${isOption ? 'option' : 'command'}, got "${unknown}"; ${hint}`;
}

process.exitCode = await main(process.argv.slice(2));
