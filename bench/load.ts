/** What a large site costs on the processor: 200 slaves that poll once per second. */
import { passSeconds, processCpuS, processMemory } from './numbers.js';
import { type BenchSite, openSite, until } from './site.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';
import type { Child, Workshop } from './workshop.js';

const SLAVES = 200;
const SECONDS = 20;
/** After the start limits rise until the largest load of the first seconds is forgotten. */
const SETTLE_S = 6;

interface Subject {
  readonly slaves: number;
  readonly withMqtt: boolean;
}

const SUBJECTS: readonly Subject[] = [
  { slaves: 0, withMqtt: false },
  { slaves: SLAVES, withMqtt: false },
  { slaves: SLAVES, withMqtt: true },
];

interface Running extends Subject {
  readonly site: BenchSite;
  readonly master: Child;
}

interface Snapshot {
  readonly cpuS: number;
  readonly sent: number;
  readonly received: number;
}

export const load: Topic = {
  name: 'load',
  about: `processor time of the master with ${SLAVES} slaves`,
  async run(workshop, progress) {
    const running: Running[] = [];
    for (const subject of SUBJECTS) running.push(await startSubject(workshop, subject));
    await passSeconds(SETTLE_S, (second) => progress(`settles: ${second} of ${SETTLE_S} s`));
    const before = running.map(snapshot);
    await passSeconds(SECONDS, (second) => progress(`${second} of ${SECONDS} s`));
    return [loadTable(running, before, running.map(snapshot))];
  },
};

async function startSubject(workshop: Workshop, { slaves, withMqtt }: Subject): Promise<Running> {
  const mqttUrl = withMqtt ? await workshop.startBroker() : undefined;
  const site = await openSite(workshop, {
    slaves,
    fuseA: 2_500,
    buildingA: 500,
    vehicleMaxA: 10,
    mqttUrl,
    isListed: true,
  });
  let beacons = 0;
  site.slaves.onBeacon = () => (beacons += 1);
  const master = site.startMaster();
  await until(
    'current for everybody',
    master,
    () => site.slaves.limitsA().every((limitA) => limitA > 0) && beacons > 0,
  );
  return { slaves, withMqtt, site, master };
}

function snapshot({ site, master }: Running): Snapshot {
  return { cpuS: processCpuS(master.pid), sent: site.slaves.sent, received: site.slaves.received };
}

function loadTable(running: readonly Running[], before: readonly Snapshot[], after: readonly Snapshot[]): Table {
  return {
    title: `load: the master over ${SECONDS} s, meter polled every 250 ms`,
    columns: [
      { head: 'slaves' },
      { head: 'MQTT' },
      { head: 'CPU % of one core', digits: 2 },
      { head: 'STATUS/s' },
      { head: 'GRANT/s' },
      { head: 'RSS MB', digits: 1 },
    ],
    rows: running.map(({ slaves, withMqtt, master }, index) => {
      const perS = (of: keyof Snapshot): number => ((after[index]?.[of] ?? 0) - (before[index]?.[of] ?? 0)) / SECONDS;
      const { rssMb } = processMemory(master.pid);
      return [slaves, withMqtt ? 'on' : 'off', perS('cpuS') * 100, perS('sent'), perS('received'), rssMb];
    }),
    targets: [],
    notes: ['The first row is the baseline. A slave polls once per second and answers each grant with a STATUS.'],
  };
}
