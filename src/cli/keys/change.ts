/** `evenkeel keys init|rotate`: makes the key of a site, and changes it without a moment in which nobody is heard. */
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { SITE_KEY_FILE } from '../../daemon/default-files.js';
import { loadSiteKeys } from '../../daemon/site-key.js';
import { codeOf } from '../../discovery/key-code.js';
import { KEY_ID_MAX, KEYS_MAX } from '../../discovery/keys.js';
import { nodeMac } from '../../transports/node-mac.js';
import { createKeyFile, newKey, replaceKeyFile } from './key-store.js';

/** Nothing where the file lies at its usual place. */
function fileOption(file: string): string {
  return file === SITE_KEY_FILE ? '' : ` --key-file ${file}`;
}

/** The text to print. Throws an `ExitError`. */
export function initKeys(file: string): string {
  const key = newKey(1);
  createKeyFile(file, [key]);
  const configured = file === SITE_KEY_FILE ? 'auth: on' : `auth: on, and keyFile: ${file}`;
  return `New site key with key id 1 in ${file}, mode 0600.

Site code, shown only now. Whoever has it can command every charge point of the
site: keep it where it can be found when this machine is lost, and nowhere else.

    ${codeOf(key.key, nodeMac)}

What to do next:
  1. the two codes of each charge point, to be entered there:
     evenkeel keys show --charge-point ID${fileOption(file)}
     a slave of evenkeel takes a file with them instead:
     evenkeel keys show --slave-file ID${fileOption(file)}
  2. in the configuration of the master: ${configured}
  3. restart the master: systemctl restart evenkeel`;
}

/** Adds a key with the next id and keeps the old one. The text to print. Throws an `ExitError`. */
export function rotateKeys(file: string): string {
  const keys = loadSiteKeys(file);
  const newest = keys.at(-1);
  if (!newest || keys.length >= KEYS_MAX) {
    const ids = keys.map(({ id }) => id).join(' and ');
    const way = `when every charge point has the newer one: evenkeel keys rotate --finish${fileOption(file)}`;
    throw new ExitError(EXIT.usage, `${file}: expected one key, got key ids ${ids}; ${way}`);
  }
  const added = newKey((newest.id % KEY_ID_MAX) + 1);
  replaceKeyFile(file, [newest, added]);
  return `New site key with key id ${added.id} in ${file}; the one with key id ${newest.id} holds on.

Site code of key id ${added.id}, shown only now; keep it as you keep the old one:

    ${codeOf(added.key, nodeMac)}

What to do next:
  1. restart the master: it speaks under both keys from then on
  2. enter the new codes in each charge point, at any time, beside the old ones:
     evenkeel keys show --charge-point ID${fileOption(file)}
  3. when the status shows keyId ${added.id} for all of them:
     evenkeel keys rotate --finish${fileOption(file)}
     and restart the master once more`;
}

/** Removes the older of two keys. The text to print. Throws an `ExitError`. */
export function finishRotation(file: string): string {
  const [older, newer] = loadSiteKeys(file);
  if (!older || !newer) {
    const way = `begin with: evenkeel keys rotate${fileOption(file)}`;
    throw new ExitError(EXIT.usage, `${file}: expected two keys, got one (key id ${older?.id}); ${way}`);
  }
  replaceKeyFile(file, [newer]);
  return `Key id ${older.id} is gone from ${file}; key id ${newer.id} is the only one now.

Restart the master: from then on who has only the old key is not heard any more.`;
}
