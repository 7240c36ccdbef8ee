/**
 * `evenkeel check`: what a configuration means, and whether it is safe. Exit 0, or 78 with one line per finding; with the table
 * too, where nothing but its sums is wrong.
 */
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
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
    async ({ config: file, json }) => {
      const [{ describe, describeJson }, { checkConfig }, { authReport }] = await Promise.all([
        import('../../config/report.js'),
        import('../../daemon/load-config.js'),
        import('../../daemon/site-key.js'),
      ]);
      const { config, findings } = checkConfig(file);
      if (config) {
        const { auth, keyFile, text, willStart } = authReport(config, process.env);
        const good = willStart ? 'good' : 'good, but will not start here: no usable key';
        const verdict = findings === undefined ? good : 'NOT SAFE';
        if (json) printJson({ ...describeJson(config), auth, keyFile, authNote: text });
        else print(`${file}: ${verdict}\n\n${describe(config)}\n${wrapped(text)}`);
      }
      if (findings !== undefined) throw new ExitError(EXIT.config, findings);
    },
  );
};

/** At most 80 characters in a line, where there are spaces. */
function wrapped(text: string): string {
  return text.replace(/(.{1,80})(?:\s|$)/g, '$1\n');
}
