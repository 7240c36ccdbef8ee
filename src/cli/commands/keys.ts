/** `evenkeel keys init|show|rotate`: the key of a site, and what each charge point gets of it. */
import type { Argv } from 'yargs';
import { SITE_KEY_FILE } from '../../daemon/default-files.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { type Command, withConfig } from '../command.js';
import { print } from '../output.js';

const ONCE = ['config', 'key-file', 'slave-file'] as const;

/** No default in yargs: `show --all` takes the one of the configuration. */
function withKeyFile<T>(parser: Argv<T>): Argv<T & { 'key-file': string | undefined }> {
  const describe = `key file of the site (default: ${SITE_KEY_FILE})`;
  return parser.option('key-file', { type: 'string', requiresArg: true, describe });
}

function withIds<T>(parser: Argv<T>) {
  return (
    withConfig(withKeyFile(parser))
      // "--charge-point a --charge-point b" are two.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .check((values) => {
        for (const name of ONCE)
          if (Array.isArray(values[name])) throw new ExitError(EXIT.usage, `--${name}: expected once, got it twice`);
        return true;
      })
      .option('charge-point', {
        type: 'string',
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: 'id of a charge point; may be repeated',
      })
      .option('all', { type: 'boolean', default: false, describe: 'all that the configuration lists' })
      .option('slave-file', {
        type: 'string',
        requiresArg: true,
        describe: 'print the key file of a slave of evenkeel with this id',
      })
      .option('json', { type: 'boolean', default: false, describe: 'for machines' })
      .example('$0 keys show --charge-point cp1', 'two codes, to be entered in cp1')
      .example('$0 keys show --all -c etc/evenkeel.yaml', 'the codes of the whole site')
      .example('$0 keys show --slave-file cp1 > key', 'charge-point.key for a slave of evenkeel')
  );
}

export const keysCommand: Command = (parser) => {
  parser.command('keys', 'the key of a site: make it, show what goes into a charger, change it', (keys) =>
    keys
      .command(
        'init',
        'make the key of a site',
        (options) => withKeyFile(options).example('$0 keys init', 'once for each site, as root'),
        async ({ keyFile }) => {
          const { initKeys } = await import('../../cli/keys/change.js');
          print(initKeys(keyFile ?? SITE_KEY_FILE));
        },
      )
      .command('show', 'show the codes that go into a charge point', withIds, async (options) => {
        const { showKeys } = await import('../../cli/keys/show.js');
        showKeys(options);
      })
      .command(
        'rotate',
        'add a new key beside the old one; it holds from the next start of the daemon',
        (options) =>
          withKeyFile(options)
            .option('finish', { type: 'boolean', default: false, describe: 'remove the older of the two keys' })
            .example('$0 keys rotate', 'then enter the new codes in every charge point')
            .example('$0 keys rotate --finish', 'when every charge point has the new one'),
        async ({ keyFile, finish }) => {
          const { finishRotation, rotateKeys } = await import('../../cli/keys/change.js');
          print((finish ? finishRotation : rotateKeys)(keyFile ?? SITE_KEY_FILE));
        },
      )
      .example('$0 keys init', 'a new site')
      .example('$0 keys show --charge-point cp1', 'a new charge point')
      .demandCommand(1, 'expected "init", "show" or "rotate", got nothing; see: evenkeel keys --help'),
  );
};
