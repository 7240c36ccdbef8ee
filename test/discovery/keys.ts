/** Codes, key files and key rings. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { codeOf, keyOfCode } from '../../src/discovery/key-code.js';
import { chargePointKeyText, parseChargePointKeys, parseSiteKeys, siteKeyText } from '../../src/discovery/key-file.js';
import { chargePointKeys, siteKeyRing } from '../../src/discovery/keys.js';
import type { MacPort } from '../../src/ports/mac-port.js';
import { nodeMac } from '../../src/transports/node-mac.js';
import { REPLAY, SEED } from './samples.js';

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index * 16 + 1);
const CODE = codeOf(KEY, nodeMac);

t.test('codes', async (t) => {
  t.match(CODE, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}$/);
  t.strictSame([...codeOf(new Uint8Array(16), nodeMac)].slice(0, 9), [...'0000-0000']);
  t.equal(codeOf(new Uint8Array(16).fill(255), nodeMac).slice(0, 24), 'ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ');
  const good = [CODE.toLowerCase(), CODE.replaceAll('-', ''), ` ${CODE.replaceAll('-', ' ')}\n`];
  for (const text of [CODE, ...good, CODE.replaceAll('0', 'o').replaceAll('1', 'l'), CODE.replaceAll('1', 'I')])
    t.strictSame([...(keyed(text) ?? [])], [...KEY], text);
});

function keyed(text: string): Uint8Array | undefined {
  const key = keyOfCode(text, nodeMac);
  return key.ok ? key.value : undefined;
}

t.test('mistyped codes are told as such, and never repeated', async (t) => {
  const other = CODE[0] === 'A' ? 'B' : 'A';
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /0 characters instead of 28/],
    [CODE.slice(1), /27 characters/],
    [`${CODE}0`, /29 characters/],
    [`U${CODE.slice(1)}`, /character 1 of the code is neither/],
    [`${CODE.slice(0, 6)}é${CODE.slice(7)}`, /character 6 of the code/],
    [other + CODE.slice(1), /typing error/],
  ];
  for (const [text, error] of rows) {
    const key = keyOfCode(text, nodeMac);
    t.match(key, { ok: false, error });
    if (!key.ok && text.length > 4) t.notOk(key.error.includes(text.slice(0, 4)), 'not repeated');
  }
});

t.test('one wrong character, or two that changed places, are found', async (t) => {
  t.comment(REPLAY);
  const rng = seededRng(SEED);
  let missed = 0;
  for (let i = 0; i < 20_000; i++) {
    const letters = [...CODE.replaceAll('-', '')];
    const at = rng.int(28);
    if (rng.chance(0.5)) letters[at] = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[rng.int(32)] ?? '';
    else [letters[at], letters[(at + 1) % 28]] = [letters[(at + 1) % 28] ?? '', letters[at] ?? ''];
    const isSame = letters.join('') === CODE.replaceAll('-', '');
    if (keyed(letters.join('')) !== undefined && !isSame) missed += 1;
  }
  t.ok(missed < 20, `${missed} of 20,000 missed; one in 4096 may be`);
});

t.test('the file of a site', async (t) => {
  const keys = [
    { id: 1, key: KEY },
    { id: 2, key: KEY.toReversed() },
  ];
  t.strictSame(parsedSite(siteKeyText(keys, nodeMac)), keys);
  t.strictSame(parsedSite(`\n  # mine\r\n\tkey  255   ${CODE}\r\n`), [{ id: 255, key: KEY }]);
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /^line 1: expected "key ID CODE", got none/],
    ['key', /^line 1: expected "key ID CODE", got something else/],
    [`# x\nkye 1 ${CODE}`, /^line 2: expected "key ID CODE"/],
    [`key 0 ${CODE}`, /a key id, 1 to 255/],
    [`key 256 ${CODE}`, /a key id, 1 to 255/],
    [`key 1.5 ${CODE}`, /a key id, 1 to 255/],
    [`key 1 ${CODE} x`, /got more words/],
    [`key 1 ${CODE.slice(2)}`, /line 1: expected a good code, got a wrong one: the code has 26 characters/],
    [`key 1 ${CODE}\nkey 1 ${CODE}`, /line 2: expected another key id, got 1/],
    [`key 1 ${CODE}\nkey 2 ${CODE}\nkey 3 ${CODE}`, /line 3: expected at most 2 keys/],
  ];
  for (const [text, error] of rows) {
    const parsed = parseSiteKeys(text, nodeMac);
    t.match(parsed, { ok: false, error });
    t.notOk(!parsed.ok && parsed.error.includes(CODE.slice(5, 9)), 'no piece of a key');
  }
});

function parsedSite(text: string): unknown {
  const parsed = parseSiteKeys(text, nodeMac);
  return parsed.ok ? parsed.value.map(({ id, key }) => ({ id, key: Uint8Array.from(key) })) : parsed.error;
}

t.test('the file of a charge point', async (t) => {
  const keys = [chargePointKeys({ id: 1, key: KEY }, 'cp1', nodeMac)];
  const text = chargePointKeyText({ chargePointId: 'cp1', keys }, nodeMac);
  t.match(parseChargePointKeys(text, nodeMac), { ok: true, value: { chargePointId: 'cp1', keys: [{ id: 1 }] } });
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /^line 1: expected "chargePoint ID"/],
    ['chargePoint a b', /^line 1: expected "chargePoint ID"/],
    ['chargePoint cp1', /got none/],
    [`chargePoint cp1\nkey 1 ${CODE}`, /line 2: expected "key ID NETWORK-CODE CHARGE-POINT-CODE", got 1 codes/],
    [`chargePoint cp1\nkey 1 ${CODE}0 ${CODE}`, /a good network code/],
    [`chargePoint cp1\nkey 1 ${CODE} ${CODE}0`, /a good charge point code/],
  ];
  for (const [wrong, error] of rows) t.match(parseChargePointKeys(wrong, nodeMac), { ok: false, error });
});

t.test('keys are derived once for those that proved to have them, and only those are kept', async (t) => {
  let derived = 0;
  const hkdfSha256: MacPort['hkdfSha256'] = (...args) => {
    derived += 1;
    return nodeMac.hkdfSha256(...args);
  };
  const ring = siteKeyRing([{ id: 1, key: KEY }], { ...nodeMac, hkdfSha256 });
  derived = 0;
  const name = { type: 'status', keyId: 1, chargePointId: 'cp1' } as const;
  const key = ring.find(name);
  t.ok(ring.find(name));
  t.equal(derived, 2, 'not kept yet');
  if (key) ring.keep(name, key);
  ring.find({ ...name, type: 'grant' });
  t.equal(derived, 2);
  for (let i = 0; i < 2048; i++) if (key) ring.keep({ ...name, chargePointId: `x${i}` }, key);
  ring.find(name);
  t.equal(derived, 3, 'the oldest goes when there are too many');
});
