/** The text of the key files: of a site, and of one charge point. Lines, so that they can be typed where they cannot be copied. */
import { isId } from '../base/ids.js';
import { fail, ok, type Result } from '../base/result.js';
import type { MacPort } from '../ports/mac-port.js';
import { codeOf, keyOfCode } from './key-code.js';
import { type ChargePointKeys, KEY_ID_MAX, KEYS_MAX, type NumberedKey } from './keys.js';

export interface ChargePointKeyFile {
  readonly chargePointId: string;
  readonly keys: readonly ChargePointKeys[];
}

/** A key file is far shorter. */
export const KEY_FILE_BYTES_MAX = 4096;
const SITE_LINE = '"key ID CODE"';
const SLAVE_LINE = '"key ID NETWORK-CODE CHARGE-POINT-CODE"';

interface Line {
  readonly at: number;
  readonly words: readonly string[];
}

export function siteKeyText(keys: readonly NumberedKey[], mac: MacPort): string {
  const lines = keys.map(({ id, key }) => `key ${id} ${codeOf(key, mac)}`);
  return ['# evenkeel: the key of a site, "key ID CODE", the newest last. Secret: mode 0600.', ...lines, ''].join('\n');
}

export function chargePointKeyText({ chargePointId, keys }: ChargePointKeyFile, mac: MacPort): string {
  const lines = keys.map(({ id, network, chargePoint }) => {
    return `key ${id} ${codeOf(network, mac)} ${codeOf(chargePoint, mac)}`;
  });
  const head = `# evenkeel: the keys of one charge point, ${SLAVE_LINE}, the newest last. Secret: mode 0600.`;
  return [head, `chargePoint ${chargePointId}`, ...lines, ''].join('\n');
}

/** Errors name the line and never repeat its text: "line 3: expected ..., got ...". */
export function parseSiteKeys(text: string, mac: MacPort): Result<readonly NumberedKey[]> {
  return keysOf(linesOf(text), SITE_LINE, ([code = '', ...rest], id) => {
    if (rest.length > 0) return fail(`${SITE_LINE}, got more words`);
    const key = keyOfCode(code, mac);
    return key.ok ? ok({ id, key: key.value }) : fail(`a good code, got a wrong one: ${key.error}`);
  });
}

export function parseChargePointKeys(text: string, mac: MacPort): Result<ChargePointKeyFile> {
  const [first, ...lines] = linesOf(text);
  const [word, chargePointId = ''] = first?.words ?? [];
  if (word !== 'chargePoint' || !isId(chargePointId) || first?.words.length !== 2)
    return fail(`line ${first?.at ?? 1}: expected "chargePoint ID", got something else`);
  const keys = keysOf(lines, SLAVE_LINE, (codes, id) => {
    const [network, chargePoint, ...rest] = codes.map((code) => keyOfCode(code, mac));
    if (!network || !chargePoint || rest.length > 0) return fail(`${SLAVE_LINE}, got ${codes.length} codes`);
    if (!network.ok) return fail(`a good network code, got a wrong one: ${network.error}`);
    if (!chargePoint.ok) return fail(`a good charge point code, got a wrong one: ${chargePoint.error}`);
    return ok({ id, network: network.value, chargePoint: chargePoint.value });
  });
  return keys.ok ? ok({ chargePointId, keys: keys.value }) : keys;
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .map((line, index) => ({ at: index + 1, words: line.trim().split(/\s+/) }))
    .filter(({ words: [first = ''] }) => first !== '' && !first.startsWith('#'));
}

function keysOf<T extends { readonly id: number }>(
  lines: readonly Line[],
  form: string,
  keyOf: (codes: readonly string[], id: number) => Result<T>,
): Result<readonly T[]> {
  const keys: T[] = [];
  for (const { at, words } of lines) {
    const [word, number = '', ...codes] = words;
    const id = Number(number);
    if (word !== 'key' || codes.length === 0) return fail(`line ${at}: expected ${form}, got something else`);
    if (!/^\d{1,3}$/.test(number) || id < 1 || id > KEY_ID_MAX)
      return fail(`line ${at}: expected a key id, 1 to ${KEY_ID_MAX}, got something else`);
    if (keys.some((key) => key.id === id)) return fail(`line ${at}: expected another key id, got ${id} a second time`);
    const key = keyOf(codes, id);
    if (!key.ok) return fail(`line ${at}: expected ${key.error}`);
    keys.push(key.value);
  }
  if (keys.length === 0) return fail(`line 1: expected ${form}, got none`);
  if (keys.length > KEYS_MAX) return fail(`line ${lines.at(-1)?.at ?? 1}: expected at most ${KEYS_MAX} keys, got more`);
  return ok(keys);
}
