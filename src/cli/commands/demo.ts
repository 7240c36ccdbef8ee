/** `evenkeel demo`: a whole virtual site on this machine. */
import type { Command } from '../command.js';

export const demoCommand: Command = (parser, exitWith) => {
  parser.command(
    'demo',
    'a whole virtual site on this machine: meter, six slaves, broker, master',
    (options) =>
      options
        .option('seconds', { type: 'number', describe: 'end by itself after so many seconds' })
        .option('factor', { type: 'number', default: 60, describe: 'time lapse: 60 makes a second a minute' })
        .option('start', { type: 'string', default: '16:40', describe: 'time of day at the start' })
        .option('seed', { type: 'number', default: 9, describe: 'draws the day' })
        .option('data', { type: 'string', requiresArg: true, describe: 'folder with recorded days' })
        .example('$0 demo --start 07:00', 'begin with the morning'),
    async (options) => {
      const { runDemo } = await import('../../cli/demo/demo.js');
      exitWith(await runDemo(options));
    },
  );
};
