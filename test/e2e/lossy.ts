/**
 * A master with fixed addresses and its slaves, between them wires that lose three datagrams of ten in each direction,
 * double some and hold back others for up to 2 s, while vehicles come and go, the master dies, and two wires are cut.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { type Daemon, discoveryPort } from '../helpers/daemon-process.js';
import { Bench, evenkeelCommand, eventually, independentCommand, numberIn, saidOf } from './bench.js';
import { changesSaid, judge, type SlavePy, StatusWatch } from './fuse-watch.js';
import { SITE } from './side-by-side.js';
import { GRANT, portOf, typeOf } from './wire.js';

const LOSS = 0.3;
const DOUBLED = 0.15;
/** This share comes at once, the others after anything up to the longest delay. */
const PROMPT = 0.6;
const DELAY_MAX_MS = 2_000;
const FUSE_A = 48;
/** Vehicles come and go this often: each time the others must be lowered first. */
const EVENTS = 16;
const EVENT_MS = 2_000;
/** Two wires are cut, and stay so until the others have what the two leave: a lease, and 5 s for the vehicles. */
const CUT = ['a', 'ours'] as const;
const CUT_FROM = 2;
const CUT_TO = 9;
const MASTER_DIES_AT = 12;
const SEED = Number(process.env['EVENKEEL_SEED'] ?? Date.now() % 1_000_000);
const ROTATION = { a: 'RST', b: 'STR', c: 'TSR' } as const;
const IDS = ['a', 'b', 'c'] as const;
const LOCAL = '127.0.0.1';

interface Tally {
  carried: number;
  lost: number;
  doubled: number;
  late: number;
}

/** The wire between the master and one slave. Each sees one end of it as the other's address. */
class BadWire {
  readonly #rng: Rng;
  readonly #tally: Tally;
  readonly #towardsMaster = createSocket('udp4');
  readonly #towardsSlave = createSocket('udp4');
  readonly #underWay = new Set<NodeJS.Timeout>();
  isCut = false;
  #master: RemoteInfo | undefined;
  #slave: RemoteInfo | undefined;

  constructor(rng: Rng, tally: Tally) {
    this.#rng = rng;
    this.#tally = tally;
  }

  /** Resolves with the port under which the master knows the slave. `heard`: every STATUS, as the slave sent it. */
  async open(discovery: number, heard: (bytes: Buffer, atMs: number) => void): Promise<number> {
    for (const socket of [this.#towardsMaster, this.#towardsSlave]) socket.bind(0, LOCAL);
    await Promise.all([once(this.#towardsMaster, 'listening'), once(this.#towardsSlave, 'listening')]);
    this.#towardsMaster.on('message', (bytes, from) => {
      this.#master = from;
      const to = typeOf(bytes) === GRANT ? this.#slave?.port : discovery;
      if (to !== undefined) this.#carry(bytes, this.#towardsSlave, to);
    });
    this.#towardsSlave.on('message', (bytes, from) => {
      this.#slave = from;
      heard(bytes, Date.now());
      if (this.#master) this.#carry(bytes, this.#towardsMaster, this.#master.port);
    });
    return portOf(this.#towardsMaster);
  }

  #carry(bytes: Buffer, from: Socket, to: number): void {
    const copies = this.#rng.chance(DOUBLED) ? 2 : 1;
    if (copies === 2) this.#tally.doubled += 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#rng.chance(LOSS)) this.#tally.lost += 1;
      else this.#deliver(() => (this.isCut ? undefined : from.send(bytes, to, LOCAL)));
    }
  }

  #deliver(send: () => void): void {
    this.#tally.carried += 1;
    if (this.#rng.chance(PROMPT)) {
      send();
      return;
    }
    this.#tally.late += 1;
    const timer = setTimeout(
      () => {
        this.#underWay.delete(timer);
        send();
      },
      this.#rng.between(0, DELAY_MAX_MS),
    );
    this.#underWay.add(timer);
  }

  close(): void {
    for (const timer of this.#underWay) clearTimeout(timer);
    this.#towardsMaster.close();
    this.#towardsSlave.close();
  }
}

function masterFile(discovery: number, addresses: readonly number[]): string {
  return `site: Bad wires
leaseMs: 6000
circuits:
  - { id: main, limitA: ${FUSE_A} }
discovery:
  port: ${discovery}
  interfaces: [lo]
  broadcast: false
  autoAdopt: false
  addresses: [${addresses.map((port) => `"${LOCAL}:${port}"`).join(', ')}]
chargePoints:
${IDS.map((id) => `  - { id: ${id}, circuit: main, rotation: ${ROTATION[id]} }`).join('\n')}
  - { id: ours, circuit: main }
`;
}

function slaveFile(discovery: number): string {
  return `role: slave
id: ours
driver: { type: virtual }
discovery: { port: ${discovery}, interfaces: [lo] }
`;
}

class BadLan {
  readonly #bench: Bench;
  readonly #rng = seededRng(SEED);
  readonly tally: Tally = { carried: 0, lost: 0, doubled: 0, late: 0 };
  readonly watch = new StatusWatch();
  readonly slaves: SlavePy[] = [];
  readonly #wires = new Map<string, BadWire>();
  #file = '';
  #away: Daemon | undefined;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async open(): Promise<void> {
    const addresses: number[] = [];
    for (const id of [...IDS, 'ours'] as const) {
      const discovery = await discoveryPort();
      const wire = new BadWire(this.#rng, this.tally);
      addresses.push(await wire.open(discovery, (bytes, atMs) => this.watch.hear(bytes, atMs)));
      this.#bench.atEnd(() => wire.close());
      this.#wires.set(id, wire);
      if (id !== 'ours') this.slaves.push(this.#startSlave(id, discovery));
      else this.#bench.start(evenkeelCommand('slave', '-c', this.#bench.file('slave.yaml', slaveFile(discovery))));
    }
    this.#file = this.#bench.file('master.yaml', masterFile(await discoveryPort(), addresses));
  }

  #startSlave(id: (typeof IDS)[number], discovery: number): SlavePy {
    const rotation = ROTATION[id];
    const own = ['--id', id, '--port', `${discovery}`, '--bind', LOCAL, '--rotation', rotation];
    const daemon = this.#bench.start(independentCommand('slave.py', ...own, '--vehicle-max', '32'));
    daemon.write('plug');
    return { id, rotation, daemon };
  }

  startMaster(): Daemon {
    return this.#bench.start(evenkeelCommand('run', '-c', this.#file, '--state-dir', `${this.#bench.directory}/state`));
  }

  /** One of the vehicles whose wires are never cut goes, or the one that went comes back, on one phase or on three. */
  disturb(event: number): void {
    for (const id of CUT) {
      const wire = this.#wires.get(id);
      if (wire) wire.isCut = event >= CUT_FROM && event < CUT_TO;
    }
    if (this.#away === undefined) {
      this.#away = this.slaves.filter(({ id }) => id !== 'a')[this.#rng.int(2)]?.daemon;
      this.#away?.write('unplug');
      return;
    }
    this.#away.write(this.#rng.chance(0.5) ? 'phases 1' : 'phases 3');
    this.#away.write('plug');
    this.#away = undefined;
  }

  get limitsA(): readonly number[] {
    const said = this.slaves.map((slave) => changesSaid(slave).at(-1)?.limitA ?? 0);
    return [...said, this.watch.last('ours')?.enforcedA ?? 0];
  }
}

t.test('wires that lose, double and delay', { ...SITE }, async (t) => {
  t.comment(`EVENKEEL_SEED=${SEED} draws the same vehicles and fates again; when what happens is up to the machine`);
  const bench = new Bench();
  t.teardown(() => bench.end());
  const lan = new BadLan(bench);
  await lan.open();
  const first = lan.startMaster();
  await eventually(
    () => `current for everybody: ${lan.limitsA.join(', ')} A`,
    () => Math.min(...lan.limitsA) > 0,
  );
  for (let event = 0; event < EVENTS; event++) {
    lan.disturb(event);
    await new Promise((resolve) => setTimeout(resolve, EVENT_MS));
    if (event !== MASTER_DIES_AT) continue;
    await first.end('SIGKILL');
    lan.startMaster();
  }

  const changes = [...lan.slaves.flatMap(changesSaid), ...lan.watch.changes(['ours'])];
  const { highestA, violations } = judge(changes, FUSE_A);
  const { carried, lost, doubled, late } = lan.tally;
  const expired = lan.slaves
    .flatMap(({ daemon }) => saidOf(daemon, 'limit'))
    .filter((line) => line['rule'] === 'leaseExpired');
  const latestMs = Math.max(0, ...expired.map((line) => numberIn(line, 'lateMs')));
  t.comment(`${carried} datagrams arrived, ${late} of them late; ${lost} lost, ${doubled} doubled`);
  t.comment(`${changes.length} limits, ${expired.length} ends of leases, at most ${latestMs} ms late`);
  t.comment(`highest sums of the enforced limits: ${highestA.join(', ')} A of ${FUSE_A} A`);
  t.strictSame(violations, [], 'the enforced limits never add up to more than the fuse');
  t.ok(Math.min(lost, doubled, late) > 20 && expired.length > 0, 'the wires were bad');
  t.ok(Math.max(...highestA) >= FUSE_A / 2, 'and yet vehicles charged');
});
