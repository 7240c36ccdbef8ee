/** `evenkeel COMMAND`: parses the command line, runs the command, ends with its exit code. */
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import { exitSoon } from './command.js';
import { complain, survivePipes } from './output.js';
import { createParser, UsageError } from './parser.js';
import { usageText } from './usage.js';

async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    await createParser(args, (code) => (exitCode = code)).parseAsync();
    return exitCode;
  } catch (error) {
    // What was opened before the error must not keep the process alive.
    exitSoon();
    if (error instanceof UsageError) {
      complain(await usageText(error.message, args));
      return EXIT.usage;
    }
    if (error instanceof ExitError) {
      complain(error.message);
      return error.exitCode;
    }
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return EXIT.internal;
  }
}

survivePipes();
process.exitCode = await main(process.argv.slice(2));
