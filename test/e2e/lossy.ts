/**
 * A master with fixed addresses and its slaves, between them wires that lose three datagrams of ten in each direction,
 * double some and hold back others for up to 2 s, while vehicles come and go, the master dies, and two wires are cut.
 */
import { seededRng } from '../../src/base/rng.js';
import { type Daemon, discoveryPort } from '../helpers/daemon-process.js';
import { BadWire, IDS, LOCAL, masterFile, newTally, ROTATION, slaveFile } from './bad-wire.js';
import { eventually } from '../helpers/machine.js';
import { Bench, evenkeelCommand, independentCommand, numberIn, saidOf } from './bench.js';
import { changesSaid, judge, type SlavePy, StatusWatch } from './fuse-watch.js';
import { sites } from './side-by-side.js';

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

class BadLan {
  readonly #bench: Bench;
  readonly #rng = seededRng(SEED);
  readonly tally = newTally();
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
    this.#file = this.#bench.file('master.yaml', masterFile(FUSE_A, await discoveryPort(), addresses));
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
      if (wire) wire.cut = event >= CUT_FROM && event < CUT_TO ? 'both' : undefined;
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

sites.add('wires that lose, double and delay', async (t) => {
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
