/** `evenkeel COMMAND`: parses the command line, runs the command, ends with its exit code. */
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import { exitSoon } from './command.js';
import { complain, print } from './output.js';
import { createParser, UsageError } from './parser.js';
import { usageText } from './usage.js';

async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const parser = createParser(args, (code) => (exitCode = code));
    // With a callback yargs hands out its help instead of printing it.
    await parser.parseAsync([...args], {}, (_error, _values, help) => {
      if (help !== '') print(help);
    });
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

process.exitCode = await main(process.argv.slice(2));
