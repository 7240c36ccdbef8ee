/** `evenkeel explain`: why a charge point has its limit, and what would change it next. */
import { type Command, withSocket } from '../command.js';

export const explainCommand: Command = (parser) => {
  parser.command(
    'explain [id]',
    'why a charge point has its limit, and what would change it next',
    (options) =>
      withSocket(options)
        .positional('id', { type: 'string', describe: 'of a charge point; all of them when left out' })
        .example('$0 explain cp1', 'one sentence'),
    async (asked) => {
      const { showExplanations } = await import('../../cli/control/explain.js');
      await showExplanations(asked, asked.id);
    },
  );
};
