/** `evenkeel section-14a`: the log that section 14a EnWG asks for, as a table. Read from its file: no master need run. */
import type { Command } from '../command.js';
import { print } from '../output.js';

/** Where the systemd unit has it. */
const INSTALLED = '/var/lib/evenkeel';

export const section14aCommand: Command = (parser) => {
  parser.command(
    'section-14a',
    'when the grid operator lowered the charge points (section 14a EnWG), as CSV',
    (options) =>
      options
        .option('state-dir', {
          type: 'string',
          describe: `the master's state directory (default: $STATE_DIRECTORY, else ${INSTALLED})`,
          requiresArg: true,
        })
        .example('$0 section-14a > log.csv', 'all events of the last two years'),
    async ({ stateDir }) => {
      const [{ EXIT, ExitError }, { readSection14aLog }, { csvOf }] = await Promise.all([
        import('../../daemon/exit-codes.js'),
        import('../../daemon/section-14a-file.js'),
        import('../../daemon/section-14a-lines.js'),
      ]);
      const lines = readSection14aLog(stateDir ?? process.env['STATE_DIRECTORY'] ?? INSTALLED);
      if (!lines.ok) throw new ExitError(EXIT.system, lines.error);
      print(csvOf(lines.value));
    },
  );
};
