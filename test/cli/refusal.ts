/** What a command says that refuses to run, without the start of a process: each start takes a third of a second. */
import { createParser, UsageError } from '../../src/cli/parser.js';
import { usageText } from '../../src/cli/usage.js';
import { ExitError, EXIT } from '../../src/daemon/exit-codes.js';

export interface Refusal {
  readonly code: number;
  /** As src/cli/index.ts prints it. */
  readonly stderr: string;
}

/** The command must not get as far as to run. */
export async function refusal(...args: readonly string[]): Promise<Refusal> {
  try {
    await createParser(args, () => undefined).parseAsync();
  } catch (error) {
    if (error instanceof UsageError) return { code: EXIT.usage, stderr: `${await usageText(error.message, args)}\n` };
    if (error instanceof ExitError) return { code: error.exitCode, stderr: `${error.message.trimEnd()}\n` };
    throw error;
  }
  return { code: EXIT.ok, stderr: '' };
}
