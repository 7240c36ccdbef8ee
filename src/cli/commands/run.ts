/** `evenkeel run`: the master. */
import type { MasterConfig } from '../../config/types.js';
import type { Holding } from '../../daemon/reload.js';
import type { Running, Start } from '../../daemon/reloads.js';
import { type Command, exitSoon, withConfig } from '../command.js';

export const runCommand: Command = (parser, exitWith) => {
  parser.command(
    'run',
    'run the DLM master',
    (options) =>
      withConfig(options)
        .option('state-dir', {
          type: 'string',
          describe: 'where epoch and known slaves are kept over a restart (default: $STATE_DIRECTORY)',
          requiresArg: true,
        })
        .option('standby', {
          type: 'boolean',
          default: false,
          describe: 'listen, and take over when the other master falls silent',
        })
        .option('socket', {
          type: 'string',
          describe: 'where commands are taken (default: control.sock in $RUNTIME_DIRECTORY or the state directory)',
          requiresArg: true,
        })
        .example('$0 run -c etc/evenkeel.yaml --state-dir /var/lib/evenkeel', 'with memory over restarts'),
    async ({ config: configFile, stateDir, socket, standby: isStandby }) => {
      const { holdingOf, loadMasterConfig, rereadMaster } = await import('../../daemon/reload.js');
      const config = loadMasterConfig(configFile);
      const [{ startMaster }, { createLogger }, { runUntilSignal }, { createNotifier }] = await Promise.all([
        import('../../daemon/master.js'),
        import('../../daemon/pino-logger.js'),
        import('../../daemon/process.js'),
        import('../../daemon/sd-notify.js'),
      ]);
      const logger = createLogger(config.log);
      // One for all starts: what it tells goes out in order.
      const notifier = createNotifier({ logger, env: process.env });
      const directory = stateDir ?? process.env['STATE_DIRECTORY'];
      let holding: Holding | undefined;
      let running: Running | undefined;
      const startWith = (config: MasterConfig) => async (): Promise<Running> => {
        const next = holdingOf(config);
        const wasActive = running?.isActive === true;
        const asked = { config, configFile, stateDir: directory, socket, isStandby };
        running = await startMaster({ ...asked, wasActive, notifier, logger });
        holding = next;
        return running;
      };
      const reread = (): Start | undefined => {
        const next = holding && rereadMaster(configFile, holding, logger);
        return next && startWith(next);
      };
      exitWith(await runUntilSignal(startWith(config), logger, reread));
      exitSoon();
    },
  );
};
