/** `evenkeel slaves`: the charge points that the running master knows; taking on new ones, forgetting those that are gone. */
import type { Argv } from 'yargs';
import { type Command, withSocket } from '../command.js';

export const slavesCommand: Command = (parser) => {
  const load = () => import('../../cli/control/slaves.js');
  parser.command('slaves', 'the charge points that the running master knows', (slaves) =>
    slaves
      .command(
        'list',
        'every known charge point',
        (options) => withSocket(options).example('$0 slaves list', 'who is heard, and who waits to be adopted'),
        async (asked) => (await load()).listSlaves(asked),
      )
      .command(
        'adopt <id>',
        'serve one that the configuration does not list',
        (options) => withId(options).example('$0 slaves adopt cp7', 'current from now on, also after restarts'),
        async (asked) => (await load()).adoptSlave(asked),
      )
      .command(
        'forget <id>',
        'no longer reserve anything for one that is gone for good',
        (options) => withYes(withId(options)).example('$0 slaves forget cp7 --yes', 'from a script'),
        async (asked) => (await load()).forgetSlave(asked),
      )
      .command(
        'clear',
        'forget all that are not listed, silent, and can draw nothing any more',
        (options) => withYes(withSocket(options)).example('$0 slaves clear', 'asks first; shows who is kept, and why'),
        async (asked) => (await load()).clearSlaves(asked),
      )
      .example('$0 slaves list', 'every known charge point')
      .example('$0 slaves adopt cp7', 'serve one that waits')
      .demandCommand(1, 'expected list, adopt, forget or clear, got none; see: evenkeel slaves --help'),
  );
};

function withId<T>(parser: Argv<T>) {
  return withSocket(parser).positional('id', { type: 'string', demandOption: true, describe: 'of the charge point' });
}

function withYes<T>(parser: Argv<T>) {
  return parser.option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'do not ask' });
}
