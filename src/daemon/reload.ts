/**
 * A new configuration while the master runs (SIGHUP). The file is checked as a start would; a bad one changes nothing. A good one is a start
 * anew inside of the process: what holds over a restart holds here too, and leases bridge it (docs/decisions/0018-reload.md).
 */
import { type Change, changesOf } from '../config/changes.js';
import type { MasterConfig } from '../config/types.js';
import { EXIT, ExitError } from './exit-codes.js';
import { loadConfig } from './load-config.js';
import type { DaemonLogger } from './pino-logger.js';
import { siteAuth, siteKeyMark } from './site-key.js';

/** More are counted. */
const CHANGES_SHOWN = 20;

/** Throws an `ExitError` for a file that a start would refuse. */
export function loadMasterConfig(file: string): MasterConfig {
  const config = loadConfig(file);
  if (config.role === 'master') return config;
  const way = `run it with: evenkeel slave -c ${file}`;
  throw new ExitError(EXIT.config, `${file}: expected a master's file, got role: slave; ${way}`);
}

/** What a master runs with. */
export interface Holding {
  readonly config: MasterConfig;
  /** Of its key file. */
  readonly keyMark: string | undefined;
}

/** Throws an `ExitError` for keys that a start would refuse. */
export function holdingOf(config: MasterConfig): Holding {
  siteAuth(config, process.env);
  return { config, keyMark: siteKeyMark(config, process.env) };
}

/** The configuration that takes the place of `before`; `undefined`: that one goes on. Says which, and why. */
export function rereadMaster(file: string, before: Holding, logger: DaemonLogger): MasterConfig | undefined {
  try {
    const { config, keyMark } = holdingOf(loadMasterConfig(file));
    const changes = [...changesOf(before.config, config), ...changesOf(before.keyMark, keyMark, 'secret keys')];
    if (changes.length === 0) {
      logger.log('info', 'RELOAD', `${file} says what holds already: nothing changes`, {});
      return undefined;
    }
    tellChanges(file, changes, logger);
    return config;
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    logger.log('error', 'RELOAD_REFUSED', `${error.message}\nthe configuration of before goes on`, {});
    return undefined;
  }
}

function tellChanges(file: string, changes: readonly Change[], logger: DaemonLogger): void {
  const count = changes.length === 1 ? '1 value of it is new' : `${changes.length} values of it are new`;
  logger.log('info', 'RELOAD', `${file} is good, ${count}`, { changes: changes.length });
  for (const { path, before, after } of changes.slice(0, CHANGES_SHOWN)) {
    const when = path.startsWith('log') ? ', from the next start of the process on' : '';
    logger.log('info', 'RELOAD', `${path.replace(/^site\./, '')}: ${before} -> ${after}${when}`, {
      path,
      before,
      after,
    });
  }
  const rest = changes.length - CHANGES_SHOWN;
  if (rest > 0) logger.log('info', 'RELOAD', `and ${rest} more`, {});
}
