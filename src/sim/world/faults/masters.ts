/** Rows 26, 27 and 39 to 54: masters, their machine and their disk. */
import { mapPhases } from '../../../base/units.js';
import type { StatusSink } from '../../../ports/status-sink.js';
import type { MasterConfig } from '../../../config/types.js';
import type { DiskFault, MasterBox } from '../master-box.js';
import type { World } from '../world.js';
import { type Injector, type Mend, MINUTE_MS, SECOND_MS, type Strike } from './injector.js';

const HOUR_MS = 3_600_000;
const KILLED_EVERY_MS = 2_000;
/** From 2026 back to 1970. */
const NO_RTC_MS = -1_767_571_200_000;
const LOWER_FUSE = 0.75;
const RIVAL = 'rival';
const BROKER_MS = 30_000;
/** More that waits is dropped. */
const OUTBOX_MAX = 10;

function main({ world, target }: Pick<Strike, 'world' | 'target'>): MasterBox {
  return world.masters.get(target) ?? world.master('master');
}

function comesBack(master: MasterBox): void {
  if (!master.runtime) master.start();
}

function killed(row: number, name: string, what: string, keepsState: boolean): Injector {
  return {
    row,
    name,
    what,
    lastsMs: [100, 90 * SECOND_MS],
    target: 'master',
    begin: (at) => {
      const master = main(at);
      master.kill();
      if (!keepsState) master.forget();
      return () => comesBack(master);
    },
  };
}

function onBrokenDisk(row: number, name: string, what: string, disk: DiskFault): Injector {
  return {
    row,
    name,
    what,
    lastsMs: [20 * SECOND_MS, 2 * MINUTE_MS],
    target: 'master',
    begin: (at) => {
      const master = main(at);
      master.disk = disk;
      master.kill();
      at.world.time.at(at.world.time.nowMs + 2 * SECOND_MS, () => comesBack(master));
      return () => {
        master.disk = 'none';
        comesBack(master);
      };
    },
  };
}

function wallClock(row: number, name: string, what: string, byMs: (at: Strike) => number): Injector {
  return {
    row,
    name,
    what,
    lastsMs: [SECOND_MS, 2 * MINUTE_MS],
    target: 'master',
    begin: (at) => {
      main(at).machine.wallShiftMs = byMs(at);
      return () => {
        main(at).machine.wallShiftMs = 0;
      };
    },
  };
}

function standsStill(row: number, name: string, what: string, lastsMs: Injector['lastsMs']): Injector {
  return {
    row,
    name,
    what,
    lastsMs,
    target: 'master',
    begin: (at) => {
      const { machine } = main(at);
      machine.standStill();
      return () => machine.goOn();
    },
  };
}

/** A copy of the disk, put into a second machine: its epoch is above that of the first one, so the first has to step back. */
function secondMaster({ world }: Strike): Mend {
  const box = world.addRival(RIVAL, world.master('master'));
  return () => box.kill();
}

/** A newcomer that hears the master, but of the slaves only one. */
function rivalOf({ world, target }: Strike): Mend {
  // Where they are now: one that moves meanwhile is heard again.
  const hosts = [...world.boxes.values()].filter(({ id }) => id !== target).map(({ host }) => host);
  const cut = (isCut: boolean): void => {
    for (const host of hosts) {
      world.network.cut(host, RIVAL, isCut);
      world.network.cut(RIVAL, host, isCut);
    }
  };
  cut(true);
  const box = world.addRival(RIVAL);
  return () => {
    box.kill();
    cut(false);
  };
}

function withLowerFuse(config: MasterConfig, world: World): MasterConfig {
  const [root, ...rest] = config.site.circuits;
  if (!root) return config;
  const limitA = mapPhases((p) => Math.max(leastFuseA(world)[p], Math.floor(root.limitA[p] * LOWER_FUSE)));
  const { operatorLimitA } = root;
  const ownA = operatorLimitA && mapPhases((p) => Math.min(operatorLimitA[p], limitA[p]));
  const circuit = { ...root, limitA, ...(ownA && { operatorLimitA: ownA }) };
  return { ...config, site: { ...config.site, circuits: [circuit, ...rest] } };
}

/** What I4 demands at least: all disconnected limits and the largest building load. */
function leastFuseA(world: World): readonly [number, number, number] {
  const reservedA = [...world.boxes.values()].reduce((sumA, { disconnectedLimitA }) => sumA + disconnectedLimitA, 0);
  const [root] = world.scenario.config.site.circuits;
  return mapPhases((p) => reservedA + (root?.backgroundMaxA?.[p] ?? 0) + (root?.headroomA[p] ?? 0));
}

/** Everything that is shown is made and handed over; what becomes of it is nobody's business here. */
function publishSlowly(at: Strike): Mend {
  const { sinks } = main(at);
  const { time, journal } = at.world;
  let waiting = 0;
  const sink: StatusSink = {
    publish: ({ wallMs }) => {
      if (waiting >= OUTBOX_MAX) return;
      waiting += 1;
      time.at(time.nowMs + BROKER_MS, () => {
        waiting -= 1;
        journal.note(time.nowMs, 'PUBLISHED', `${wallMs}`);
      });
    },
    close: () => Promise.resolve(),
  };
  sinks.push(sink);
  return () => {
    sinks.splice(sinks.indexOf(sink), 1);
  };
}

export const MASTER_INJECTORS: readonly Injector[] = [
  {
    row: 26,
    name: 'second-master',
    what: 'another master of the same rank in the same network id, with a copy of the disk of this one',
    lastsMs: [10 * SECOND_MS, 2 * MINUTE_MS],
    target: 'network',
    begin: secondMaster,
  },
  {
    row: 27,
    name: 'follows-another',
    what: 'another master serves this charge point alone',
    lastsMs: [20 * SECOND_MS, 2 * MINUTE_MS],
    target: 'chargePoint',
    begin: rivalOf,
  },
  killed(39, 'master-killed', 'kill -9, and started again later', true),
  killed(39, 'master-lost-state', 'kill -9, and its state file is gone', false),
  {
    row: 40,
    name: 'master-killed-again',
    what: 'kill -9 every two seconds',
    lastsMs: [10 * SECOND_MS, MINUTE_MS],
    target: 'master',
    begin: (at) => {
      const { world, untilMs } = at;
      const again = (): void => {
        if (world.time.nowMs >= untilMs) return;
        main(at).kill();
        main(at).start();
        world.time.at(world.time.nowMs + KILLED_EVERY_MS, again);
      };
      again();
      return () => comesBack(main(at));
    },
  },
  killed(41, 'master-out-of-memory', 'killed by the system', true),
  {
    row: 42,
    name: 'disk-full',
    what: 'nothing can be written',
    lastsMs: [20 * SECOND_MS, 2 * MINUTE_MS],
    target: 'master',
    begin: (at) => {
      main(at).disk = 'full';
      return () => {
        main(at).disk = 'none';
      };
    },
  },
  onBrokenDisk(43, 'disk-read-only', 'started on a disk that cannot be written', 'full'),
  onBrokenDisk(44, 'state-corrupt', 'started with a damaged state file', 'corrupt'),
  wallClock(45, 'wall-clock-jumps', 'the calendar jumps by an hour', ({ rng }) =>
    rng.chance(0.5) ? HOUR_MS : -HOUR_MS,
  ),
  wallClock(46, 'no-real-time-clock', 'the calendar says 1970', () => NO_RTC_MS),
  standsStill(47, 'master-stalls', 'its loop stands still', [2 * SECOND_MS, 6 * SECOND_MS]),
  standsStill(48, 'master-frozen', 'stands still for longer than a lease', [16 * SECOND_MS, 90 * SECOND_MS]),
  killed(49, 'master-stopped', 'stopped in order, and started again', true),
  {
    row: 52,
    name: 'fuse-lowered',
    what: 'restarted with a smaller fuse, or reloaded, and back',
    lastsMs: [30 * SECOND_MS, 3 * MINUTE_MS],
    target: 'master',
    begin: (at) => {
      const { world } = at;
      const isReload = at.rng.chance(0.5);
      const all = (config: MasterConfig): void => {
        for (const master of world.masters.values()) {
          const isUp = master.runtime !== undefined;
          if (isUp && isReload) {
            master.reload(config);
            continue;
          }
          if (isUp) master.kill();
          master.config = config;
          if (isUp) master.start();
        }
      };
      all(withLowerFuse(world.scenario.config, world));
      return () => all(world.scenario.config);
    },
  },
  {
    row: 53,
    name: 'log-stalled',
    what: 'whoever reads the log stands still',
    lastsMs: [20 * SECOND_MS, 2 * MINUTE_MS],
    target: 'network',
    begin: ({ world: { journal } }) => {
      journal.isStalled = true;
      return () => {
        journal.isStalled = false;
      };
    },
  },
  {
    row: 54,
    name: 'broker-slow',
    what: 'what is published waits for a broker that takes half a minute for each',
    lastsMs: [20 * SECOND_MS, 2 * MINUTE_MS],
    target: 'master',
    begin: (at) => publishSlowly(at),
  },
  {
    row: 26,
    name: 'masters-parted',
    what: 'master and standby do not hear each other',
    lastsMs: [10 * SECOND_MS, 2 * MINUTE_MS],
    target: 'master',
    begin: ({ world }) => {
      const set = (isCut: boolean): void => {
        world.network.cut('master', 'standby', isCut);
        world.network.cut('standby', 'master', isCut);
      };
      set(true);
      return () => set(false);
    },
  },
];
