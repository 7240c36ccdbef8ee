/**
 * Where the keys lie, and whether they may be used: a file that only its owner can read, or what systemd hands over.
 * No message ever carries a piece of a key.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../base/logger.js';
import type { Result } from '../base/result.js';
import type { AuthConfig, Config, MasterConfig, SlaveConfig } from '../config/types.js';
import type { Auth } from '../discovery/auth.js';
import { KEY_FILE_BYTES_MAX, parseChargePointKeys, parseSiteKeys } from '../discovery/key-file.js';
import { chargePointKeyRing, type NumberedKey, siteKeyRing } from '../discovery/keys.js';
import { nodeMac } from '../transports/node-mac.js';
import { SITE_KEY_FILE } from './default-files.js';
import { EXIT, ExitError } from './exit-codes.js';

const PLACES = {
  master: { credential: 'site-key', file: SITE_KEY_FILE, make: 'evenkeel keys init' },
  slave: {
    credential: 'charge-point-key',
    file: '/etc/evenkeel/keys/charge-point.key',
    make: 'evenkeel keys show --slave-file ID (at the master)',
  },
} as const;
/** What the credential holds when there is no key file (SetCredential= in the unit). */
const NO_CREDENTIAL = 'none';

type Environment = Readonly<Record<string, string | undefined>>;

export interface KeyPlace {
  readonly file: string;
  /** systemd guards it: its mode shows an access list, so it says nothing. */
  readonly isCredential: boolean;
}

function keyPlace({ role, keyFile }: AuthConfig & Pick<Config, 'role'>, env: Environment): KeyPlace {
  const { credential, file } = PLACES[role];
  if (keyFile !== undefined) return { file: keyFile, isCredential: false };
  const handedOver = env['CREDENTIALS_DIRECTORY'];
  if (handedOver !== undefined && existsSync(join(handedOver, credential)))
    return { file: join(handedOver, credential), isCredential: true };
  return { file, isCredential: false };
}

/** `undefined`: there is none. Throws an `ExitError`. */
function readKeyText({ file, isCredential }: KeyPlace): string | undefined {
  try {
    const info = statSync(file);
    if (!info.isFile()) throw new ExitError(EXIT.config, `${file}: expected a key file, got something else`);
    const mode = info.mode & 0o777;
    if (!isCredential && (mode & 0o077) !== 0) {
      const got = `mode 0${mode.toString(8)}`;
      const way = `type: chmod 600 ${file}`;
      throw new ExitError(EXIT.permission, `${file}: expected a key file for its owner alone, got ${got}; ${way}`);
    }
    if (info.size > KEY_FILE_BYTES_MAX)
      throw new ExitError(EXIT.config, `${file}: expected a key file, got ${info.size} bytes`);
    const text = readFileSync(file, 'utf8');
    return isCredential && text.trim() === NO_CREDENTIAL ? undefined : text;
  } catch (error) {
    if (error instanceof ExitError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const exitCode = code === 'EACCES' || code === 'EPERM' ? EXIT.permission : EXIT.system;
    const way = 'run it as the owner of the file, or let systemd hand it over (LoadCredential=)';
    throw new ExitError(exitCode, `${file}: expected a readable key file, got ${code}; ${way}`);
  }
}

/** The text of the keys that a configuration wants; `undefined` where it does without. Throws an `ExitError`. */
function wantedKeyText(config: Config, env: Environment): { readonly file: string; readonly text: string } | undefined {
  if (config.auth === 'off') return undefined;
  const place = keyPlace(config, env);
  const text = readKeyText(place);
  if (text !== undefined) return { file: place.file, text };
  if (config.auth === undefined && config.keyFile === undefined) return undefined;
  const { file } = config.keyFile === undefined ? PLACES[config.role] : { file: config.keyFile };
  const way = `make it with: ${PLACES[config.role].make}, or write auth: off`;
  throw new ExitError(EXIT.config, `${file}: expected a key file, as auth is on, got nothing; ${way}`);
}

function valueFrom<T>(file: string, parsed: Result<T>): T {
  if (parsed.ok) return parsed.value;
  throw new ExitError(EXIT.config, `${file}: ${parsed.error}`);
}

/** For a master; `undefined`: authentication is off. Throws an `ExitError`. */
export function siteAuth(config: MasterConfig, env: Environment): Auth | undefined {
  const found = wantedKeyText(config, env);
  if (!found) return undefined;
  return { keys: siteKeyRing(valueFrom(found.file, parseSiteKeys(found.text, nodeMac)), nodeMac), mac: nodeMac };
}

/** Another one for other keys, and nothing to be seen of them; `undefined`: authentication is off. Throws an `ExitError`. */
export function siteKeyMark(config: MasterConfig, env: Environment): string | undefined {
  const found = wantedKeyText(config, env);
  return found && createHash('sha256').update(found.text).digest('hex');
}

/** For a slave; `undefined`: authentication is off. Throws an `ExitError`. */
export function chargePointAuth(config: SlaveConfig, env: Environment): Auth | undefined {
  const found = wantedKeyText(config, env);
  if (!found) return undefined;
  const { chargePointId, keys } = valueFrom(found.file, parseChargePointKeys(found.text, nodeMac));
  if (chargePointId !== config.id) {
    const message = `expected the keys of charge point ${config.id}, got those of ${chargePointId}`;
    throw new ExitError(EXIT.config, `${found.file}: ${message}`);
  }
  return { keys: chargePointKeyRing(config.id, keys), mac: nodeMac };
}

/** The keys in the file of a site. Throws an `ExitError`, also when there is none. */
export function loadSiteKeys(file: string): readonly NumberedKey[] {
  const text = readKeyText({ file, isCredential: false });
  if (text !== undefined) return valueFrom(file, parseSiteKeys(text, nodeMac));
  const way = `make one with: evenkeel keys init --key-file ${file}`;
  throw new ExitError(EXIT.config, `${file}: expected the key file of a site, got nothing; ${way}`);
}

export function describeAuth(auth: Auth | undefined): string {
  return auth ? `auth on (key id ${auth.keys.ids.toReversed().join(', ')})` : 'auth off';
}

/** At each start. */
export function tellAuth(auth: Auth | undefined, logger: Logger): void {
  if (auth) logger.log('info', 'AUTH', describeAuth(auth), { keyIds: auth.keys.ids });
  else logger.log('warn', 'AUTH', 'auth is off: any device on the network can forge limits; see docs/keys.md', {});
}

/** For `evenkeel check`, which needs no key: whether there is one, and what follows. */
export interface AuthReport {
  readonly auth: 'on' | 'off';
  readonly keyFile: string;
  /** For people. */
  readonly text: string;
  /** False: `evenkeel run` would end at once, on this machine and by this user. */
  readonly willStart: boolean;
}

export function authReport(config: Config, env: Environment): AuthReport {
  const { file: keyFile } = keyPlace(config, env);
  if (config.auth === 'off')
    return { auth: 'off', keyFile, text: 'auth: off; any device on the network can forge limits', willStart: true };
  const wanted = config.auth === 'on' || config.keyFile !== undefined;
  try {
    const auth = config.role === 'master' ? siteAuth(config, env) : chargePointAuth(config, env);
    if (auth) return { auth: 'on', keyFile, text: `${describeAuth(auth)}, ${keyFile}`, willStart: true };
    return {
      auth: 'off',
      keyFile,
      text: `auth off: no key at ${keyFile}; make one: ${PLACES[config.role].make}`,
      willStart: true,
    };
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    return { auth: wanted ? 'on' : 'off', keyFile, text: `auth: will not start: ${error.message}`, willStart: false };
  }
}
