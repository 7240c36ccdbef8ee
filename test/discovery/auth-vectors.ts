/** Keys, codes and signed datagrams of docs/protocol.md: as Python computes them from the page, and as we do. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { defined } from '../../src/base/assert.js';
import { Channel } from '../../src/discovery/auth.js';
import { codeOf } from '../../src/discovery/key-code.js';
import { chargePointKeyRing, chargePointKeys, siteKeyRing } from '../../src/discovery/keys.js';
import { nodeMac } from '../../src/transports/node-mac.js';
import { needsTools } from '../helpers/tools.js';
import { code, EXAMPLES, page } from './page.js';

const SECTION = '10 ';
const FROM = { host: 'peer', port: 1, via: '' };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const lines = code(SECTION, 'text').trim().split('\n');
const VALUES = new Map(lines.map((line) => line.split(/ {2,}/) as [string, string]));
const value = (name: string): string => defined(VALUES.get(name), name);
const SITE_KEY = { id: 1, key: Uint8Array.from(Buffer.from(value('site key'), 'hex')) };
const CHARGE_POINT = value('charge point');

/** In the order of the examples. */
const SIGNED = [...page.slice(page.indexOf(`\n## ${SECTION}`)).matchAll(/```hex\n([\s\S]*?)```/g)].map(
  ([, text = '']) => text.replace(/\s/g, ''),
);

t.test('as Python computes them', needsTools('python3'), async (t) => {
  const script = fileURLToPath(new URL('../../../test/independent/vectors.py', import.meta.url));
  const datagrams = EXAMPLES.map(({ type, bytes }) => ({ type, hex: hex(bytes) }));
  const input = JSON.stringify({ siteKey: value('site key'), chargePoint: CHARGE_POINT, keyId: 1, datagrams });
  const python = spawnSync('python3', [script], { input, encoding: 'utf8' });
  t.equal(python.stderr, '');
  t.strictSame(JSON.parse(python.stdout), {
    siteCode: value('site code'),
    networkKey: value('network key'),
    networkCode: value('network code'),
    chargePointKey: value('charge point key'),
    chargePointCode: value('charge point code'),
    mastersKey: value('masters key'),
    datagrams: SIGNED,
  });
});

t.test('as we compute them', async (t) => {
  const { network, chargePoint } = chargePointKeys(SITE_KEY, CHARGE_POINT, nodeMac);
  t.equal(codeOf(SITE_KEY.key, nodeMac), value('site code'));
  t.strictSame([hex(network), codeOf(network, nodeMac)], [value('network key'), value('network code')]);
  t.strictSame(
    [hex(chargePoint), codeOf(chargePoint, nodeMac)],
    [value('charge point key'), value('charge point code')],
  );
});

t.test('we read and write the signed datagrams', async (t) => {
  const own = chargePointKeys(SITE_KEY, CHARGE_POINT, nodeMac);
  const site = { keys: siteKeyRing([SITE_KEY], nodeMac), mac: nodeMac };
  const slave = { keys: chargePointKeyRing(CHARGE_POINT, [own]), mac: nodeMac };
  t.equal(SIGNED.length, EXAMPLES.length);
  for (const [index, { type, message, bytes }] of EXAMPLES.entries()) {
    const { networkId } = message;
    const isForSlaves = type !== 'ask' && type !== 'tell';
    for (const auth of isForSlaves ? [site, slave] : [site]) {
      const channel = new Channel({ networkId, bootId: '00'.repeat(8), hears: [type], auth });
      const signed = Uint8Array.from(Buffer.from(defined(SIGNED[index], type), 'hex'));
      t.strictSame(channel.open(signed, FROM, 0), { ok: true, value: { message, keyId: 1 } }, `${type} is read`);
      const sent = channel.seal(message, 1);
      // The counter is the channel's own; the rest of the signed part is that of the unsigned example.
      t.strictSame(hex(sent.subarray(28, -16)), hex(bytes.subarray(28, -16)), `${type} is written`);
      t.equal(hex(sent.subarray(0, 20)), hex(signed.subarray(0, 20)), `${type}: its header`);
    }
  }
});
