/** `evenkeel allocate`: the division by itself, on JSON. Exit 0, or 2 when a request is bad. */
import type { Command } from '../command.js';

export const allocateCommand: Command = (parser, exitWith) => {
  parser.command(
    'allocate [file]',
    'divide the current of a site given as JSON: what would happen if',
    (options) =>
      options
        .positional('file', { type: 'string', describe: 'the request; "-" or left out: stdin' })
        .option('batch', { type: 'boolean', default: false, describe: 'one request per line, one answer per line' })
        .option('explain', { type: 'boolean', default: false, describe: 'a table for people instead of JSON' })
        .option('json', { type: 'boolean', default: false, describe: 'for machines: what it prints anyway' })
        .example('$0 allocate etc/request.json --explain', 'who gets how much, and why')
        .example('$0 allocate < etc/request.json', 'the answer as JSON')
        .example('$0 allocate --batch < requests.jsonl', 'in order, {"error": ...} for a bad line')
        .epilogue(
          [
            'May be left out: parent of the root, backgroundA (0), limitW, voltageV (230),',
            'imbalanceLimitA, activePhases (all connected), priority (1), connectedAtS (0),',
            'chargingS (0), stepA (1), sharing (equal), shortage (longest-charging-first),',
            'rotationSeed (0). All keys: docs/allocate.md',
            '',
            'Exit codes: 0 good, 2 a bad request (one line on stderr; in a batch at least one',
            'bad line), 64 wrong use, 78 a file that cannot be read.',
          ].join('\n'),
        ),
    async (options) => {
      const { runAllocate } = await import('../../cli/allocate/run.js');
      exitWith(await runAllocate({ ...options, file: fileOf(options) }));
    },
  );
};

/** yargs makes "" of "-", and gives no name to what stands after "--". */
function fileOf({ file, _: words }: { file: string | undefined; _: readonly (string | number)[] }): string | undefined {
  const [, afterDashes] = words;
  if (file === '') return process.argv.includes('') ? '' : '-';
  return file ?? (afterDashes === undefined ? undefined : String(afterDashes));
}
