/** `evenkeel status`: what the running master knows and decides, now. */
import { type Command, withSocket } from '../command.js';

export const statusCommand: Command = (parser) => {
  parser.command(
    'status',
    'what the running master knows and decides',
    (options) =>
      withSocket(options)
        .example('$0 status', 'alarms, circuits and charge points')
        .example('$0 status --json | jq .alarms', 'for scripts'),
    async (asked) => {
      const { showStatus } = await import('../../cli/control/status.js');
      await showStatus(asked);
    },
  );
};
