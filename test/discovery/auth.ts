/** What the channel takes and what it drops, and in which order it looks. */
import t from 'tap';
import type { Message } from '../../src/base/messages.js';
import { seededRng } from '../../src/base/rng.js';
import { type Auth, Channel } from '../../src/discovery/auth.js';
import { type DropReason, encode } from '../../src/discovery/codec.js';
import { MESSAGE_TYPES } from '../../src/discovery/fields.js';
import { chargePointKeyRing, chargePointKeys, type NumberedKey, siteKeyRing } from '../../src/discovery/keys.js';
import type { MacPort } from '../../src/ports/mac-port.js';
import { nodeMac } from '../../src/transports/node-mac.js';
import {
  LONGEST_ASK,
  LONGEST_BEACON,
  LONGEST_GRANT,
  LONGEST_STATUS,
  LONGEST_TELL,
  NETWORK,
  REPLAY,
  SEED,
} from './samples.js';
import { join, patched, split } from './wire.js';

const CHANGES = Number(process.env['EVENKEEL_FUZZ'] ?? 20_000);
const ID = LONGEST_STATUS.chargePointId;
const KEY: NumberedKey = { id: 1, key: new Uint8Array(16).fill(7) };
const NEWER: NumberedKey = { id: 2, key: new Uint8Array(16).fill(8) };
const OTHER_SITE: NumberedKey = { id: 1, key: new Uint8Array(16).fill(9) };
const FROM = { host: '10.0.0.1', port: 1, via: '' };

const siteAuth = (...keys: readonly NumberedKey[]): Auth => ({ keys: siteKeyRing(keys, nodeMac), mac: nodeMac });

function slaveAuth(id: string, ...keys: readonly NumberedKey[]): Auth {
  const own = keys.map((key) => chargePointKeys(key, id, nodeMac));
  return { keys: chargePointKeyRing(id, own), mac: nodeMac };
}

function channel(bootId: string, auth?: Auth, hears: readonly Message['type'][] = MESSAGE_TYPES): Channel {
  return new Channel({ networkId: NETWORK, bootId, hears, auth });
}

const MASTER_BOOT = '00000000000000aa';
const SLAVE_BOOT = '00000000000000bb';
const STATUS = { ...LONGEST_STATUS, bootId: SLAVE_BOOT };
const BEACON = { ...LONGEST_BEACON, bootId: MASTER_BOOT };
const GRANT = { ...LONGEST_GRANT, masterBootId: MASTER_BOOT, bootId: SLAVE_BOOT };

function outcome(receiver: Channel, bytes: Uint8Array, nowMs = 0): DropReason | 'good' {
  const opened = receiver.open(bytes, FROM, nowMs);
  return opened.ok ? 'good' : opened.error;
}

t.test('who understands whom', async (t) => {
  const master = channel(MASTER_BOOT, siteAuth(KEY));
  const slave = channel(SLAVE_BOOT, slaveAuth(ID, KEY));
  t.strictSame(master.open(slave.seal(STATUS, 1), FROM, 0), { ok: true, value: { message: STATUS, keyId: 1 } });
  t.strictSame(slave.open(master.seal(BEACON, 1), FROM, 0), { ok: true, value: { message: BEACON, keyId: 1 } });
  t.strictSame(slave.open(master.seal(GRANT, 1), FROM, 0), { ok: true, value: { message: GRANT, keyId: 1 } });
  const off = channel('00000000000000cc');
  t.equal(outcome(master, encode(STATUS, 9)), 'unsigned');
  t.equal(outcome(off, slave.seal(STATUS, 1)), 'signed');
  t.equal(outcome(off, encode(STATUS, 9)), 'good');
  t.equal(outcome(channel('00000000000000cc', siteAuth(OTHER_SITE)), slave.seal(STATUS, 1)), 'bad tag');
  t.equal(outcome(channel('00000000000000cc', siteAuth(NEWER)), slave.seal(STATUS, 1)), 'unknown key');
  const neighbour = channel('00000000000000cc', slaveAuth('cp-other', KEY));
  t.equal(outcome(neighbour, master.seal(GRANT, 1)), 'unknown key', 'a GRANT for another charge point');
  t.equal(outcome(neighbour, master.seal(BEACON, 1)), 'good', 'BEACONs are for all');
  t.equal(outcome(master, master.seal(BEACON, 1)), 'ignored', 'its own');
  t.equal(outcome(channel('00000000000000cc', siteAuth(KEY), ['status']), master.seal(BEACON, 1)), 'ignored');
});

t.test('a charge point cannot speak for another one, nor as a master', async (t) => {
  const thief = chargePointKeys(KEY, 'thief', nodeMac);
  // It takes its own key for the other's.
  const forging = (id: string): Channel =>
    channel('00000000000000dd', { keys: chargePointKeyRing(id, [thief]), mac: nodeMac });
  t.equal(outcome(channel(MASTER_BOOT, siteAuth(KEY)), forging(ID).seal(STATUS, 1)), 'bad tag');
  t.equal(outcome(channel(SLAVE_BOOT, slaveAuth(ID, KEY)), forging(ID).seal(GRANT, 1)), 'bad tag');
});

t.test('masters tell each other what is set; nobody with the keys of a charge point can', async (t) => {
  const [first, second] = [channel('00000000000000a1', siteAuth(KEY)), channel('00000000000000a2', siteAuth(KEY))];
  const [ask, tell] = [
    { ...LONGEST_ASK, bootId: '00000000000000a1' },
    { ...LONGEST_TELL, masterBootId: '00000000000000a2' },
  ];
  const asked = first.seal(ask, 1);
  t.strictSame(second.open(asked, FROM, 0), { ok: true, value: { message: ask, keyId: 1 } });
  t.strictSame(first.open(second.seal(tell, 1), FROM, 0), { ok: true, value: { message: tell, keyId: 1 } });
  t.equal(outcome(second, asked), 'replay', 'a second time');
  t.equal(outcome(channel(SLAVE_BOOT, slaveAuth(ID, KEY)), first.seal(ask, 1)), 'unknown key', 'at a slave');
  const { network, chargePoint } = chargePointKeys(KEY, ID, nodeMac);
  for (const key of [network, chargePoint]) {
    const stolen: Auth = { keys: { ids: [1], find: () => key, keep: () => undefined }, mac: nodeMac };
    const thief = channel('00000000000000dd', stolen);
    t.equal(outcome(first, thief.seal({ ...tell, masterBootId: '00000000000000dd' }, 1)), 'bad tag');
    t.equal(outcome(first, thief.seal({ ...ask, bootId: '00000000000000dd' }, 1)), 'bad tag');
  }
});

t.test('two key ids', async (t) => {
  const master = channel(MASTER_BOOT, siteAuth(KEY, NEWER));
  t.strictSame(master.keyIds, [2, 1], 'the newest first');
  for (const [keys, ids] of [
    [[KEY], [1]],
    [
      [KEY, NEWER],
      [1, 2],
    ],
    [[NEWER], [2]],
  ] as const) {
    const slave = channel(SLAVE_BOOT, slaveAuth(ID, ...keys));
    for (const id of [1, 2]) {
      const bytes = master.seal(BEACON, id);
      t.equal(outcome(slave, bytes), ids.some((own) => own === id) ? 'good' : 'unknown key', `${ids}: BEACON ${id}`);
    }
    for (const id of ids) {
      const receiver = channel(MASTER_BOOT, siteAuth(KEY, NEWER));
      t.match(
        receiver.open(slave.seal(STATUS, id), FROM, 0),
        { ok: true, value: { keyId: id } },
        `${ids}: STATUS ${id}`,
      );
    }
  }
});

t.test('every bit is signed', async (t) => {
  for (const message of [BEACON, STATUS, GRANT]) {
    const sender = channel('00000000000000cc', siteAuth(KEY));
    const bytes = sender.seal(message, 1);
    const found = new Set<string>();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = patched(bytes, bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      // A receiver of its own, so that no flood is seen.
      found.add(outcome(channel('00000000000000ee', siteAuth(KEY)), changed));
    }
    t.notOk(found.has('good'), `${message.type}: ${[...found].join(', ')}`);
    t.ok(found.has('bad tag'));
  }
});

t.test('replay', async (t) => {
  const master = channel(MASTER_BOOT, siteAuth(KEY));
  const slave = channel(SLAVE_BOOT, slaveAuth(ID, KEY));
  const [first, second, third] = [1, 2, 3].map(() => slave.seal(STATUS, 1)) as [Uint8Array, Uint8Array, Uint8Array];
  t.equal(outcome(master, second), 'good');
  t.equal(outcome(master, second), 'replay', 'the same again');
  t.equal(outcome(master, first), 'good', 'it was overtaken');
  t.equal(outcome(master, first), 'replay', 'once');
  t.equal(outcome(master, third), 'good');
  const rebooted = channel('00000000000000bc', slaveAuth(ID, KEY));
  t.equal(outcome(master, rebooted.seal({ ...STATUS, bootId: '00000000000000bc' }, 1)), 'good', 'a new boot');
  t.equal(outcome(master, third), 'replay', 'the old boot is not forgotten');
  const sender = channel(MASTER_BOOT, siteAuth(KEY));
  const beacons = [1, 2].map(() => sender.seal(BEACON, 1)) as [Uint8Array, Uint8Array];
  t.equal(outcome(slave, beacons[0]), 'good');
  t.equal(outcome(slave, beacons[0]), 'repeat', 'a BEACON on two ways');
  t.equal(outcome(slave, beacons[1]), 'good');
  t.equal(outcome(slave, beacons[0]), 'replay');
  const [late, ...later] = Array.from({ length: 66 }, () => slave.seal(STATUS, 1)) as [Uint8Array, ...Uint8Array[]];
  const last = later.pop() as Uint8Array;
  t.equal(outcome(master, last), 'good');
  t.equal(outcome(master, late), 'replay', '65 later: too old to tell');
  t.same([...new Set(later.slice(1).map((each) => outcome(master, each)))], ['good'], '63 and fewer');
  t.same([...new Set(later.slice(0, 9).map((each) => outcome(master, each)))], ['replay'], 'each once');
  const grant = sender.seal(GRANT, 1);
  t.equal(outcome(slave, grant), 'good');
  t.equal(outcome(slave, grant), 'good', 'epoch and seq fence GRANTs');
});

t.test('a bad tag moves no counter', async (t) => {
  const master = channel(MASTER_BOOT, siteAuth(KEY));
  const slave = channel(SLAVE_BOOT, slaveAuth(ID, KEY));
  const bytes = slave.seal(STATUS, 1);
  t.equal(outcome(master, patched(bytes, 20, 0xff)), 'bad tag');
  t.equal(outcome(master, bytes), 'good');
});

t.test('the ids come first where a datagram is signed', async (t) => {
  const sender = channel('00000000000000cc', siteAuth(KEY));
  for (const message of [BEACON, STATUS, GRANT]) {
    const { header, fields } = split(sender.seal(message, 1));
    const [first, ...rest] = fields;
    const moved = join({ header, fields: [...rest, ...(first ? [first] : [])] }, message.type === 'grant' ? 0 : 256);
    t.equal(outcome(channel('00000000000000ee', siteAuth(KEY)), moved), 'garbage', message.type);
  }
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Counts what costs time. */
function counting(): { readonly mac: MacPort; readonly cost: { tags: number } } {
  const cost = { tags: 0 };
  const hmacSha256: MacPort['hmacSha256'] = (key, bytes) => {
    cost.tags += 1;
    return nodeMac.hmacSha256(key, bytes);
  };
  return { mac: { ...nodeMac, hmacSha256 }, cost };
}

t.test('a flood costs a bounded number of tags, and good peers are heard through it', async (t) => {
  const { mac, cost } = counting();
  const master = channel(MASTER_BOOT, { keys: siteKeyRing([KEY], mac), mac });
  const slave = channel(SLAVE_BOOT, slaveAuth(ID, KEY));
  const forged = patched(slave.seal(STATUS, 1), 200, 1);
  const open = (bytes: Uint8Array, port: number, nowMs: number) =>
    master.open(bytes, { host: '127.0.0.1', port, via: '' }, nowMs);
  t.ok(open(slave.seal(STATUS, 1), 5, 0).ok);
  cost.tags = 0;
  let good = 0;
  for (let nowMs = 0; nowMs < 10_000; nowMs++) {
    for (let i = 0; i < 20; i++) open(forged, 1000 + ((nowMs * 20 + i) % 40_000), nowMs);
    if (nowMs % 500 === 0) good += open(slave.seal(STATUS, 1), 5, nowMs).ok ? 1 : 0;
  }
  t.equal(good, 20, 'the slave at the same host is heard');
  t.ok(cost.tags <= 2000 * 11 + good, `${cost.tags} tags for 200,000 datagrams`);
  cost.tags = 0;
  for (let nowMs = 20_000; nowMs < 25_000; nowMs++) open(forged, 7, nowMs);
  t.ok(cost.tags <= 50 * 6, `${cost.tags} tags for 5,000 datagrams from one address`);
  t.equal(open(slave.seal(STATUS, 1), 6, 30_000).ok, true, 'and a new one is heard afterwards');
});

t.test('a key is derived once for a charge point that has it, and each time for one that has not', async (t) => {
  let derived = 0;
  const hkdfSha256: MacPort['hkdfSha256'] = (...args) => {
    derived += 1;
    return nodeMac.hkdfSha256(...args);
  };
  const mac = { ...nodeMac, hkdfSha256 };
  const master = channel(MASTER_BOOT, { keys: siteKeyRing([KEY], mac), mac });
  const [slave, forger] = [
    channel(SLAVE_BOOT, slaveAuth(ID, KEY)),
    channel(SLAVE_BOOT, slaveAuth('forger', NEWER, OTHER_SITE)),
  ];
  derived = 0;
  for (let i = 0; i < 10; i++) t.equal(outcome(master, slave.seal(STATUS, 1)), 'good');
  t.equal(derived, 1);
  for (let i = 0; i < 10; i++)
    t.equal(outcome(master, forger.seal({ ...STATUS, chargePointId: 'forger' }, 1)), 'bad tag');
  t.equal(derived, 11);
});

t.test(`${CHANGES} random changes are never taken for good`, async (t) => {
  t.comment(REPLAY);
  const rng = seededRng(SEED);
  const sender = channel('00000000000000cc', siteAuth(KEY));
  const samples = [BEACON, STATUS, GRANT].map((message) => sender.seal(message, 1));
  const taken: string[] = [];
  for (let i = 0; i < CHANGES; i++) {
    const sample = samples[i % 3] ?? new Uint8Array();
    const bytes = sample.slice(0, rng.chance(0.9) ? sample.length : 1 + rng.int(sample.length - 1));
    const changed = patched(bytes, rng.int(bytes.length), rng.int(256));
    // One of its own each time: no flood, no replay.
    const receiver = channel('00000000000000ee', siteAuth(KEY));
    if (receiver.open(changed, FROM, 0).ok && hex(changed) !== hex(sample)) taken.push(hex(changed));
  }
  t.strictSame(taken, []);
});
