/** Master and slaves with keys, over a virtual network and clock: who is served, and what changes while keys change. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { perPhase } from '../../src/base/units.js';
import { TYPICAL_VEHICLE } from '../../src/chargers/vehicle.js';
import { VirtualCharger } from '../../src/chargers/virtual.js';
import type { Auth } from '../../src/discovery/auth.js';
import { chargePointKeyRing, chargePointKeys, type NumberedKey, siteKeyRing } from '../../src/discovery/keys.js';
import type { DatagramPort } from '../../src/ports/datagram-port.js';
import type { SiteStatus } from '../../src/ports/status-sink.js';
import { MasterRuntime } from '../../src/runtime/master.js';
import { SlaveRuntime } from '../../src/runtime/slave.js';
import { VirtualNetwork } from '../../src/sim/virtual-network.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { nodeMac } from '../../src/transports/node-mac.js';
import { slaveFactsOf } from '../helpers/messages.js';
import { keepingLogger } from '../helpers/real-time.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

const OLD: NumberedKey = { id: 1, key: new Uint8Array(16).fill(1) };
const NEW: NumberedKey = { id: 2, key: new Uint8Array(16).fill(2) };
const FORGED: NumberedKey = { id: 1, key: new Uint8Array(16).fill(3) };
const IDS = ['a', 'b'] as const;
const BEACON_CODE = 1;

type Keys = readonly NumberedKey[] | undefined;

function slaveAuth(id: string, keys: Keys): Auth | undefined {
  const own = keys?.map((key) => chargePointKeys(key, id, nodeMac));
  return own && { keys: chargePointKeyRing(id, own), mac: nodeMac };
}

class Group {
  readonly time = new VirtualTime();
  readonly network = new VirtualNetwork(this.time, seededRng(1));
  readonly logger = keepingLogger();
  readonly #slaves = new Map<string, SlaveRuntime>();
  #master: MasterRuntime | undefined;
  #boots = 0;
  status: SiteStatus | undefined;

  #bootId(): string {
    this.#boots += 1;
    return this.#boots.toString(16).padStart(16, '0');
  }

  master(keys: Keys): this {
    this.#master?.stop();
    this.#master = new MasterRuntime({
      site: site({
        circuits: [circuit({ id: 'main', limitA: perPhase(40) })],
        chargePoints: IDS.map((id) => chargePoint({ id })),
      }),
      version: 'test',
      masterId: `master-${this.#boots}`,
      bootId: this.#bootId(),
      rank: 0,
      net: this.network.open('master'),
      ...this.time.node(),
      logger: this.logger,
      auth: keys && { keys: siteKeyRing(keys, nodeMac), mac: nodeMac },
      sinks: [
        {
          publish: (status) => {
            this.status = status;
          },
          close: async () => {},
        },
      ],
      meters: { list: () => [] },
    });
    this.#master.start();
    return this;
  }

  /** `isFixed`: it hears no BEACON, and was told the address of the master. */
  slave(id: string, keys: Keys, isFixed = false): this {
    this.#slaves.get(id)?.stop();
    const charger = new VirtualCharger({ phases: 3, energyScale: 1 });
    charger.plugIn({ ...TYPICAL_VEHICLE, phases: 3, maxA: 32 }, 0);
    const net = this.network.open(id);
    const deaf: DatagramPort = {
      ...net,
      subscribe: (handler) => net.subscribe((bytes, from) => bytes[3] !== BEACON_CODE && handler(bytes, from)),
    };
    const runtime = new SlaveRuntime({
      facts: slaveFactsOf(id, { bootId: this.#bootId() }),
      charger,
      net: isFixed ? deaf : net,
      fixedMasters: () => (isFixed ? [{ name: 'dlm', address: { host: 'master', port: 1, via: '' } }] : []),
      ...this.time.node(),
      logger: this.logger,
      auth: slaveAuth(id, keys),
    });
    this.#slaves.set(id, runtime);
    runtime.start();
    return this;
  }

  run(seconds: number): this {
    this.time.runUntil(this.time.nowMs + seconds * 1000);
    return this;
  }

  /** Id, online, key id. */
  get seen(): readonly string[] {
    return (this.status?.chargePoints ?? []).map(({ id, online, keyId }) => `${id} ${online} ${keyId}`);
  }

  limitA(id: string): number {
    return this.#slaves.get(id)?.applied.limitA ?? Number.NaN;
  }

  get drops(): readonly string[] {
    return this.logger.lines.filter(({ event }) => event === 'DATAGRAM_DROPPED').map(({ message }) => message);
  }
}

t.test('with keys, and without: both are served, and the status says which', async (t) => {
  const on = new Group().master([OLD]).slave('a', [OLD]).slave('b', [OLD]).run(40);
  t.strictSame(on.seen, ['a true 1', 'b true 1']);
  t.equal(on.status?.auth, 'on');
  t.strictSame([on.limitA('a'), on.limitA('b')], [20, 20]);
  t.strictSame(on.drops, []);
  const off = new Group().master(undefined).slave('a', undefined).slave('b', undefined).run(40);
  t.strictSame(off.seen, ['a true null', 'b true null']);
  t.equal(off.status?.auth, 'off');
  t.strictSame([off.limitA('a'), off.limitA('b')], [20, 20]);
});

t.test('who has no key, or a wrong one, is not heard; the log says what to do', async (t) => {
  // The slave does not take the BEACON, so it is the slave that tells.
  for (const [master, slave, reason] of [
    [[OLD], undefined, /\d signed; the last from/],
    [undefined, [OLD], /\d unsigned; the last from/],
    [[OLD], [FORGED], /bad tag; the last from/],
    [[OLD], [NEW], /unknown key; the last from/],
  ] as const) {
    const group = new Group().master(master).slave('a', slave).run(40);
    t.equal(group.seen[0], 'a false null');
    t.equal(group.limitA('a'), 6, 'its disconnected limit');
    t.match(group.drops[0], reason);
    t.ok(
      group.drops.every((line) => /; (?:un)?signed: |; bad tag: |; unknown key: /.test(line)),
      'with advice',
    );
  }
});

t.test('keys are changed without a moment in which somebody is lost', async (t) => {
  const group = new Group().master([OLD]).slave('a', [OLD]).slave('b', [OLD]).run(20);
  t.strictSame(group.seen, ['a true 1', 'b true 1']);
  group.master([OLD, NEW]).run(20);
  t.strictSame(group.seen, ['a true 1', 'b true 1'], 'the master has both, the slaves the old one');
  group.slave('a', [OLD, NEW]).run(20);
  t.strictSame(group.seen, ['a true 2', 'b true 1'], 'the first has both');
  group.slave('b', [NEW]).run(20);
  t.strictSame(group.seen, ['a true 2', 'b true 2'], 'the second only the new one');
  group.master([NEW]).run(20);
  t.strictSame(group.seen, ['a true 2', 'b true 2'], 'the old one is gone');
  t.notOk(group.logger.events().includes('SLAVE_LOST'));
  t.ok(group.limitA('a') > 6 && group.limitA('b') > 6);
  group.master([OLD]).run(40);
  t.strictSame(group.seen, ['a true 1', 'b false null'], 'back to the old one: who has it still is heard');
});

t.test(
  'a fixed master that is set back to its older key: the slave finds that key, and the newer one again',
  async (t) => {
    const group = new Group().master([OLD, NEW]).slave('a', [OLD, NEW], true).slave('b', [OLD]).run(20);
    t.strictSame(group.seen, ['a true 2', 'b true 1'], 'the highest, without any BEACON');
    t.ok(group.limitA('a') > 6);
    group.master([OLD]).run(9);
    t.strictSame(group.seen, ['a true 1', 'b true 1'], 'its lease has not even ended');
    t.ok(group.limitA('a') > 6);
    const lost = (): number => group.logger.events().filter((event) => event === 'SLAVE_LOST').length;

    const before = lost();
    group.run(300);
    t.strictSame(group.seen, ['a true 1', 'b true 1']);
    t.equal(lost(), before, 'the highest is tried for a heartbeat a minute, which costs nothing');
    group.master([OLD, NEW]).run(70);
    t.strictSame(group.seen, ['a true 2', 'b true 1'], 'the newer one is back');
  },
);

t.test('what is recorded and sent again moves nothing', async (t) => {
  const group = new Group();
  const recorded: Uint8Array[] = [];
  const tap = group.network.open('tap');
  tap.subscribe((bytes) => recorded.push(bytes));
  group.master([OLD]).slave('a', [OLD]).run(10);
  t.ok(recorded.length > 5, 'BEACONs');
  for (const bytes of recorded) tap.broadcast(bytes);
  group.run(10);
  t.match(group.drops.at(-1), /\d+ replay; the last from tap/);
  t.strictSame(group.seen[0], 'a true 1');
});

t.test('the last count of a flood is told too', async (t) => {
  const group = new Group().master([OLD]).run(1);
  const tap = group.network.open('tap');
  const garbage = new Uint8Array(300);
  for (let i = 0; i < 500; i++) tap.send({ host: 'master', port: 1, via: '' }, garbage);
  group.run(70);
  t.strictSame(
    group.drops.map((line) => /dropped: (\d+) garbage/.exec(line)?.[1]),
    ['1', '499'],
  );
});
