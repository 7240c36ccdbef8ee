/**
 * `evenkeel check`: what a configuration means, and whether it is safe. Exit 0, or 78 with one line per finding; with the table
 * too, where nothing but its sums is wrong.
 */
import { describe, describeJson } from '../../config/report.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { checkConfig } from '../../daemon/load-config.js';
import { type Command, withConfig } from '../command.js';
import { print, printJson } from '../output.js';

export const checkCommand: Command = (parser) => {
  parser.command(
    'check',
    'check a configuration and show what it means',
    (options) =>
      withConfig(options)
        .option('json', { type: 'boolean', default: false, describe: 'for machines' })
        .example('$0 check -c etc/evenkeel.yaml', 'circuits, limits per phase, sums of disconnected limits'),
    ({ config: file, json }) => {
      const { config, findings } = checkConfig(file);
      if (config && json) printJson(describeJson(config));
      else if (config) print(`${file}: ${findings === undefined ? 'good' : 'NOT SAFE'}\n\n${describe(config)}`);
      if (findings !== undefined) throw new ExitError(EXIT.config, findings);
    },
  );
};
