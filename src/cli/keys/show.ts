/** `evenkeel keys show`: the codes that go into a charge point. */
import { isId } from '../../base/ids.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { loadConfig } from '../../daemon/load-config.js';
import { SITE_KEY_FILE } from '../../daemon/default-files.js';
import { loadSiteKeys } from '../../daemon/site-key.js';
import { codeOf } from '../../discovery/key-code.js';
import { chargePointKeyText } from '../../discovery/key-file.js';
import { chargePointKeys, type NumberedKey } from '../../discovery/keys.js';
import { nodeMac } from '../../transports/node-mac.js';
import { print, printJson } from '../output.js';

export interface ShowOptions {
  readonly keyFile: string | undefined;
  readonly chargePoint: readonly string[];
  /** All that the configuration lists. */
  readonly all: boolean;
  readonly config: string;
  readonly slaveFile: string | undefined;
  readonly json: boolean;
}

interface Codes {
  readonly keyId: number;
  readonly network: string;
  readonly chargePoint: string;
}

/** Throws an `ExitError`. */
export function showKeys(options: ShowOptions): void {
  const { chargePoint, all, config, slaveFile, json } = options;
  const wrong = [...chargePoint, ...(slaveFile === undefined ? [] : [slaveFile])].find((id) => !isId(id));
  if (wrong !== undefined) throw new ExitError(EXIT.usage, `expected the id of a charge point, got "${wrong}"`);
  const listed = all ? listedIn(config) : undefined;
  const file = options.keyFile ?? listed?.keyFile ?? SITE_KEY_FILE;
  const keys = loadSiteKeys(file);
  if (slaveFile !== undefined) {
    const own = keys.map((key) => chargePointKeys(key, slaveFile, nodeMac));
    print(chargePointKeyText({ chargePointId: slaveFile, keys: own }, nodeMac));
    return;
  }
  const ids = [...new Set([...chargePoint, ...(listed?.ids ?? [])])];
  const points = ids.map((id) => ({ id, keys: codesOf(keys, id) }));
  const keyIds = keys.map(({ id }) => id);
  if (json) printJson({ keyFile: file, keyIds, chargePoints: points });
  else print([`${file}: key id ${keyIds.join(', ')}`, ...points.flatMap(linesOf), ...hint(ids)].join('\n'));
}

function listedIn(file: string): { readonly ids: readonly string[]; readonly keyFile: string | undefined } {
  const config = loadConfig(file);
  if (config.role === 'master') return { ids: config.site.chargePoints.map(({ id }) => id), keyFile: config.keyFile };
  throw new ExitError(EXIT.config, `${file}: expected a master's file, got role: slave`);
}

function codesOf(keys: readonly NumberedKey[], chargePointId: string): readonly Codes[] {
  return keys.map((key) => {
    const { id, network, chargePoint } = chargePointKeys(key, chargePointId, nodeMac);
    return { keyId: id, network: codeOf(network, nodeMac), chargePoint: codeOf(chargePoint, nodeMac) };
  });
}

function linesOf({ id, keys }: { readonly id: string; readonly keys: readonly Codes[] }): readonly string[] {
  const each = keys.flatMap(({ keyId, network, chargePoint }) => [
    `  key id ${keyId}`,
    `    network       ${network}`,
    `    charge point  ${chargePoint}`,
  ]);
  return ['', `charge point ${id}`, ...each];
}

function hint(ids: readonly string[]): readonly string[] {
  return ids.length > 0 ? [] : ['the codes of a charge point: evenkeel keys show --charge-point ID'];
}
