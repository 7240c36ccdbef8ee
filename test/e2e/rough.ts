/**
 * Everything at once, on real processes: wires that lose, double and delay, cut in one direction or both; slaves and the
 * master stopped for longer than a lease, and woken; the master killed every two seconds, at times with its state file.
 * Judged from outside, by what the slaves put into force and what their vehicles draw.
 */
import { rmSync } from 'node:fs';
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { type Daemon, discoveryPort } from '../helpers/daemon-process.js';
import { BadWire, IDS, LEASE_MS, LOCAL, masterFile, newTally, ROTATION, slaveFile } from './bad-wire.js';
import { eventually } from '../helpers/machine.js';
import { Bench, evenkeelCommand, independentCommand } from './bench.js';
import { type Change, changesDespite, judge, type SlavePy, type Stall, StatusWatch } from './fuse-watch.js';
import { sites, TIMEOUT_MS } from './side-by-side.js';

/** One round takes half a minute; a long run has as many as fit. */
const MINUTES = Number(process.env['EVENKEEL_MINUTES'] ?? 0);
const SEED = Number(process.env['EVENKEEL_SEED'] ?? Date.now() % 1_000_000);
const LONG_MS = MINUTES * 60_000 + TIMEOUT_MS;
const FUSE_A = 40;
const DISCONNECTED_A = 6;
const SETTLE_MS = 5_000;
/** Longer than a lease. */
const STALL_MS = 7_000;
const KILLS = 3;
const KILL_EVERY_MS = 2_000;
const CUT_MS = 8_000;
/** What a STATUS shows may be half an ampere old, and a vehicle half an ampere above its limit. */
const DRAWN_TOLERANCE_A = 2.5;
/** The simulated vehicles of a stopped process fall only when it goes on. */
const FALL_MS = 9_000;
const EVERYBODY = [...IDS, 'ours'] as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class RoughSite {
  readonly #bench: Bench;
  readonly #rng = seededRng(SEED);
  readonly tally = newTally();
  readonly watch = new StatusWatch();
  readonly stalls: Stall[] = [];
  readonly slaves: SlavePy[] = [];
  readonly #wires = new Map<string, BadWire>();
  readonly #processes = new Map<string, Daemon>();
  #file = '';
  #master: Daemon | undefined;
  #away: Daemon | undefined;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async open(): Promise<void> {
    const addresses: number[] = [];
    for (const id of EVERYBODY) {
      const discovery = await discoveryPort();
      const wire = new BadWire(this.#rng, this.tally);
      addresses.push(await wire.open(discovery, (bytes, atMs) => this.watch.hear(bytes, atMs)));
      this.#bench.atEnd(() => wire.close());
      this.#wires.set(id, wire);
      if (id === 'ours') this.#processes.set(id, this.#startOurs(discovery));
      else this.#startSlave(id, discovery);
    }
    this.#file = this.#bench.file('master.yaml', masterFile(FUSE_A, await discoveryPort(), addresses));
    this.startMaster();
  }

  #startOurs(discovery: number): Daemon {
    return this.#bench.start(evenkeelCommand('slave', '-c', this.#bench.file('slave.yaml', slaveFile(discovery))));
  }

  #startSlave(id: (typeof IDS)[number], discovery: number): void {
    const rotation = ROTATION[id];
    const own = ['--id', id, '--port', `${discovery}`, '--bind', LOCAL, '--rotation', rotation];
    const daemon = this.#bench.start(independentCommand('slave.py', ...own, '--vehicle-max', '32'));
    daemon.write('plug');
    this.slaves.push({ id, rotation, daemon });
    this.#processes.set(id, daemon);
  }

  get #stateDir(): string {
    return `${this.#bench.directory}/state`;
  }

  startMaster(): void {
    this.#master = this.#bench.start(evenkeelCommand('run', '-c', this.#file, '--state-dir', this.#stateDir));
  }

  /** A vehicle goes, or the one that went comes back, on one phase or on three: the others are raised and lowered. */
  disturb(): void {
    if (this.#away === undefined) {
      this.#away = this.slaves[this.#rng.int(this.slaves.length)]?.daemon;
      this.#away?.write('unplug');
      return;
    }
    this.#away.write(this.#rng.chance(0.5) ? 'phases 1' : 'phases 3');
    this.#away.write('plug');
    this.#away = undefined;
  }

  async #pass(ms: number): Promise<void> {
    for (const endMs = Date.now() + ms; Date.now() < endMs; ) {
      this.disturb();
      await pause(Math.min(this.#rng.between(500, 1_500), Math.max(0, endMs - Date.now())));
    }
  }

  /** One slave hears nothing, one is not heard, one both. */
  async cutWires(): Promise<void> {
    const ids = [...EVERYBODY].sort(() => this.#rng.next() - 0.5);
    for (const [index, cut] of (['both', 'toSlave', 'toMaster'] as const).entries()) {
      const wire = this.#wires.get(ids[index] ?? '');
      if (wire) wire.cut = cut;
    }
    await this.#pass(CUT_MS);
    for (const wire of this.#wires.values()) wire.cut = undefined;
  }

  /** Their sockets fill while they stand still; what is old must not count when they go on. */
  async stall(ids: readonly string[]): Promise<void> {
    const fromMs = Date.now();
    const processes = ids.map((id) => (id === 'master' ? this.#master : this.#processes.get(id)));
    for (const each of processes) each?.signal('SIGSTOP');
    await this.#pass(STALL_MS);
    for (const each of processes) each?.signal('SIGCONT');
    for (const id of ids) this.stalls.push({ id, fromMs, toMs: Date.now() });
  }

  async killMasters(): Promise<void> {
    for (let kill = 0; kill < KILLS; kill++) {
      await this.#master?.end('SIGKILL');
      if (kill % 2 === 1) rmSync(this.#stateDir, { recursive: true, force: true });
      this.startMaster();
      await this.#pass(KILL_EVERY_MS);
    }
  }

  heal(): void {
    for (const wire of this.#wires.values()) wire.isGood = true;
    this.#away?.write('plug');
  }

  get limitsA(): readonly number[] {
    return EVERYBODY.map((id) => this.watch.last(id)?.enforcedA ?? 0);
  }

  enforced(): Change[] {
    const said = this.slaves.flatMap((slave) => changesDespite(this.stalls, slave));
    return [...said, ...this.watch.changes(['ours'], this.stalls)];
  }

  /** The vehicles of a stopped process have followed the end of its lease, as those of a charger would. */
  drawn(): Change[] {
    const isLate = ({ id, atMs }: Change): boolean =>
      this.stalls.some(
        (stall) =>
          id.startsWith(`${stall.id} `) &&
          atMs >= Math.min(stall.fromMs + LEASE_MS + SETTLE_MS, stall.toMs) &&
          atMs <= stall.toMs + FALL_MS,
      );
    return this.watch
      .drawn()
      .map((change) => (isLate(change) ? { ...change, limitA: Math.min(change.limitA, DISCONNECTED_A) } : change));
  }
}

t.setTimeout(LONG_MS);

sites.add('all faults at once', async (t) => {
  t.comment(`EVENKEEL_SEED=${SEED} draws the same vehicles and fates again; EVENKEEL_MINUTES=n goes on for so long`);
  const bench = new Bench();
  t.teardown(() => bench.end());
  const site = new RoughSite(bench);
  await site.open();
  await eventually(
    () => `current for everybody: ${site.limitsA.join(', ')} A`,
    () => Math.min(...site.limitsA) > 0,
  );
  const endMs = Date.now() + MINUTES * 60_000;
  let rounds = 0;
  do {
    rounds += 1;
    await site.cutWires();
    await site.stall([rounds % 2 === 1 ? 'b' : 'a', 'ours']);
    await site.stall(['master']);
    await site.killMasters();
  } while (Date.now() < endMs);
  site.heal();
  await eventually(
    () => `current for everybody again: ${site.limitsA.join(', ')} A`,
    () => Math.min(...site.limitsA) > 0,
  );
  const enforced = judge(site.enforced(), FUSE_A);
  const drawn = judge(site.drawn(), FUSE_A + DRAWN_TOLERANCE_A);
  const { carried, lost, doubled, late } = site.tally;
  t.comment(`${rounds} rounds; ${carried} datagrams arrived, ${late} of them late; ${lost} lost, ${doubled} doubled`);
  t.comment(
    `highest sums: enforced ${enforced.highestA.join(', ')} A, drawn ${drawn.highestA.join(', ')} A of ${FUSE_A}`,
  );
  t.strictSame(enforced.violations, [], 'the enforced limits never add up to more than the fuse');
  t.strictSame(drawn.violations, [], 'nor do the currents of the vehicles');
  t.ok(Math.min(lost, doubled, late) > 20, 'the wires were bad');
  t.ok(Math.max(...enforced.highestA) > FUSE_A / 2, 'and yet vehicles charged');
});
