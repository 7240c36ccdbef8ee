/** `evenkeel replay`: what a master decided, decided again. */
import { type Command, exitSoon } from '../command.js';

export const replayCommand: Command = (parser, exitWith) => {
  parser.command(
    'replay <file>',
    'decide again what a master has recorded, and compare',
    (options) =>
      options
        .positional('file', {
          type: 'string',
          describe: 'the recording (recorder: in evenkeel.yaml)',
          demandOption: true,
        })
        .option('from', {
          type: 'string',
          describe: 'show what was from then on: HH:MM or HH:MM:SS',
          requiresArg: true,
        })
        .option('to', { type: 'string', describe: 'end there', requiresArg: true })
        .option('charge-point', { type: 'string', describe: 'show what concerns this one only', requiresArg: true })
        .option('step', { type: 'boolean', default: false, describe: 'wait for Enter after each decision; q ends' })
        .option('json', { type: 'boolean', default: false, describe: 'for machines: one line per decision' })
        .example('$0 replay /var/lib/evenkeel/recorder.ring', 'every decision that changed something')
        .example('$0 replay night.ring --from 02:10 --to 02:20', 'what happened at night')
        .example('$0 replay night.ring --charge-point cp3 --step', 'one charge point, step by step')
        .epilogue(
          [
            'Compared: limits and reasons of all charge points, grants, BEACONs, when cycles',
            'are due, what is written to the state file, events of the log.',
            '',
            'Exit codes: 0 all as recorded, 64 wrong use, 65 a decision differs (the first',
            'one is shown), 78 the file cannot be read or is no recording.',
          ].join('\n'),
        ),
    async (options) => {
      const { runReplay } = await import('../../cli/replay/run.js');
      exitWith(await runReplay(options));
      exitSoon();
    },
  );
};
