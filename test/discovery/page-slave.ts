/** The slave that docs/protocol.md spells out, run beside ours on one virtual clock: both must do the same. */
import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { Beacon, Grant, Status } from '../../src/base/messages.js';
import { type Rng, seededRng } from '../../src/base/rng.js';
import type { PhaseCount } from '../../src/base/rotation.js';
import { ok } from '../../src/base/result.js';
import { decode, encode } from '../../src/discovery/codec.js';
import type { EnforcedReason, SlaveFacts } from '../../src/dlm/leases/slave.js';
import type { ChargerSnapshot } from '../../src/ports/charger-port.js';
import type { DatagramHandler } from '../../src/ports/datagram-port.js';
import type { Cancel } from '../../src/ports/time.js';
import { SlaveRuntime } from '../../src/runtime/slave.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { beaconOf, grantOf, slaveFactsOf } from '../helpers/messages.js';
import { code } from './page.js';
import { REPLAY, SEED } from './samples.js';

const CODE = `${code('6 ', 'js')}\n({ onGrant, onBeacon });`;

const keptText = (limitA: number | undefined): string => JSON.stringify({ format: 1, disconnectedLimitA: limitA });

interface PageSlave {
  onGrant(grant: Grant, address: string): void;
  onBeacon(beacon: Beacon, address: string): void;
}

interface Sent {
  readonly atMs: number;
  readonly address: string;
  readonly status: Status;
}

function factsWith(part: Partial<SlaveFacts>): SlaveFacts {
  return slaveFactsOf('cp1', { networkId: 7, bootId: '00112233445566aa', ...part });
}

/** Both slaves with one charger, one clock and the same datagrams. */
class Pair {
  readonly facts: SlaveFacts;
  readonly time = new VirtualTime();
  readonly #node = this.time.node(1000);
  observation: ChargerSnapshot = { state: 'Available', sessionId: 0, currentA: [0, 0, 0] };
  readonly differences: string[] = [];
  readonly reasons = new Set<EnforcedReason>();
  readonly ours: Sent[] = [];
  readonly theirs: Sent[] = [];
  readonly #runtime: SlaveRuntime;
  readonly #page: PageSlave;
  #hear: DatagramHandler = () => {};
  #ourLimitA = Number.NaN;
  #theirLimitA = Number.NaN;
  #cancelTheirs: Cancel = () => {};
  /** The disconnected limit that is remembered, by ours and by theirs (S8). */
  readonly kept: { ours: string | undefined; theirs: number | undefined };

  constructor(part: Partial<SlaveFacts> = {}, keptA?: number) {
    this.kept = { ours: keptA === undefined ? undefined : keptText(keptA), theirs: keptA };
    this.facts = factsWith(part);
    this.#runtime = this.#startOurs();
    this.#page = this.#startTheirs();
  }

  get limitA(): number {
    return this.#theirLimitA;
  }

  get nowMs(): number {
    return this.#node.clock.monotonicMs();
  }

  #startOurs(): SlaveRuntime {
    const runtime = new SlaveRuntime({
      facts: this.facts,
      charger: {
        reactionMs: 0,
        inForceA: () => this.#ourLimitA,
        snapshot: () => this.observation,
        setLimit: (limitA) => {
          this.#ourLimitA = limitA;
        },
      },
      net: {
        send: ({ host, port }, bytes) => this.#note(this.ours, `${host}:${port}`, bytes),
        subscribe: (handler) => {
          this.#hear = handler;
        },
        close: async () => {},
      },
      ...this.#node,
      logger: { log: () => {} },
      store: {
        load: () => ok(this.kept.ours),
        setAside: () => ok(''),
        save: (text, done) => {
          this.kept.ours = text;
          done(ok(undefined));
        },
      },
    });
    runtime.start();
    return runtime;
  }

  #startTheirs(): PageSlave {
    const { networkId, chargePointId, bootId, maxA, minA, disconnectedLimitA, phases, rotation, firmware, leaseMs } =
      this.facts;
    return runInNewContext(CODE, {
      NETWORK: networkId,
      ID: chargePointId,
      MAX: maxA,
      MIN: minA,
      D: disconnectedLimitA,
      PHASES: phases,
      ROTATION: rotation,
      FIRMWARE: firmware,
      BOOT_LEASE: leaseMs,
      KEPT: this.kept.theirs ?? Number.POSITIVE_INFINITY,
      keep: (limitA: number) => {
        this.kept.theirs = limitA;
      },
      now: () => this.nowMs,
      random64: () => bootId,
      charger: () => this.observation,
      setLimit: (limitA: number) => this.#compareLimits(limitA),
      send: (address: string, status: Status) => this.#compareStatus(address, status),
      after: (delayMs: number, call: () => void) => {
        this.#cancelTheirs();
        this.#cancelTheirs = this.#node.timers.after(delayMs, call);
      },
    }) as PageSlave;
  }

  #note(log: Sent[], address: string, bytes: Uint8Array): void {
    const received = decode(bytes, this.facts.networkId);
    if (!received.ok || received.value.message.type !== 'status') throw new Error('a slave sends STATUS only');
    log.push({ atMs: this.nowMs, address, status: received.value.message });
  }

  #compareLimits(limitA: number): void {
    this.#theirLimitA = limitA;
    const enforced = this.#runtime.core.enforced(this.nowMs);
    this.reasons.add(enforced.reason);
    if (limitA === enforced.limitA && limitA === this.#ourLimitA) return;
    this.differences.push(`${this.nowMs} ms: ${limitA} A, ours ${this.#ourLimitA} A (${enforced.reason})`);
  }

  #compareStatus(address: string, status: Status): void {
    const want = this.#runtime.core.status(this.nowMs);
    const got = JSON.parse(JSON.stringify(status)) as Status;
    if (!isDeepStrictEqual(got, want)) {
      this.differences.push(`${this.nowMs} ms: ${JSON.stringify(got)}, ours ${JSON.stringify(want)}`);
    }
    this.theirs.push({ atMs: this.nowMs, address, status: got });
  }

  /** Ours hears it first, so that theirs can be compared with what ours does now. */
  grant(grant: Grant, host = 'm1'): void {
    this.#hear(encode(grant, 1), { host, port: 16_031, via: '' });
    this.#page.onGrant(grant, `${host}:16031`);
    if (this.#ourLimitA !== this.#theirLimitA)
      this.differences.push(`${this.nowMs} ms: GRANT ${JSON.stringify(grant)}`);
  }

  beacon(host: string, bootId: string): void {
    const beacon = beaconOf(host, { networkId: 7, bootId });
    this.#hear(encode(beacon, 1), { host, port: 16_031, via: '' });
    this.#page.onBeacon(beacon, `${host}:16031`);
  }

  grantWith(part: Partial<Grant>): Grant {
    const answer = { bootId: this.facts.bootId, tauMs: this.nowMs };
    return grantOf('cp1', { networkId: 7, masterId: 'm1', ...answer, ...part });
  }
}

const STATES = ['Available', 'Preparing', 'Charging', 'SuspendedEV'] as const;

/** Mostly the latest poll, as a master does; else any time, the future included. */
function randomTauMs(pair: Pair, rng: Rng): number {
  const poll = pair.theirs.at(-1);
  if (poll && rng.chance(0.7)) return poll.atMs;
  return Math.max(0, pair.nowMs - (rng.chance(0.3) ? rng.int(20_000) - 2_000 : rng.int(300)));
}

/** Grants that are mostly good, and wrong in each way now and then. */
function randomGrant(pair: Pair, rng: Rng, number: { epoch: number; seq: number }): Grant {
  number.seq += rng.chance(0.9) ? 1 : 0;
  if (rng.chance(0.05)) [number.epoch, number.seq] = [number.epoch + 1, 1];
  return pair.grantWith({
    ...number,
    ...(rng.chance(0.05) ? { epoch: 1, seq: 1 } : {}),
    ...(rng.chance(0.03) ? { networkId: 8 } : {}),
    ...(rng.chance(0.03) ? { chargePointId: 'cp2' } : {}),
    ...(rng.chance(0.03) ? { bootId: '00112233445566ab' } : {}),
    tauMs: randomTauMs(pair, rng),
    limitA: rng.int(4000) / 100,
    leaseMs: 6000 + rng.int(5) * 2000,
    phases: rng.chance(0.6) ? 7 : rng.int(8),
  });
}

function randomEvent(pair: Pair, rng: Rng, number: { epoch: number; seq: number }): void {
  const kind = rng.next();
  if (kind < 0.5) pair.grant(randomGrant(pair, rng, number), `m${rng.int(6)}`);
  else if (kind < 0.7) pair.beacon(`m${rng.int(6)}`, rng.chance(0.8) ? '01'.repeat(8) : '02'.repeat(8));
  else pair.observation = randomObservation(pair.observation.sessionId, rng);
}

/** Sometimes another vehicle. */
function randomObservation(sessionId: number, rng: Rng): ChargerSnapshot {
  const state = STATES[rng.int(STATES.length)] ?? 'Available';
  if (rng.chance(0.15)) return { state, sessionId: sessionId + 1, currentA: [0, 0, 0] };
  const currentA = () => (rng.chance(0.4) ? 0 : rng.chance(0.1) ? 1 : rng.int(3200) / 100);
  return { state, sessionId, currentA: [currentA(), currentA(), currentA()] };
}

/** Some seconds of quiet let a lease end, some more the hold. */
function randomPauseMs(rng: Rng): number {
  if (rng.chance(0.03)) return rng.int(40_000);
  return rng.chance(0.1) ? rng.int(8_000) : rng.int(700);
}

t.test('random days', async (t) => {
  t.comment(REPLAY);
  const reasons = new Set<EnforcedReason>();
  let sent = 0;
  for (let run = 0; run < 12; run++) {
    const rng = seededRng(SEED + run);
    const phases = (1 + rng.int(3)) as PhaseCount;
    const facts = { phases, disconnectedLimitA: rng.int(3) * 5, maxA: 20, leaseMs: 6000 + rng.int(20_000) };
    const pair = new Pair(facts, rng.chance(0.3) ? undefined : rng.int(4) * 5);
    const number = { epoch: 1, seq: 1 };
    for (let event = 0; event < 400; event++) {
      pair.time.runUntil(pair.time.nowMs + randomPauseMs(rng));
      randomEvent(pair, rng, number);
    }
    pair.time.runUntil(pair.time.nowMs + 100);
    t.equal(pair.kept.ours, keptText(pair.kept.theirs), 'the same limit is remembered');
    for (const reason of pair.reasons) reasons.add(reason);
    sent += pair.theirs.length;
    t.strictSame(pair.differences.slice(0, 3), [], `seed ${SEED} + ${run}`);
  }
  const all: readonly EnforcedReason[] = ['booting', 'disconnected', 'grant', 'leaseExpired', 'newVehicle'];
  t.strictSame([...reasons].toSorted(), all, 'every state was met');
  t.ok(sent > 5_000, `${sent} STATUS compared`);
});

/** One phase, two or three; a pause now and then. A master that grants what is in use answers every poll. */
t.test('vehicles that drop phases and take them again (S6c)', async (t) => {
  t.comment(REPLAY);
  let dropped = 0;
  let back = 0;
  for (let run = 0; run < 4; run++) {
    const rng = seededRng(SEED + run);
    const pair = new Pair({ disconnectedLimitA: 5, maxA: 20 });
    pair.beacon('m1', '01'.repeat(8));
    let seq = 0;
    let [usedBefore, sessionBefore] = [0, 0];
    for (let second = 0; second < 1200; second++) {
      const { sessionId } = pair.observation;
      if (rng.chance(0.02)) {
        const phases = rng.int(4);
        const currentA = [0, 1, 2].map((p) => (p < phases ? 16 : rng.int(2))) as [number, number, number];
        pair.observation = { state: 'Charging', sessionId: sessionId + (rng.chance(0.1) ? 1 : 0), currentA };
      }
      pair.time.runUntil(pair.time.nowMs + 1000);
      if (second % 20 === 0) pair.beacon('m1', '01'.repeat(8));
      const { usedPhases = 0, tauMs = 0 } = pair.theirs.at(-1)?.status ?? {};
      if (sessionId === sessionBefore && (usedBefore & ~usedPhases) !== 0) dropped += 1;
      if (sessionId === sessionBefore && (usedPhases & ~usedBefore) !== 0) back += 1;
      [usedBefore, sessionBefore] = [usedPhases, sessionId];
      if (rng.chance(0.8)) pair.grant(pair.grantWith({ seq: ++seq, tauMs, limitA: 16, phases: usedPhases || 7 }));
    }
    t.strictSame(pair.differences.slice(0, 3), [], `seed ${SEED} + ${run}`);
  }
  t.ok(dropped > 5 && back > 5, `${dropped} times dropped, ${back} times back`);
});

t.test('when a STATUS goes out', async (t) => {
  const pair = new Pair();
  const sentIn = (ms: number): readonly number[] => {
    const from = pair.theirs.length;
    const startMs = pair.nowMs;
    pair.time.runUntil(pair.time.nowMs + ms);
    return pair.theirs.slice(from).map(({ atMs }) => atMs - startMs);
  };
  t.strictSame(sentIn(3000), [], 'nobody to talk to');
  pair.beacon('m1', '01'.repeat(8));
  t.equal(pair.theirs.length, 1, 'at once to a new master');
  pair.beacon('m1', '01'.repeat(8));
  t.equal(pair.theirs.length, 1, 'not for each of its BEACONs');
  t.strictSame(sentIn(3000), [1000, 2000, 3000], 'every heartbeat');
  pair.beacon('m1', '02'.repeat(8));
  t.equal(pair.theirs.length, 5, 'at once to a master that has started again');
  sentIn(40);
  pair.observation = { state: 'Charging', sessionId: 1, currentA: [0.4, 0, 0] };
  t.strictSame(sentIn(500), [60], 'a change waits for the next step');
  pair.observation = { ...pair.observation, currentA: [0.8, 0, 0] };
  t.strictSame(sentIn(200), [], 'a small move of a current waits for the heartbeat');
  pair.observation = { ...pair.observation, currentA: [0.9, 0, 0] };
  t.strictSame(sentIn(200), [60], 'a larger one does not');
  const before = pair.theirs.length;
  pair.grant(pair.grantWith({}));
  t.equal(pair.theirs.length, before + 1, 'at once after an accepted GRANT');
  pair.grant(pair.grantWith({}));
  t.equal(pair.theirs.length, before + 1, 'not after one that is not');
  t.strictSame(pair.differences, []);
});

/** Which masters were polled in each second. */
function polled(log: readonly Sent[], seconds: number): readonly string[] {
  return Array.from({ length: seconds }, (_, second) => {
    const inSecond = log.filter(({ atMs }) => Math.floor((atMs - 1000) / 1000) === second);
    return [...new Set(inSecond.map(({ address }) => address.split(':')[0]))].toSorted().join(' ');
  });
}

t.test('which masters are polled', async (t) => {
  const pair = new Pair();
  const at = (second: number, ...hosts: readonly string[]): void => {
    pair.time.runUntil(second * 1000 + 500);
    for (const host of hosts) pair.beacon(host, '01'.repeat(8));
  };
  at(0, 'm1', 'm2', 'm3');
  at(1, 'm1', 'm4');
  at(3, 'm5');
  at(20, 'm1');
  at(60);
  const theirs = polled(pair.theirs, 55);
  t.strictSame(theirs, polled(pair.ours, 55), 'as ours');
  t.equal(theirs[2], 'm1 m2 m3 m4');
  t.equal(theirs[4], 'm1 m3 m4 m5', 'the fifth takes the place of the one that was silent longest');
  t.equal(theirs[29], 'm1 m3 m4 m5');
  t.equal(theirs[34], 'm1', 'the others were silent for 30 s');
  t.equal(theirs[52], '', 'and now all were');
  t.strictSame(pair.differences, []);
});

t.test('a master that granted something is forgotten last', async (t) => {
  const pair = new Pair();
  const at = (second: number, ...hosts: readonly string[]): void => {
    pair.time.runUntil(second * 1000 + 500);
    for (const host of hosts) pair.beacon(host, '01'.repeat(8));
  };
  at(0, 'm1');
  at(1);
  pair.grant(pair.grantWith({ tauMs: pair.theirs.at(-1)?.atMs ?? 0 }), 'm1');
  at(2, 'm2', 'm3', 'm4', 'm5', 'm6');
  at(5);
  const theirs = polled(pair.theirs, 4);
  t.strictSame(theirs, polled(pair.ours, 4), 'as ours');
  t.equal(theirs[3], 'm1 m4 m5 m6');
  t.strictSame(pair.differences, []);
});

t.test('a raised disconnected limit counts from a GRANT on (S8)', async (t) => {
  const pair = new Pair({ disconnectedLimitA: 10 }, 6);
  pair.time.runUntil(40_000);
  pair.grant(pair.grantWith({ limitA: 0, phases: 0 }));
  pair.time.runUntil(80_000);
  t.equal(pair.limitA, 6, 'a probe confirms nothing');
  pair.grant(pair.grantWith({ limitA: 0, seq: 2 }));
  pair.time.runUntil(120_000);
  t.equal(pair.limitA, 10);
  t.strictSame(pair.kept, { ours: keptText(10), theirs: 10 });
  t.strictSame(pair.differences, []);
});
