/** `evenkeel slave`: this machine as a DLM slave next to a charge point. */
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { type Command, exitSoon, withConfig } from '../command.js';

export const slaveCommand: Command = (parser, exitWith) => {
  parser.command(
    'slave',
    'run a DLM slave next to a charge point',
    (options) =>
      withConfig(options)
        .option('state-dir', {
          type: 'string',
          describe: 'where the disconnected limit is kept that masters know of (default: $STATE_DIRECTORY)',
          requiresArg: true,
        })
        .example('$0 slave -c etc/evenkeel-slave.yaml', 'a slave with a virtual vehicle'),
    async ({ config: configFile, stateDir }) => {
      const { loadConfig } = await import('../../daemon/load-config.js');
      const config = loadConfig(configFile);
      if (config.role !== 'slave') {
        const way = `run it with: evenkeel run -c ${configFile}`;
        throw new ExitError(
          EXIT.config,
          `${configFile}: expected a slave's file (role: slave), got a master's; ${way}`,
        );
      }
      const [{ startSlave }, { createLogger }, { runUntilSignal }] = await Promise.all([
        import('../../daemon/slave.js'),
        import('../../daemon/pino-logger.js'),
        import('../../daemon/process.js'),
      ]);
      const logger = createLogger(config.log);
      const directory = stateDir ?? process.env['STATE_DIRECTORY'];
      exitWith(await runUntilSignal(() => startSlave({ config, stateDir: directory, logger }), logger));
      exitSoon();
    },
  );
};
