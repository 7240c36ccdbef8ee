/** What a large site costs on the processor: 200 and 1,000 slaves that poll once per second. */
import { passSeconds, processCpuS, processMemory } from './numbers.js';
import { type BenchSite, openSite, until } from './site.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';
import type { Child, Workshop } from './workshop.js';

const SLAVES = 200;
const SLAVES_MANY = 1_000;
/** With `SLAVES_MANY`, without MQTT. */
const CPU_TARGET_PERCENT = 35;
/** What is measured is the work, not who is served first. */
const SERVED_SHARE = 0.5;

interface Subject {
  readonly slaves: number;
  readonly withMqtt: boolean;
}

/** Measured side by side. */
interface Group {
  readonly subjects: readonly Subject[];
  /** After the start limits rise until the largest load of the first seconds is forgotten, and code is still compiled. */
  readonly settleS: number;
  readonly seconds: number;
}

const FEW: Group = {
  subjects: [
    { slaves: 0, withMqtt: false },
    { slaves: SLAVES, withMqtt: false },
    { slaves: SLAVES, withMqtt: true },
  ],
  settleS: 6,
  seconds: 20,
};
const MANY: Group = { subjects: [{ slaves: SLAVES_MANY, withMqtt: false }], settleS: 15, seconds: 60 };

interface Running extends Subject {
  readonly site: BenchSite;
  readonly master: Child;
}

interface Snapshot {
  readonly cpuS: number;
  readonly sent: number;
  readonly received: number;
  readonly rssMb: number;
}

export const load: Topic = {
  name: 'load',
  about: `processor time of the master with ${SLAVES} and ${SLAVES_MANY} slaves`,
  async run(workshop, progress) {
    const rows: Table['rows'][number][] = [];
    for (const group of [FEW, MANY]) rows.push(...(await measureGroup(workshop, group, progress)));
    return [loadTable(rows)];
  },
};

async function measureGroup(
  workshop: Workshop,
  { subjects, settleS, seconds }: Group,
  progress: (text: string) => void,
): Promise<Table['rows']> {
  const running: Running[] = [];
  for (const subject of subjects) running.push(await startSubject(workshop, subject));
  await passSeconds(settleS, (second) => progress(`settles: ${second} of ${settleS} s`));
  const before = running.map(snapshot);
  await passSeconds(seconds, (second) => progress(`${second} of ${seconds} s`));
  const after = running.map(snapshot);
  for (const { master } of running) await master.stop();
  return running.map(({ slaves, withMqtt }, index) => {
    const perS = (of: keyof Snapshot): number => ((after[index]?.[of] ?? 0) - (before[index]?.[of] ?? 0)) / seconds;
    const rssMb = after[index]?.rssMb;
    return [slaves, withMqtt ? 'on' : 'off', perS('cpuS') * 100, perS('sent'), perS('received'), rssMb];
  });
}

async function startSubject(workshop: Workshop, { slaves, withMqtt }: Subject): Promise<Running> {
  const mqttUrl = withMqtt ? await workshop.startBroker() : undefined;
  // A fuse carries 2,500 A at most: so many slaves have one phase each.
  const isOnePhase = slaves > SLAVES;
  const site = await openSite(workshop, {
    slaves,
    fuseA: 2_500,
    buildingA: isOnePhase ? 100 : 500,
    vehicleMaxA: 10,
    mqttUrl,
    isListed: true,
    isOnePhase,
  });
  let beacons = 0;
  site.slaves.onBeacon = () => (beacons += 1);
  const master = site.startMaster();
  const isServed = (): boolean => site.slaves.limitsA().filter((limitA) => limitA > 0).length >= slaves * SERVED_SHARE;
  await until('current for most slaves', master, () => isServed() && beacons > 0);
  return { slaves, withMqtt, site, master };
}

function snapshot({ site, master }: Running): Snapshot {
  const { rssMb } = processMemory(master.pid);
  return { cpuS: processCpuS(master.pid), sent: site.slaves.sent, received: site.slaves.received, rssMb };
}

function loadTable(rows: Table['rows']): Table {
  const cpuPercent = Number(rows.at(-1)?.[2]);
  return {
    title: `load: the master over ${FEW.seconds} s (${SLAVES_MANY} slaves: ${MANY.seconds} s), meter polled every 250 ms`,
    columns: [
      { head: 'slaves' },
      { head: 'MQTT' },
      { head: 'CPU % of one core', digits: 2 },
      { head: 'STATUS/s' },
      { head: 'GRANT/s' },
      { head: 'RSS MB', digits: 1 },
    ],
    rows,
    targets: [
      { what: `CPU of one core, ${SLAVES_MANY} slaves`, most: CPU_TARGET_PERCENT, found: cpuPercent, unit: '%' },
    ],
    notes: ['The first row is the baseline. A slave polls once per second and answers each grant with a STATUS.'],
  };
}
