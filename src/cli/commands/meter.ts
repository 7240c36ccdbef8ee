/** `evenkeel meter read|scan|models`: meters at commissioning and when something is wrong. */
import { type Command, withConfig, withSocket } from '../command.js';

export const meterCommand: Command = (parser, exitWith) => {
  parser.command('meter', 'read a meter, find meters, list the known models', (meter) =>
    meter
      .command(
        'read <name>',
        'what a meter of the configuration shows now',
        (options) =>
          withSocket(withConfig(options))
            .positional('name', { type: 'string', demandOption: true, describe: 'id of the meter in the file' })
            .option('watch', { type: 'boolean', default: false, describe: 'every second, until Ctrl-C' })
            .option('direct', {
              type: 'boolean',
              default: false,
              describe: 'a connection of its own, although a running master may hold the meter',
            })
            .example('$0 meter read grid', 'current, voltage and power of each phase, and their age')
            .example('$0 meter read grid --json | jq .currentA', 'for scripts'),
        async (asked) => {
          const { readMeter } = await import('../../cli/meter/read.js');
          exitWith(await readMeter(asked));
        },
      )
      .command(
        'scan <target>',
        'find meters behind an address or on a serial line',
        (options) =>
          options
            .positional('target', {
              type: 'string',
              demandOption: true,
              describe: 'tcp://HOST[:PORT], rtu+tcp://HOST:PORT or /dev/ttyUSB0',
            })
            .option('baud', {
              type: 'string',
              requiresArg: true,
              describe: 'of a serial line; default: all usual ones',
            })
            .option('parity', { type: 'string', requiresArg: true, describe: 'none, even or odd' })
            .option('stop-bits', { type: 'string', requiresArg: true, describe: '1 or 2' })
            .option('units', { type: 'string', requiresArg: true, describe: 'unit ids to ask, such as 1-20,33' })
            .option('timeout', { type: 'number', default: 180, describe: 'seconds after which it ends in any case' })
            .option('json', { type: 'boolean', default: false, describe: 'for machines' })
            .example('$0 meter scan tcp://192.168.0.20', 'which unit ids answer, and as which model')
            .example('$0 meter scan tcp://192.168.0.20 > new.yaml', 'a configuration to begin with')
            .example('$0 meter scan /dev/ttyUSB0 --baud 9600', 'every unit id of an RS-485 line'),
        async (asked) => {
          const { scanMeters } = await import('../../cli/meter/scan.js');
          exitWith(await scanMeters(asked));
        },
      )
      .command(
        'models',
        'the models that evenkeel knows',
        (options) =>
          options
            .option('json', { type: 'boolean', default: false, describe: 'for machines' })
            .example('$0 meter models', 'what to write for "model" in the configuration'),
        async (asked) => {
          const { showModels } = await import('../../cli/meter/models.js');
          showModels(asked);
        },
      )
      .example('$0 meter read grid', 'what the meter "grid" shows now')
      .example('$0 meter scan tcp://192.168.0.20', 'find out model and unit id')
      .demandCommand(1, 'expected read, scan or models, got none; see: evenkeel meter --help'),
  );
};
