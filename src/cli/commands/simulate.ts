/** `evenkeel simulate meter|slaves`: virtual devices that speak the real protocols; `simulate site`: a whole site in virtual time. */
import type { Argv } from 'yargs';
import type { Command } from '../command.js';

/** Options of the real day, shared by both. */
function withDay<T>(parser: Argv<T>) {
  return parser
    .option('day', { type: 'boolean', default: false, describe: 'play a real day, time-lapsed' })
    .option('data', { type: 'string', requiresArg: true, describe: 'folder with recorded days (default: generated)' })
    .option('seed', { type: 'number', default: 1, describe: 'draws the day' })
    .option('start', { type: 'string', default: '16:00', describe: 'time of day at the start' })
    .option('factor', { type: 'number', default: 60, describe: 'time lapse: 60 makes a second a minute' })
    .option('began', { type: 'number', describe: 'when the day began, ms since 1970 (default: now)' })
    .option('wire', { type: 'string', requiresArg: true, describe: 'HOST:PORT of the wire between slaves and meter' });
}

function withSite(simulate: Argv, exitWith: (code: number) => void): Argv {
  return simulate.command(
    'site',
    'a whole site in virtual time, with faults, judged at every moment',
    (options) =>
      options
        .option('scenario', { type: 'string', requiresArg: true, describe: 'what is played (default: drawn)' })
        .option('seed', { type: 'number', default: 1, describe: 'draws the scenario, and all that is left to chance' })
        .option('hours', { type: 'number', describe: 'how long (default: as the scenario says, or 1)' })
        .option('charge-points', { type: 'number', describe: 'how many, where the site is drawn (default: 2 to 8)' })
        .option('report', { type: 'string', requiresArg: true, describe: 'write a page with plots to this file' })
        .option('json', { type: 'boolean', default: false, describe: 'for machines' })
        .example('$0 simulate site --seed 7 --report run.html', 'an hour with faults, and what it looked like')
        .example('$0 simulate site --scenario etc/scenarios/meter-dies.yaml', 'what you have written'),
    async (options) => {
      const { simulateSite } = await import('../../cli/site/simulate-site.js');
      exitWith(await simulateSite(options));
    },
  );
}

export const simulateCommand: Command = (parser, exitWith) => {
  parser.command('simulate', 'virtual devices for tests and demonstrations', (simulate) =>
    withSite(simulate, exitWith)
      .command(
        'meter',
        'a virtual meter of any known model; "10 -5 3" on stdin sets its currents',
        (options) =>
          withDay(options)
            .option('model', { type: 'string', default: 'siemens-pac2200', describe: 'which registers it serves' })
            .option('listen', { type: 'string', default: '127.0.0.1:5020', describe: 'HOST:PORT' })
            .option('current', { type: 'string', default: '0 0 0', describe: 'L1 L2 L3 in A, + = import' })
            .option('location', { choices: ['including', 'excluding'] as const, default: 'including' as const })
            .option('load-factor', { type: 'number', default: 8, describe: 'households in the building' })
            .option('pv-factor', { type: 'number', default: 2, describe: 'size of the PV plant' })
            .option('pty', { type: 'boolean', default: false, describe: 'on a pseudo terminal as Modbus RTU' })
            .option('unit', { type: 'number', describe: 'the one unit id that answers (default: TCP any)' })
            .option('freeze', { type: 'boolean', default: false, describe: 'fault: values never change' })
            .option('late', { type: 'number', default: 0, describe: 'fault: answers after so many ms' })
            .option('exception', { type: 'number', describe: 'fault: this Modbus exception for every read' })
            .option('noise', { type: 'number', default: 0, describe: 'fault: values up to so many % wrong' })
            .option('sentinel', {
              choices: ['L1', 'L2', 'L3'] as const,
              describe: 'fault: current and power of a phase are "not available"',
            })
            .example('$0 simulate meter --current "20 5 5"', 'a PAC2200 that shows 20, 5 and 5 A')
            .example('$0 simulate meter --model siemens-pac2200 --pty', 'on a serial line of this machine'),
        async (options) => {
          const { simulateMeter } = await import('../simulate-meter.js');
          exitWith(await simulateMeter(options));
        },
      )
      .command(
        'slaves',
        'virtual DLM slaves with vehicles behind them',
        (options) =>
          withDay(options)
            .option('count', { type: 'number', default: 6, describe: 'how many' })
            .option('ids', { type: 'string', requiresArg: true, describe: 'their ids (default: cp1,cp2,...)' })
            .option('of', { type: 'number', describe: 'charge points of the whole site, for --day (default: --count)' })
            .option('network-id', { type: 'number', default: 0, describe: 'DLM network id' })
            .option('port', { type: 'number', default: 16030, describe: 'discovery port' })
            .option('interface', { type: 'string', default: 'lo', describe: 'where they listen' })
            .option('phases', { choices: [1, 2, 3] as const, default: 3 as const, describe: 'of the vehicles' })
            .option('max-a', { type: 'number', default: 32, describe: 'hardware maximum in A' })
            .option('key-file', {
              type: 'string',
              requiresArg: true,
              describe: 'key file of the site (default: auth off)',
            })
            .example('$0 simulate slaves --count 3', 'cp1, cp2 and cp3, each with a vehicle'),
        async (options) => {
          const { simulateSlaves } = await import('../simulate-slaves.js');
          exitWith(await simulateSlaves(options));
        },
      )
      .example('$0 simulate meter', 'shows 0 A; type "10 -5 3" to change it')
      .example('$0 simulate slaves', 'six slaves that wait for a master on loopback')
      .demandCommand(1, 'expected "meter", "slaves" or "site", got nothing; see: evenkeel simulate --help'),
  );
};
