/**
 * A million datagrams of garbage, as fast as another process can send them, while 20 slaves are served: how late the
 * master's loop gets, whether a lease ends, what the memory does.
 */
import { readFileSync } from 'node:fs';
import { defined } from '../src/base/assert.js';
import type { Lag } from './lag-probe.js';
import { probed, takeLag } from './lag.js';
import { pause, processCpuS, processMemory, quantile } from './numbers.js';
import { type BenchSite, openSite, until } from './site.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';
import type { Child, Workshop } from './workshop.js';

const DATAGRAMS = Number(process.env['EVENKEEL_GARBAGE'] ?? 1_000_000);
const SLAVES = 20;
const VEHICLE_MAX_A = 10;
const QUIET_S = 20;
const AFTER_S = 10;
/** Datagrams per second, and who sends them. 30,000/s last longer than two leases. */
const FLOODS = [
  ['garbage', Number.POSITIVE_INFINITY, 'nobody'],
  ['garbage', 30_000, 'nobody'],
  ['and strangers', 30_000, 'strangers'],
] as const;
const LAG_TARGET_MS = 20;
const LOOK_MS = 100;
const FLOOD = new URL('./garbage-flood.js', import.meta.url).pathname;

interface Phase {
  readonly name: string;
  readonly lag: Lag;
  /** Between two grants of one slave, ms. */
  readonly gapsMs: readonly number[];
  readonly leastLimitA: number;
  readonly cpuPercent: number;
  readonly rssMb: number;
  /** Of a flood. */
  readonly seconds?: number;
  readonly dropped?: number;
}

export const garbage: Topic = {
  name: 'garbage',
  about: `${DATAGRAMS} datagrams of garbage at full speed, ${SLAVES} slaves; only when named`,
  async run(workshop, progress) {
    const site = await openSite(workshop, {
      slaves: SLAVES,
      fuseA: SLAVES * 16,
      buildingA: SLAVES * 4,
      vehicleMaxA: VEHICLE_MAX_A,
      isListed: true,
    });
    const lagFile = workshop.path('lag.json');
    const master = site.startMaster(undefined, probed(lagFile));
    await until('current for everybody', master, () => site.slaves.limitsA().every((limitA) => limitA > 0));
    await pause(AFTER_S * 1000);
    const watch = new Watch(site, master, lagFile);
    const phases: Phase[] = [];
    progress('before');
    phases.push(await watch.during('before', () => pause(QUIET_S * 1000)));
    const { masterPort } = site.slaves;
    for (const [name, perS, who] of FLOODS) {
      progress(name);
      const dropsBefore = kernelDrops(masterPort);
      let seconds = 0;
      const phase = await watch.during(name, async () => {
        ({ seconds } = await startFlood(workshop, [masterPort, DATAGRAMS, perS, who]));
      });
      phases.push({ ...phase, seconds, dropped: kernelDrops(masterPort) - dropsBefore });
      progress('after it');
      phases.push(await watch.during('after it', () => pause(AFTER_S * 1000)));
    }
    return [garbageTable(phases)];
  },
};

/** What happens from one moment to another. */
class Watch {
  readonly #site: BenchSite;
  readonly #master: Child;
  readonly #lagFile: string;
  readonly #grantedAtMs = new Map<number, number>();
  #gapsMs: number[] = [];

  constructor(site: BenchSite, master: Child, lagFile: string) {
    this.#site = site;
    this.#master = master;
    this.#lagFile = lagFile;
    site.slaves.onGrant = (slave, _, atMs) => {
      const before = this.#grantedAtMs.get(slave);
      if (before !== undefined) this.#gapsMs.push(atMs - before);
      this.#grantedAtMs.set(slave, atMs);
    };
  }

  async during(name: string, what: () => Promise<void>): Promise<Phase> {
    const { pid } = this.#master;
    await takeLag(this.#master, this.#lagFile);
    this.#gapsMs = [];
    const [startedMs, cpuS] = [performance.now(), processCpuS(pid)];
    let leastLimitA = Number.POSITIVE_INFINITY;
    const look = setInterval(() => {
      leastLimitA = Math.min(leastLimitA, ...this.#site.slaves.limitsA());
    }, LOOK_MS);
    await what();
    clearInterval(look);
    const cpuPercent = ((processCpuS(pid) - cpuS) / (performance.now() - startedMs)) * 100_000;
    const { rssMb } = processMemory(pid);
    return {
      name,
      lag: await takeLag(this.#master, this.#lagFile),
      gapsMs: this.#gapsMs,
      leastLimitA,
      cpuPercent,
      rssMb,
    };
  }
}

async function startFlood(
  workshop: Workshop,
  args: readonly (number | string)[],
): Promise<{ readonly seconds: number }> {
  const child = workshop.start(process.execPath, [FLOOD, ...args.map(String)]);
  while (!child.hasEnded()) await pause(LOOK_MS);
  const [line] = /\{.*\}/.exec(child.logTail()) ?? [];
  return JSON.parse(defined(line, `what the flood says: ${child.logTail()}`)) as { readonly seconds: number };
}

/** Datagrams that the kernel dropped because the socket's buffer was full: the last column of /proc/net/udp. */
function kernelDrops(port: number): number {
  const address = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/udp', 'utf8').split('\n').slice(1);
  const own = lines.map((line) => line.trim().split(/\s+/)).filter((words) => words[1]?.endsWith(address));
  return own.reduce((sum, words) => sum + Number(words.at(-1)), 0);
}

function garbageTable(phases: readonly Phase[]): Table {
  const floods = phases.filter(({ seconds }) => seconds !== undefined);
  return {
    title: `garbage: ${DATAGRAMS} datagrams three times, ${SLAVES} slaves with a lease of 15 s, ms`,
    columns: [
      { head: '' },
      { head: 'datagrams/s' },
      { head: 'heard %' },
      ...['lag p50', 'p99', 'max'].map((head) => ({ head, digits: 1 })),
      ...['GRANT p50', 'p99', 'max'].map((head) => ({ head })),
      { head: 'least A' },
      { head: 'CPU %' },
      { head: 'RSS MB', digits: 1 },
    ],
    rows: phases.map(({ name, seconds, dropped, lag, gapsMs, leastLimitA, cpuPercent, rssMb }) => [
      ...[name, seconds && DATAGRAMS / seconds, dropped === undefined ? undefined : 100 * (1 - dropped / DATAGRAMS)],
      ...[lag.p50, lag.p99, lag.max],
      ...[0.5, 0.99, 1].map((share) => (gapsMs.length > 0 ? quantile(gapsMs, share) : undefined)),
      ...[leastLimitA, cpuPercent, rssMb],
    ]),
    targets: floods.map(({ name, seconds = 0, lag }) => ({
      ...{
        what: `p99 of the lag, ${name}, ${Math.round(DATAGRAMS / seconds)}/s`,
        most: LAG_TARGET_MS,
        found: lag.p99,
        unit: 'ms',
      },
    })),
    notes: [
      'heard: reached the program. The kernel dropped the others when the buffer of the socket was full, and STATUS messages with them. GRANT: from one to the next of the same slave. least A: the lowest limit that any slave enforced: 6 where its lease ended, 0 where it was paused. Strangers: well formed STATUS messages of 5,000 charge points that nobody knows.',
    ],
  };
}
