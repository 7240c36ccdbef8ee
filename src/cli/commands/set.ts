/** `evenkeel set`: what people set while the master runs, for a charge point or for all below a circuit. */
import type { Argv } from 'yargs';
import { BLOCK_FROM, CHARGE_MODES } from '../../base/operator-action.js';
import { type Command, withSocket } from '../command.js';

const load = () => import('../../cli/control/set.js');

export const setCommand: Command = (parser) => {
  parser.command('set', 'limits, modes, pauses, blocks, priorities and boosts, while the master runs', (set) =>
    withMode(withSection14a(set))
      .command(
        'operator-limit <target> <limit>',
        "the operator's own limit, at most that of the fuse or of the charge point",
        (options) =>
          withTarget(options)
            .positional('limit', { type: 'string', demandOption: true, describe: 'A, or L1,L2,L3, or default' })
            .example('$0 set operator-limit garage 40', 'all phases; default: as configured'),
        async (asked) => (await load()).setLimit(asked),
      )
      .command(
        'priority <target> <priority>',
        'for the vehicle that is there; 1 is served first',
        (options) =>
          withTarget(options)
            .positional('priority', { type: 'string', demandOption: true, describe: '1 to 100, or default' })
            .example('$0 set priority cp1 1', 'until it leaves'),
        async (asked) => (await load()).setPriority(asked),
      )
      .command(
        'boost <target> <minutes>',
        'the vehicle that is there goes before all others',
        (options) =>
          withTarget(options)
            .positional('minutes', { type: 'string', demandOption: true, describe: 'at most 1440, or off' })
            .example('$0 set boost cp1 30', 'for half an hour, or until it leaves'),
        async (asked) => (await load()).setBoost(asked),
      )
      .command(
        'pause <target>',
        'no current until it is resumed',
        (options) => withTarget(options).example('$0 set pause cp1', 'at once'),
        async (asked) => (await load()).setPlain(asked, 'pause'),
      )
      .command(
        'resume <target>',
        'ends a pause',
        (options) => withTarget(options).example('$0 set resume cp1', 'in its turn'),
        async (asked) => (await load()).setPlain(asked, 'resume'),
      )
      .command(
        'block <target>',
        'no session until it is unblocked',
        (options) =>
          withTarget(options)
            .option('from', {
              choices: BLOCK_FROM,
              default: 'next',
              describe: 'next: the running session goes on',
            } as const)
            .example('$0 set block cp1 --from now', 'the running session ends, too'),
        async (asked) => (await load()).setBlock(asked),
      )
      .command(
        'unblock <target>',
        'ends a block',
        (options) => withTarget(options).example('$0 set unblock cp1', 'sessions may begin again'),
        async (asked) => (await load()).setPlain(asked, 'unblock'),
      )
      .example('$0 set operator-limit garage 40', 'at most 40 A on each phase below garage')
      .example('$0 set pause cp1', 'no current until: evenkeel set resume cp1')
      .demandCommand(1, 'expected what to set, got nothing; see: evenkeel set --help'),
  );
};

function withTarget<T>(parser: Argv<T>) {
  return withSocket(parser).positional('target', {
    type: 'string',
    demandOption: true,
    describe: 'id of a charge point, or of a circuit',
  });
}

function withMode<T>(parser: Argv<T>): Argv<T> {
  return parser.command(
    'mode <target> <mode>',
    'which power it takes: all that fuses leave, or PV surplus (docs/solar.md)',
    (options) =>
      withTarget(options)
        .positional('mode', {
          choices: [...CHARGE_MODES, 'default'] as const,
          demandOption: true,
          describe: 'default: as configured',
        })
        .example('$0 set mode cp1 full-green', 'PV surplus alone'),
    async (asked) => (await load()).setMode(asked),
  );
}

function withSection14a<T>(parser: Argv<T>): Argv<T> {
  return parser.command(
    'section-14a <target> <state>',
    'the grid operator asks for less (section 14a EnWG), or no longer',
    (options) =>
      withTarget(options)
        .positional('state', { type: 'string', demandOption: true, describe: 'on or off' })
        .example('$0 set section-14a garage on', 'until it is set to off'),
    async (asked) => (await load()).setSection14a(asked),
  );
}
