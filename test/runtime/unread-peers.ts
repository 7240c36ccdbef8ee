/** Senders that cannot be read: bounded whatever comes, and what a technician is told of a charge point that never came. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { type Ms, perPhase } from '../../src/base/units.js';
import { Channel } from '../../src/discovery/auth.js';
import { chargePointKeyRing, chargePointKeys, type NumberedKey, siteKeyRing } from '../../src/discovery/keys.js';
import { MasterRuntime } from '../../src/runtime/master.js';
import { UnreadPeers } from '../../src/runtime/unread-peers.js';
import { VirtualNetwork } from '../../src/sim/virtual-network.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { nodeMac } from '../../src/transports/node-mac.js';
import { beaconOf, statusOf } from '../helpers/messages.js';
import { keepingLogger } from '../helpers/real-time.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

const SITE: NumberedKey = { id: 1, key: new Uint8Array(16).fill(1) };
const OTHER: NumberedKey = { id: 1, key: new Uint8Array(16).fill(3) };
const ROTATED: NumberedKey = { id: 9, key: new Uint8Array(16).fill(1) };

interface Way {
  readonly networkId?: number;
  /** Absent: not signed. */
  readonly key?: NumberedKey;
}

/** What the charge point `id` sends to its master. */
function statusBytes(id: string, { networkId = 0, key }: Way): Uint8Array {
  const auth = key && { keys: chargePointKeyRing(id, [chargePointKeys(key, id, nodeMac)]), mac: nodeMac };
  const channel = new Channel({ networkId, bootId: '00000000000000aa', hears: [], auth });
  return channel.seal(statusOf(id, { networkId }), key?.id ?? 0);
}

class Site {
  readonly time = new VirtualTime();
  readonly network = new VirtualNetwork(this.time, seededRng(1));
  readonly logger = keepingLogger();
  readonly master: MasterRuntime;

  constructor(key: NumberedKey | null = SITE) {
    this.master = new MasterRuntime({
      site: site({
        circuits: [circuit({ id: 'main', limitA: perPhase(63) })],
        chargePoints: ['cp1', 'cp2', 'cp3', 'cp4'].map((id) => chargePoint({ id })),
      }),
      version: 'test',
      masterId: 'me',
      bootId: '00000000000000ff',
      rank: 0,
      net: this.network.open('master'),
      ...this.time.node(),
      logger: this.logger,
      auth: key === null ? undefined : { keys: siteKeyRing([key], nodeMac), mac: nodeMac },
      sinks: [],
      meters: { list: () => [] },
    });
    this.master.start();
  }

  /** Once a second. */
  sends(host: string, bytes: Uint8Array, seconds = 70): void {
    const { send } = this.#net(host);
    for (let second = 0; second < seconds; second++) {
      this.time.at(second * 1000 + 1, () => send(bytes));
    }
  }

  #net(host: string): { send: (bytes: Uint8Array) => void } {
    const net = this.network.open(host);
    return { send: (bytes) => net.send({ host: 'master', port: 1, via: '' }, bytes) };
  }

  run(ms: Ms): this {
    this.time.runUntil(this.time.nowMs + ms);
    return this;
  }

  /** Id -> why it is silent. */
  get silent(): readonly string[] {
    return this.master.commands.status().silent.map(({ id, because }) => `${id}: ${because}`);
  }

  get unread(): readonly string[] {
    const { unread } = this.master.commands.status();
    return unread.map(({ host, why, claims, count }) => `${host}: ${why}, ${claims?.id ?? '-'}, ${count}`).sort();
  }

  told(event: string): readonly string[] {
    return this.logger.lines.filter((line) => line.event === event).map(({ message }) => message);
  }
}

t.test('three faults that look alike: a wrong key, a foreign network id, and nothing at all', async (t) => {
  const group = new Site();
  group.sends('10.0.0.1', statusBytes('cp1', { key: OTHER }));
  group.sends('10.0.0.2', statusBytes('cp2', { key: SITE, networkId: 7 }));
  group.sends('10.0.0.4', statusBytes('cp4', { key: SITE }));
  group.run(70_000);
  t.same(group.silent.slice(0, 3), [
    'cp1: 10.0.0.1 claims to be cp1, but its tag is wrong: give it the keys of "evenkeel keys show"',
    'cp2: 10.0.0.2 claims to be cp2, but it speaks in network id 7, this is 0',
    'cp3: nothing at all arrives: check its power, the cable, network id 0, the keys of this site, and that UDP 16030 and 16031 are open',
  ]);
  t.match(group.unread, ['10.0.0.1: bad tag, cp1, 70', '10.0.0.2: foreign, cp2, 70']);
  t.match(group.master.commands.slaves()[0]?.silentBecause, /^10\.0\.0\.1 claims to be cp1/);
  t.same(group.told('SLAVE_MISSING'), [
    'cp1 was never heard; "evenkeel status" says what is known of it',
    'cp2 was never heard; "evenkeel status" says what is known of it',
    'cp3 was never heard; "evenkeel status" says what is known of it',
  ]);
  t.equal(group.told('DATAGRAM_DROPPED').length, 2, 'no line for each datagram, and none for the foreign network id');
});

t.test('the other ways to be unreadable', async (t) => {
  const on = new Site();
  on.sends('10.0.0.1', statusBytes('cp1', {}), 2);
  on.sends('10.0.0.2', statusBytes('cp2', { key: ROTATED }), 2);
  const newer = statusBytes('cp3', { key: SITE });
  newer[2] = 2;
  on.sends('10.0.0.3', newer, 2);
  on.run(3000);
  t.match(on.silent, [
    /^cp1: 10\.0\.0\.1 claims to be cp1, but it does not sign/,
    /^cp2: 10\.0\.0\.2 claims to be cp2, but it signs with a key of another site/,
    /^cp3: nothing at all arrives/,
    /^cp4: nothing at all/,
  ]);
  t.same(on.unread, ['10.0.0.1: unsigned, cp1, 2', '10.0.0.2: unknown key, cp2, 2', '10.0.0.3: version, -, 2']);
  const off = new Site(null);
  off.sends('10.0.0.1', statusBytes('cp1', { key: SITE }), 2);
  off.run(3000);
  t.match(off.silent[0], /^cp1: 10\.0\.0\.1 claims to be cp1, but it signs, and here is auth: off/);
  t.notMatch(off.silent[1], 'keys', 'nobody has keys here');
});

t.test('10,000 senders: 32 are kept, the latest', async (t) => {
  const peers = new UnreadPeers();
  const bytes = statusBytes('cp1', { networkId: 7 });
  for (let index = 0; index < 10_000; index++) {
    peers.note(bytes, { host: `10.1.${index >> 8}.${index & 255}`, port: 16_031, via: '' }, 'foreign', index);
  }
  const list = peers.list(10_000);
  t.equal(list.length, 32);
  t.match(list[0], { host: '10.1.39.15', heardAgoMs: 1, count: 1 });
  t.equal(list.at(-1)?.heardAgoMs, 32);
});

t.test('two ports of one host are two senders; what says nothing of the sender is not kept', async (t) => {
  const peers = new UnreadPeers();
  const status = statusBytes('cp1', { key: OTHER });
  const beacon = new Channel({ networkId: 7, bootId: '00000000000000aa', hears: [] }).seal(beaconOf('north'), 0);
  peers.note(status, { host: 'h', port: 1, via: '' }, 'bad tag', 0);
  peers.note(status, { host: 'h', port: 1, via: '' }, 'bad tag', 5);
  peers.note(beacon, { host: 'h', port: 2, via: '' }, 'foreign', 6);
  for (const reason of ['flood', 'replay', 'repeat', 'ignored'] as const) {
    peers.note(status, { host: reason, port: 1, via: '' }, reason, 7);
  }
  t.match(peers.list(10), [
    { address: 'h:2', claims: { kind: 'master', id: 'north' }, count: 1, heardAgoMs: 4 },
    { address: 'h:1', claims: { kind: 'charge point', id: 'cp1' }, count: 2, heardAgoMs: 5 },
  ]);
  t.equal(peers.list(10).length, 2);
});

t.test('a claim that is no id is never shown: nothing of a datagram reaches a terminal unchecked', async (t) => {
  const peers = new UnreadPeers();
  const bytes = statusBytes('cp1', { key: OTHER });
  bytes[31] = 0x1b;
  const from = { host: 'h', port: 1, via: '' };
  peers.note(bytes, from, 'bad tag', 0);
  t.match(peers.list(0), [{ why: 'bad tag', claims: null, networkId: 0 }]);
  for (let length = 0; length < bytes.length; length++) peers.note(bytes.subarray(0, length), from, 'garbage', length);
  t.equal(peers.list(400)[0]?.count, bytes.length + 1);
});
