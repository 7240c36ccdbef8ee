/** `evenkeel status`: what the running master knows and decides, now. */
import type { Command } from '../command.js';
import { ask, withSocket } from '../control/client.js';
import { type ShownStatus, statusText } from '../control/status-text.js';
import { print, printJson } from '../output.js';

export const statusCommand: Command = (parser) => {
  parser.command(
    'status',
    'what the running master knows and decides',
    (options) =>
      withSocket(options)
        .option('json', { type: 'boolean', default: false, describe: 'for machines' })
        .example('$0 status', 'alarms, circuits and charge points')
        .example('$0 status --json | jq .alarms', 'for scripts'),
    async ({ socket, stateDir, json }) => {
      const status = (await ask({ socket, stateDir }, { command: 'status' })) as ShownStatus;
      if (json) printJson(status);
      else print(statusText(status));
    },
  );
};
