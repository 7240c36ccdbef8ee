/** The keyed hashes against the test vectors of their standards, byte for byte. */
import t from 'tap';
import { nodeMac } from '../../src/transports/node-mac.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'ascii'));

t.test('SHA-256 (FIPS 180-4)', async (t) => {
  t.equal(hex(nodeMac.sha256(ascii('abc'))), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  t.equal(hex(nodeMac.sha256(ascii(''))), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

t.test('HMAC-SHA-256 (RFC 4231)', async (t) => {
  const rows: readonly (readonly [key: string, data: string, tag: string])[] = [
    ['0b'.repeat(20), hex(ascii('Hi There')), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      hex(ascii('Jefe')),
      hex(ascii('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
    [
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      'cd'.repeat(50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      'aa'.repeat(131),
      hex(ascii('Test Using Larger Than Block-Size Key - Hash Key First')),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ];
  for (const [key, data, tag] of rows) t.equal(hex(nodeMac.hmacSha256(bytes(key), bytes(data))), tag);
});

t.test('HKDF-SHA-256 (RFC 5869)', async (t) => {
  const hkdf = (secret: string, salt: string, info: string, length: number): string =>
    hex(nodeMac.hkdfSha256(bytes(secret), bytes(salt), bytes(info), length));
  t.equal(
    hkdf('0b'.repeat(22), '000102030405060708090a0b0c', 'f0f1f2f3f4f5f6f7f8f9', 42),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  );
  t.equal(
    hkdf('0b'.repeat(22), '', '', 42),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  );
});

t.test('equal means: the same bytes', async (t) => {
  t.ok(nodeMac.isEqual(bytes('0102'), bytes('0102')));
  t.notOk(nodeMac.isEqual(bytes('0102'), bytes('0103')));
  t.notOk(nodeMac.isEqual(bytes('0102'), bytes('01')));
});
