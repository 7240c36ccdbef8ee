/** `evenkeel run`: the master. */
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
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
      const { loadConfig } = await import('../../daemon/load-config.js');
      const config = loadConfig(configFile);
      if (config.role !== 'master') {
        const way = `run it with: evenkeel slave -c ${configFile}`;
        throw new ExitError(EXIT.config, `${configFile}: expected a master's file, got role: slave; ${way}`);
      }
      const [{ startMaster }, { createLogger }, { runUntilSignal }] = await Promise.all([
        import('../../daemon/master.js'),
        import('../../daemon/pino-logger.js'),
        import('../../daemon/process.js'),
      ]);
      const logger = createLogger(config.log);
      const directory = stateDir ?? process.env['STATE_DIRECTORY'];
      const start = { config, configFile, stateDir: directory, socket, isStandby, logger };
      exitWith(await runUntilSignal(() => startMaster(start), logger));
      exitSoon();
    },
  );
};
