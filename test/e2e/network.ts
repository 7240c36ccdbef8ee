/** Two groups in one LAN with real broadcasts: they do not see each other, and cables and interfaces come and go. */
import type { Test } from 'tap';
import type { Daemon } from '../helpers/daemon-process.js';
import { needs } from '../helpers/tools.js';
import { eventually, lateMsBetweenDates } from '../helpers/machine.js';
import { Bench, evenkeelCommand, independentCommand, numberIn, saidOf } from './bench.js';
import { changesSaid, judge, type SlavePy } from './fuse-watch.js';
import { Lan, lanMissing } from './lan.js';
import { sites } from './side-by-side.js';

const FUSE_A = 32;
const DISCONNECTED_A = 6;
const LEASE_MS = 6_000;
/** The protocol gives 50 ms; the rest is for a busy machine. */
const LATE_MS = 1_000;

function masterFile(networkId: number, ids: readonly string[]): string {
  return `site: Group ${networkId}
networkId: ${networkId}
leaseMs: ${LEASE_MS}
circuits:
  - { id: main, limitA: ${FUSE_A} }
discovery: { autoAdopt: false }
chargePoints:
${ids.map((id) => `  - { id: ${id}, circuit: main }`).join('\n')}
`;
}

const OTHER_SLAVE = `role: slave
networkId: 1
id: other
driver: { type: virtual }
`;

/** East: the master of group 0, a charge point of group 1. North: charge point a. West: charge point b, master of group 1. */
class Groups {
  readonly lan: Lan;
  readonly #bench: Bench;
  readonly masters: readonly [Daemon, Daemon];
  readonly other: Daemon;
  readonly a: SlavePy;
  readonly b: SlavePy;

  constructor(bench: Bench, lan: Lan) {
    this.#bench = bench;
    this.lan = lan;
    this.masters = [this.#startMaster('east', 0, ['a', 'b']), this.#startMaster('west', 1, ['other'])];
    const file = bench.file('other.yaml', OTHER_SLAVE);
    this.other = bench.start(lan.on('east', evenkeelCommand('slave', '-c', file)));
    this.a = this.#startSlave('north', 'a');
    this.b = this.#startSlave('west', 'b');
  }

  #startMaster(machine: string, networkId: number, ids: readonly string[]): Daemon {
    const file = this.#bench.file(`master-${networkId}.yaml`, masterFile(networkId, ids));
    return this.#bench.start(this.lan.on(machine, evenkeelCommand('run', '-c', file)));
  }

  #startSlave(machine: string, id: string): SlavePy {
    const limits = ['--disconnected', `${DISCONNECTED_A}`, '--vehicle-max', '32'];
    const daemon = this.#bench.start(this.lan.on(machine, independentCommand('slave.py', '--id', id, ...limits)));
    daemon.write('plug');
    return { id, rotation: 'RST', daemon };
  }

  async untilLimits(what: string, aA: number, bA: number): Promise<void> {
    const limitOf = (slave: SlavePy): number | undefined => changesSaid(slave).at(-1)?.limitA;
    await eventually(
      () => `${what}: a has ${limitOf(this.a)} A, b has ${limitOf(this.b)} A`,
      () => limitOf(this.a) === aA && limitOf(this.b) === bA,
    );
  }

  otherLimitA(): unknown {
    return this.other.log.findLast((line) => line.event === 'ENFORCED')?.['limitA'];
  }
}

function lastOf(slave: SlavePy, event: string): ReturnType<typeof saidOf>[number] {
  const line = saidOf(slave.daemon, event).at(-1);
  if (!line) throw new Error(`${slave.id} never said ${event}`);
  return line;
}

function mastersHeard(t: Test, { masters, other, a, b }: Groups): void {
  const found = (daemon: Daemon): Set<unknown> =>
    new Set(daemon.log.filter((line) => line.event === 'SLAVE_FOUND').map((line) => line['chargePoint']));
  t.strictSame(found(masters[0]), new Set(['a', 'b']), 'group 0 has its two charge points');
  t.strictSame(found(masters[1]), new Set(['other']), 'group 1 has its own');
  t.strictSame(
    masters.flatMap((each) => each.messages('TWO_MASTERS')),
    [],
    'neither master hears the other',
  );
  t.equal(
    new Set(other.messages('MASTER_FOUND').map((text) => text.split(' ')[3])).size,
    1,
    'nor does a slave of group 1',
  );
  const granting = new Set([a, b].flatMap(({ daemon }) => saidOf(daemon, 'grant').map((line) => line['masterId'])));
  t.equal(granting.size, 1, 'and those of group 0 follow one master only');
}

/** The master's own interface: longer away than it takes to notice. */
async function interfaceGoesAndComes(t: Test, groups: Groups): Promise<void> {
  const master = groups.masters[0];
  groups.lan.setInterface('east', 'down');
  await master.untilEvent('NETWORK', /is gone/);
  await groups.untilLimits('without the master', DISCONNECTED_A, DISCONNECTED_A);
  groups.lan.setInterface('east', 'up');
  await groups.untilLimits('the master is back', FUSE_A / 2, FUSE_A / 2);
  await eventually(
    () => `group 1 recovers: ${groups.otherLimitA()} A`,
    () => groups.otherLimitA() === FUSE_A,
  );
  t.pass('an interface that goes down and comes up again is used again');
}

async function partition(t: Test, groups: Groups): Promise<void> {
  groups.lan.setCable('north', 'down');
  await groups.untilLimits('b alone', DISCONNECTED_A, FUSE_A - DISCONNECTED_A);
  const grant = lastOf(groups.a, 'grant');
  const fall = lastOf(groups.a, 'limit');
  const leaseEndsMs = numberIn(grant, 't') - numberIn(grant, 'ageMs') + LEASE_MS;
  t.equal(fall['rule'], 'leaseExpired', 'who is cut off falls to min(L, d) when its lease ends');
  const lateMs = lateMsBetweenDates(leaseEndsMs, numberIn(fall, 't'));
  t.ok(Math.abs(numberIn(fall, 't') - leaseEndsMs) - lateMs <= LATE_MS, 'and on time');
  const raise = lastOf(groups.b, 'limit');
  t.ok(numberIn(raise, 't') > leaseEndsMs, 'the other gets the remainder only after that');
  groups.lan.setCable('north', 'up');
  await groups.untilLimits('a is back', FUSE_A / 2, FUSE_A / 2);
  t.pass('and gives it back when the cable is in again');
}

const missing = lanMissing();

sites.add('two groups in one LAN', wholeSite, needs(missing === undefined, missing ?? ''));

async function wholeSite(t: Test): Promise<void> {
  const bench = new Bench();
  t.teardown(() => bench.end());
  const lan = new Lan(['east', 'north', 'west']);
  bench.atEnd(() => lan.remove());
  const groups = new Groups(bench, lan);
  await groups.untilLimits('half of the fuse each', FUSE_A / 2, FUSE_A / 2);
  await eventually(
    () => `group 1 has its fuse for itself: ${groups.otherLimitA()} A`,
    () => groups.otherLimitA() === FUSE_A,
  );
  await interfaceGoesAndComes(t, groups);
  await partition(t, groups);
  mastersHeard(t, groups);
  const { violations } = judge([groups.a, groups.b].flatMap(changesSaid), FUSE_A);
  t.strictSame(violations, [], 'the enforced limits never add up to more than the fuse');
}
