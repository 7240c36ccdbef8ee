/**
 * The daemon among strangers: a meter by pymodbus, Debian's broker, and slaves that were written from docs/protocol.md
 * alone. Everything that can die dies once, and what every slave says that it enforces is added up all the time.
 */
import { spawnSync } from 'node:child_process';
import type { Test } from 'tap';
import { closedTcpPort, type Daemon, discoveryPort } from '../helpers/daemon-process.js';
import { mosquittoMissing, startMosquitto, type Subscription, subscribe } from '../helpers/mosquitto.js';
import { needs } from '../helpers/tools.js';
import { eventually } from '../helpers/machine.js';
import { Bench, evenkeelCommand, independentCommand, numberIn, PYTHON, saidOf } from './bench.js';
import { type Change, changesAfterDeath, changesSaid, judge, type SlavePy, StatusWatch } from './fuse-watch.js';
import { sites } from './side-by-side.js';
import { Ear } from './wire.js';

const NETWORK = 4711;
const FUSE_A = 50;
const FALLBACK_A = 24;
const DISCONNECTED_A = 6;
const ROTATION = { cp1: 'RST', cp2: 'STR', cp3: 'TRS', stranger: 'RST' } as const;
type SlavePyId = keyof typeof ROTATION;
const LISTED = ['cp1', 'cp2', 'cp3', 'cp4'] as const;

interface Ports {
  readonly meter: number;
  readonly broker: number;
  readonly discovery: number;
}

function masterFile({ meter, broker, discovery }: Ports): string {
  return `site: Among strangers
networkId: ${NETWORK}
leaseMs: 6000
circuits:
  - { id: main, limitA: ${FUSE_A}, meter: grid, meterLocation: excluding, fallbackA: ${FALLBACK_A}, backgroundMaxA: 20 }
meters:
  - { id: grid, model: siemens-pac2200, connection: "tcp://127.0.0.1:${meter}", timeoutMs: 500, maxAgeMs: 1500 }
discovery: { port: ${discovery}, interfaces: [lo], autoAdopt: false }
chargePoints:
  - { id: cp1, circuit: main }
  - { id: cp2, circuit: main, rotation: STR }
  - { id: cp3, circuit: main, rotation: TRS }
  - { id: cp4, circuit: main }
mqtt: { url: "mqtt://127.0.0.1:${broker}" }
`;
}

function slaveFile({ discovery }: Ports): string {
  return `role: slave
networkId: ${NETWORK}
id: cp4
driver: { type: virtual, vehicleMaxA: 20 }
discovery: { port: ${discovery}, interfaces: [lo] }
`;
}

/** Of 50 A: whole amperes, and what is left over goes to some. */
const isAFourthOfAll = (limitA: number): boolean => limitA === 12 || limitA === 13;

/** All of it, and the questions that the test asks. */
class Strangers {
  readonly #bench: Bench;
  readonly #ports: Ports;
  readonly #broker: Subscription;
  readonly #watch = new StatusWatch();
  readonly #alive = new Map<SlavePyId, SlavePy>();
  readonly #buried: Change[] = [];
  master: Daemon;

  private constructor(bench: Bench, ports: Ports, broker: Subscription) {
    this.#bench = bench;
    this.#ports = ports;
    this.#broker = broker;
    this.master = this.startMaster();
    bench.start(evenkeelCommand('slave', '-c', bench.file('slave.yaml', slaveFile(ports))));
    for (const id of ['cp1', 'cp2', 'cp3', 'stranger'] as const) this.startSlave(id);
  }

  static async open(bench: Bench): Promise<Strangers> {
    const mosquitto = await startMosquitto();
    bench.atEnd(() => mosquitto.stop());
    const broker = await subscribe(mosquitto.url, ['evenkeel/#']);
    bench.atEnd(() => broker.close());
    const ports = { meter: await closedTcpPort(), broker: mosquitto.port, discovery: await discoveryPort() };
    const site = new Strangers(bench, ports, broker);
    const ear = await Ear.open(NETWORK, ports.discovery, (bytes, atMs) => site.#watch.hear(bytes, atMs));
    bench.atEnd(() => ear.close());
    return site;
  }

  startMaster(): Daemon {
    const file = this.#bench.file('master.yaml', masterFile(this.#ports));
    const stateDir = `${this.#bench.directory}/state`;
    this.master = this.#bench.start(evenkeelCommand('run', '-c', file, '--state-dir', stateDir));
    return this.master;
  }

  /** A building that takes as much on each phase. */
  async startMeter(currentA: number): Promise<Daemon> {
    const powerW = currentA * 230;
    const values = ['--currents', `${currentA},${currentA},${currentA}`, '--powers', `${powerW},${powerW},${powerW}`];
    const meter = this.#bench.start(
      independentCommand('pac2200-server.py', '--port', `${this.#ports.meter}`, ...values),
    );
    await meter.until('the meter listens', () => meter.text.includes('ready'));
    return meter;
  }

  startSlave(id: SlavePyId): void {
    const rotation = ROTATION[id];
    const daemon = this.#bench.start(
      independentCommand(
        'slave.py',
        ...['--id', id, '--network-id', `${NETWORK}`, '--port', `${this.#ports.discovery}`],
        ...['--rotation', rotation, '--vehicle-phases', id === 'cp2' ? '1' : '3', '--vehicle-max', '20'],
        ...['--disconnected', `${DISCONNECTED_A}`, '--boot-lease', '6000'],
      ),
    );
    daemon.write('plug');
    this.#alive.set(id, { id, rotation, daemon });
  }

  slave(id: SlavePyId): SlavePy {
    const slave = this.#alive.get(id);
    if (!slave) throw new Error(`no slave ${id}`);
    return slave;
  }

  async killSlave(id: SlavePyId): Promise<SlavePy> {
    const slave = this.slave(id);
    await slave.daemon.end('SIGKILL');
    this.#alive.delete(id);
    return slave;
  }

  bury(slave: SlavePy, bornAgainMs: number): void {
    this.#buried.push(...changesSaid(slave), ...changesAfterDeath(slave, DISCONNECTED_A, bornAgainMs));
  }

  /** What a charge point enforces now, by its own word. */
  limitA(id: string): number | undefined {
    if (id === 'cp4') return this.#watch.last(id)?.enforcedA;
    const slave = this.#alive.get(id as SlavePyId);
    return slave && changesSaid(slave).at(-1)?.limitA;
  }

  async untilLimits(what: string, isGood: (limitA: number) => boolean, ids: readonly string[] = LISTED): Promise<void> {
    const limits = (): (number | undefined)[] => ids.map((id) => this.limitA(id));
    await eventually(
      () => `${what}: ${ids.join(', ')} have ${limits().join(', ')} A`,
      () => limits().every((limitA) => limitA !== undefined && isGood(limitA)),
    );
  }

  /** The latest retained text. */
  text(topic: string): string | undefined {
    return this.#broker.last(`evenkeel/among-strangers/${topic}`);
  }

  shown(topic: string): Readonly<Record<string, unknown>> {
    return JSON.parse(this.text(topic) ?? '{}') as Record<string, unknown>;
  }

  /** On the broker stands what the slaves enforce, and the reason for it. */
  async untilShown(kind: string): Promise<void> {
    const isShown = (id: string): boolean => {
      const { limitA, reason } = this.shown(`chargepoint/${id}`);
      return limitA === this.limitA(id) && JSON.stringify(reason).includes(kind);
    };
    await eventually(
      () => `MQTT shows ${kind}: ${LISTED.map((id) => this.text(`chargepoint/${id}`)).join('\n')}`,
      () => LISTED.every(isShown),
    );
  }

  changes(): Change[] {
    const said = [...this.#alive.values()].flatMap(changesSaid);
    return [...this.#buried, ...said, ...this.#watch.changes(['cp4'])];
  }
}

async function meterFaults(t: Test, site: Strangers): Promise<void> {
  let meter = await site.startMeter(10);
  await site.untilLimits('a fourth of 40 A each', (limitA) => limitA === 10);
  await site.untilShown('"circuit"');
  const draws = (id: string): boolean => JSON.stringify(site.shown(`chargepoint/${id}`)['currentA']).includes('10');
  await eventually(
    () => 'the vehicles take it',
    () => LISTED.every(draws),
  );
  t.pass('every vehicle has its share');

  for (const phase of [1, 2, 3]) {
    meter.write(`i${phase} 20`);
    meter.write(`p${phase} 4600`);
  }
  await site.untilLimits('a fourth of 30 A each', (limitA) => limitA === 7 || limitA === 8);
  await site.untilShown('"circuit"');
  // Each phase is written by itself: the master may have read the meter between two of them, and the first one lowers all.
  const backgroundA = (): string => JSON.stringify(site.shown('circuit/main')['backgroundA']);
  await eventually(backgroundA, () => backgroundA() === '[20,20,20]');
  t.pass('a load step lowers all');

  await meter.end('SIGKILL');
  await site.untilLimits('a fourth of the fallback each', (limitA) => limitA === FALLBACK_A / 4);
  await site.untilShown('"fallback"');
  t.match(site.shown('alarm/METER_LOST'), { active: true }, 'without the meter the fallback holds');

  meter = await site.startMeter(0);
  await site.untilLimits('a fourth of 50 A each', isAFourthOfAll);
  await site.untilShown('"main"');
  t.match(site.shown('alarm/METER_LOST'), { active: false }, 'the meter comes back by itself');
}

async function deaths(t: Test, site: Strangers): Promise<void> {
  const killed = await site.killSlave('cp3');
  await site.untilLimits('what cp3 leaves', (limitA) => limitA >= 14, ['cp1', 'cp2', 'cp4']);
  t.equal(site.shown('chargepoint/cp3')['online'], false, 'the others get what a dead slave leaves');
  site.bury(killed, Date.now());
  site.startSlave('cp3');
  await site.untilLimits('a fourth of 50 A each again', isAFourthOfAll);
  await site.untilShown('"main"');
  t.equal(site.shown('chargepoint/cp3')['online'], true, 'who comes back gets its share again');
  t.match(site.shown('chargepoint/stranger'), { limitA: 0, reason: { kind: 'notAdopted' } }, 'the stranger is shown');

  await site.master.end('SIGKILL');
  await eventually(
    () => 'the last will of the master',
    () => site.text('status') === 'offline',
  );
  await site.untilLimits('min(L, d) without a master', (limitA) => limitA === DISCONNECTED_A);
  const rules = (['cp1', 'cp2', 'cp3'] as const).map((id) => saidOf(site.slave(id).daemon, 'limit').at(-1)?.['rule']);
  t.strictSame(rules, ['leaseExpired', 'leaseExpired', 'leaseExpired'], 'without a master every lease ends');

  site.startMaster();
  await site.untilLimits('a fourth of 50 A each after the master', isAFourthOfAll);
  t.pass('a new master takes up where the old one fell');
}

const hasPymodbus = spawnSync(PYTHON, ['-c', 'import pymodbus.server.async_io']).status === 0;
const missing = mosquittoMissing() ?? (hasPymodbus ? undefined : 'python3-pymodbus is missing');

sites.add(
  'a meter, a broker and slaves that share no code with us',
  wholeSite,
  needs(missing === undefined, missing ?? ''),
);

async function wholeSite(t: Test): Promise<void> {
  const bench = new Bench();
  t.teardown(() => bench.end());
  const site = await Strangers.open(bench);
  await meterFaults(t, site);
  await deaths(t, site);

  // Where the new master is slow to come, it rises to its disconnected limit like any other.
  const stranger = saidOf(site.slave('stranger').daemon, 'limit').filter(({ rule }) => rule !== 'disconnected');
  t.ok(stranger.length > 0 && stranger.every((line) => numberIn(line, 'limitA') === 0), 'who is not adopted gets 0 A');
  const { highestA, violations } = judge(site.changes(), FUSE_A);
  t.comment(`highest sums of the enforced limits: ${highestA.join(', ')} A of ${FUSE_A} A`);
  t.strictSame(violations, [], 'the enforced limits never add up to more than the fuse');
  t.ok(Math.max(...highestA) >= FUSE_A - 4, 'and the fuse was used');
}
