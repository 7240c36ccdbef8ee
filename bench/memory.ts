/** What the master takes while nothing happens: one meter, a broker, vehicles that charge at a steady limit. */
import { type ProcessMemory, passSeconds, processMemory } from './numbers.js';
import { openSite, until } from './site.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';
import type { Child, Workshop } from './workshop.js';

const IDLE_S = 30;
const TARGET_MB = 80;
const SITES = [6, 50] as const;
/** What bin/evenkeel gives to node. */
const FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const DO_NOTHING = ['-e', 'setInterval(() => {}, 1000)'];

interface Measured {
  readonly name: string;
  readonly slaves: number | undefined;
  readonly memory: ProcessMemory;
}

export const memory: Topic = {
  name: 'memory',
  about: `memory of the master after ${IDLE_S} s idle`,
  async run(workshop, progress) {
    const broker = await workshop.startBroker();
    const processes: { name: string; slaves?: number; child: Child }[] = [
      { name: 'empty node (baseline)', child: workshop.start(process.execPath, DO_NOTHING) },
      {
        name: 'empty node with the flags of bin/evenkeel',
        child: workshop.start(process.execPath, [...FLAGS, ...DO_NOTHING]),
      },
    ];
    for (const slaves of SITES) {
      progress(`a site with ${slaves} slaves`);
      processes.push({ name: 'master: 1 meter, MQTT', slaves, child: await startSite(workshop, slaves, broker) });
    }
    await passSeconds(IDLE_S, (second) => progress(`idle: ${second} of ${IDLE_S} s`));
    return [
      memoryTable(processes.map(({ name, slaves, child }) => ({ name, slaves, memory: processMemory(child.pid) }))),
    ];
  },
};

async function startSite(workshop: Workshop, count: number, mqttUrl: string): Promise<Child> {
  const site = await openSite(workshop, {
    slaves: count,
    fuseA: count * 16,
    buildingA: count * 4,
    vehicleMaxA: 10,
    mqttUrl,
    isListed: true,
  });
  const master = site.startMaster();
  await until('current for everybody', master, () => site.slaves.limitsA().every((limitA) => limitA > 0));
  return master;
}

function memoryTable(measured: readonly Measured[]): Table {
  return {
    title: `memory: after ${IDLE_S} s idle, MB (1024 * 1024 bytes)`,
    columns: [
      { head: 'process' },
      { head: 'slaves' },
      { head: 'RSS', digits: 1 },
      { head: 'of it its own (RssAnon)', digits: 1 },
      { head: 'peak RSS', digits: 1 },
    ],
    rows: measured.map(({ name, slaves, memory: { rssMb, anonMb, peakMb } }) => [name, slaves, rssMb, anonMb, peakMb]),
    targets: measured.flatMap(({ slaves, memory: { rssMb } }) =>
      slaves === undefined ? [] : [{ what: `RSS with ${slaves} slaves`, most: TARGET_MB, found: rssMb, unit: 'MB' }],
    ),
    notes: ['RSS counts pages of the node binary (30 to 45 MB) that all node processes of a machine share.'],
  };
}
