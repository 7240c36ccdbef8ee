/** Rows 23, 30 to 38, 57 and 58: what happens to datagrams. */
import type { Rng } from '../../../base/rng.js';
import type { NetworkFaults } from '../../../sim/virtual-network.js';
import { type Injector, type Mend, MINUTE_MS, SECOND_MS, type Strike } from './injector.js';

const GARBAGE_EVERY_MS = 200;
const GARBAGE_BYTES_MAX = 1_200;
const NOISE_BYTES = 300;
const OVERSIZED_BYTES = 9_000;
/** Of what an attacker has overheard. */
const OVERHEARD_MAX = 64;
/** How long grants are late: the one that answers the last poll is among them; and by which share of the lease. */
const LATE_FOR_MS = 1_100;
const LATE_SHARES = [0.4, 0.97] as const;
const ATTACKER = 'attacker';

function weather(row: number, name: string, what: string, change: (rng: Rng) => Partial<NetworkFaults>): Injector {
  return {
    row,
    name,
    what,
    lastsMs: [20 * SECOND_MS, 3 * MINUTE_MS],
    target: 'network',
    begin: ({ world, rng }) => {
      const { faults } = world.network;
      world.network.faults = { ...faults, ...change(rng) };
      return () => {
        world.network.faults = world.scenario.network;
      };
    },
  };
}

type Way = 'both' | 'toSlave' | 'toMaster';

export function cutOff({ world }: Strike, ids: readonly string[], way: Way): Mend {
  const masters = [...world.masters.keys()];
  const hosts = ids.map((id) => world.box(id).host);
  const set = (isCut: boolean): void => {
    for (const host of hosts) {
      for (const master of masters) {
        if (way !== 'toMaster') world.network.cut(master, host, isCut);
        if (way !== 'toSlave') world.network.cut(host, master, isCut);
      }
    }
  };
  set(true);
  return () => set(false);
}

function partition(row: number, name: string, what: string, way: Way): Injector {
  const lastsMs = [5 * SECOND_MS, 2 * MINUTE_MS] as const;
  return { row, name, what, lastsMs, target: 'chargePoint', begin: (at) => cutOff(at, [at.target], way) };
}

function everyNow({ world, untilMs }: Strike, everyMs: number, call: () => void): void {
  const again = (): void => {
    if (world.time.nowMs >= untilMs) return;
    call();
    world.time.at(world.time.nowMs + everyMs, again);
  };
  again();
}

function anyHost({ world, rng }: Strike): string {
  const hosts = [...world.masters.keys(), ...[...world.boxes.values()].map(({ host }) => host)];
  return hosts[rng.int(hosts.length)] ?? 'master';
}

/** From a host that is none of ours. */
function throwAtThem(at: Strike, bytesOf: () => Uint8Array): Mend {
  const port = at.world.network.open(ATTACKER);
  everyNow(at, GARBAGE_EVERY_MS, () => port.send({ host: anyHost(at), port: 1, via: '' }, bytesOf()));
  return () => at.world.network.remove(ATTACKER);
}

/** Only what is looked at first is drawn. */
function noise(rng: Rng, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < Math.min(length, NOISE_BYTES); at++) bytes[at] = rng.int(256);
  // Half of it passes the first look.
  if (rng.chance(0.5) && length > 4) bytes.set([0x45, 0x4b, 1, 1 + rng.int(3)]);
  return bytes;
}

/** What was overheard, sent again as it was, or with one byte changed. */
function replay(at: Strike): Mend {
  const { network } = at.world;
  const overheard: Uint8Array[] = [];
  const listen = network.onSend;
  network.onSend = (from, to, bytes) => {
    listen(from, to, bytes);
    if (from !== ATTACKER && at.rng.chance(0.05)) overheard[at.rng.int(OVERHEARD_MAX)] = bytes.slice();
  };
  const mend = throwAtThem(at, () => {
    const known = overheard.filter((bytes) => bytes !== undefined);
    const bytes = (known[at.rng.int(known.length)] ?? noise(at.rng, 100)).slice();
    if (at.rng.chance(0.5)) bytes[at.rng.int(bytes.length)] = at.rng.int(256);
    return bytes;
  });
  return () => {
    network.onSend = listen;
    mend();
  };
}

/** One after the other is cut off, and then, in another order, they come back. */
function swizzle(at: Strike): Mend {
  const { time, boxes } = at.world;
  const ids = [...boxes.keys()].filter(() => at.rng.chance(0.6));
  const startMs = time.nowMs;
  const half = (at.untilMs - startMs) / 2;
  const mends = ids.map((id) => {
    let mend: Mend = () => {};
    time.at(startMs + at.rng.between(0, half), () => {
      if (boxes.has(id)) mend = cutOff(at, [id], 'both');
    });
    time.at(startMs + half + at.rng.between(0, half), () => mend());
    return () => mend();
  });
  return () => {
    for (const mend of mends) mend();
  };
}

/**
 * The last grants that it is sent are under way for about a lease, and nothing more is heard of it: what they allow must not
 * depend on when they arrive.
 */
function lateGrants(at: Strike): Mend {
  const { network, time, scenario } = at.world;
  const { leaseMs } = scenario.config.site;
  const heal = cutOff(at, [at.target], 'toMaster');
  network.faults = { ...network.faults, delayMinMs: LATE_SHARES[0] * leaseMs, delayMaxMs: LATE_SHARES[1] * leaseMs };
  time.at(time.nowMs + LATE_FOR_MS, () => {
    network.faults = scenario.network;
  });
  return heal;
}

export const NETWORK_INJECTORS: readonly Injector[] = [
  weather(23, 'late-datagrams', 'some are under way for 2 to 40 s', (rng) => ({
    tail: 0.1,
    tailMs: rng.between(2_000, 40_000),
  })),
  {
    row: 23,
    name: 'grants-late',
    what: 'the last grants arrive a lease late, and nothing more is heard of it',
    lastsMs: [20 * SECOND_MS, MINUTE_MS],
    target: 'chargePoint',
    begin: lateGrants,
  },
  weather(30, 'loss', 'up to 40 % are lost', (rng) => ({ loss: rng.between(0.1, 0.4) })),
  weather(31, 'duplication', 'every second one comes twice', () => ({ duplication: 0.5 })),
  weather(32, 'reordering', 'they overtake each other', (rng) => ({
    delayMaxMs: rng.between(50, 3_000),
    tail: 0.05,
    tailMs: 40_000,
  })),
  {
    row: 33,
    name: 'partition-of-some',
    what: 'some charge points are cut off',
    lastsMs: [5 * SECOND_MS, 2 * MINUTE_MS],
    target: 'network',
    begin: (at) => {
      const ids = [...at.world.boxes.keys()].filter(() => at.rng.chance(0.5));
      return cutOff(at, ids, 'both');
    },
  },
  {
    row: 33,
    name: 'swizzled-partitions',
    what: 'they are cut off one by one, and come back in another order',
    lastsMs: [20 * SECOND_MS, 3 * MINUTE_MS],
    target: 'network',
    begin: swizzle,
  },
  partition(33, 'partition', 'one charge point is cut off', 'both'),
  partition(34, 'grants-lost', 'is heard, and hears nothing', 'toSlave'),
  partition(34, 'polls-lost', 'hears, and is not heard', 'toMaster'),
  {
    row: 35,
    name: 'broadcast-blocked',
    what: 'BEACONs do not get through',
    lastsMs: [10 * SECOND_MS, 2 * MINUTE_MS],
    target: 'network',
    begin: ({ world }) => {
      world.network.isBroadcastBlocked = true;
      return () => {
        world.network.isBroadcastBlocked = false;
      };
    },
  },
  {
    row: 35,
    name: 'broadcast-blocked-fixed',
    what: 'BEACONs do not get through, but the slaves were told the addresses of the masters',
    lastsMs: [10 * SECOND_MS, 2 * MINUTE_MS],
    target: 'network',
    begin: ({ world }) => {
      world.hasFixedMasters = true;
      world.network.isBroadcastBlocked = true;
      return () => {
        world.hasFixedMasters = false;
        world.network.isBroadcastBlocked = false;
      };
    },
  },
  {
    row: 37,
    name: 'garbage',
    what: 'datagrams that are none of ours',
    lastsMs: [10 * SECOND_MS, MINUTE_MS],
    target: 'network',
    begin: (at) => throwAtThem(at, () => noise(at.rng, 1 + at.rng.int(GARBAGE_BYTES_MAX))),
  },
  {
    row: 38,
    name: 'oversized',
    what: 'datagrams longer than any of ours',
    lastsMs: [10 * SECOND_MS, MINUTE_MS],
    target: 'network',
    begin: (at) => throwAtThem(at, () => noise(at.rng, OVERSIZED_BYTES)),
  },
  {
    row: 57,
    name: 'interface-down',
    what: "the master's network is gone",
    lastsMs: [SECOND_MS, MINUTE_MS],
    target: 'network',
    begin: (at) => cutOff(at, [...at.world.boxes.keys()], 'both'),
  },
  {
    row: 58,
    name: 'replay',
    what: 'what was overheard is sent again, or changed',
    lastsMs: [20 * SECOND_MS, 2 * MINUTE_MS],
    target: 'network',
    needsSignature: true,
    begin: replay,
  },
];
