/** A broker, a meter or callers that talk without end: how late the master's loop gets, and what of a core they cost. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Lag } from './lag-probe.js';
import { probed, takeLag } from './lag.js';
import { METER_MODEL } from './meter.js';
import { pause, processCpuS } from './numbers.js';
import { until } from './site.js';
import { freeDiscoveryPort } from './slaves.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';
import type { Workshop } from './workshop.js';

const KINDS = ['none', 'PUBACK', 'PUBLISH', 'meter', 'control'] as const;
const WHAT: Readonly<Record<Kind, string>> = {
  none: 'no flood (baseline)',
  PUBACK: 'broker: PUBACKs',
  PUBLISH: 'broker: messages',
  meter: 'meter: its answer again and again',
  control: 'control socket: 8 callers',
};
const FLOOD_S = 20;
const SETTLE_MS = 3_000;
const LAG_P99_MS = 20;
const LAG_MAX_MS = 100;

type Kind = (typeof KINDS)[number];

interface Measured {
  readonly kind: Kind;
  readonly lag: Lag;
  readonly cpuPercent: number;
}

export const floods: Topic = {
  name: 'floods',
  about: `a broker, a meter and callers that talk without end, ${FLOOD_S} s each`,
  async run(workshop, progress) {
    const found: Measured[] = [];
    for (const kind of KINDS) {
      progress(kind);
      found.push(await measured(workshop, kind));
    }
    return [floodTable(found)];
  },
};

async function measured(workshop: Workshop, kind: Kind): Promise<Measured> {
  const [lagFile, stateDir] = [workshop.path('lag.json'), workshop.path('state')];
  mkdirSync(stateDir);
  const isServer = kind !== 'none' && kind !== 'control';
  const port = isServer ? await workshop.fork(new URL('./peer-flood.js', import.meta.url), [kind]) : 0;
  const config = await configOf(kind, port);
  const master = workshop.startMaster({ config, stateDir, env: probed(lagFile) });
  await until('the start', master, () => master.logTail().includes('"READY"'));
  await pause(SETTLE_MS);
  if (kind === 'control') {
    const path = join(stateDir, 'control.sock');
    await workshop.fork(new URL('./peer-flood.js', import.meta.url), [kind, path], false);
  }
  await takeLag(master, lagFile);
  const [startedMs, cpuS] = [performance.now(), processCpuS(master.pid)];
  await pause(FLOOD_S * 1000);
  const lag = await takeLag(master, lagFile);
  const cpuPercent = ((processCpuS(master.pid) - cpuS) / (performance.now() - startedMs)) * 100_000;
  await master.stop();
  return { kind, lag, cpuPercent };
}

async function configOf(kind: Kind, peerPort: number): Promise<unknown> {
  const circuit = { id: 'main', limitA: 63, ...(kind === 'meter' && { meter: 'grid', fallbackA: 10 }) };
  const meter = { id: 'grid', model: METER_MODEL.id, connection: `tcp://127.0.0.1:${peerPort}` };
  return {
    site: 'Floods',
    circuits: [circuit],
    ...(kind === 'meter' && { meters: [meter] }),
    ...((kind === 'PUBACK' || kind === 'PUBLISH') && { mqtt: { url: `mqtt://127.0.0.1:${peerPort}` } }),
    discovery: { port: await freeDiscoveryPort(), interfaces: ['lo'] },
  };
}

function floodTable(found: readonly Measured[]): Table {
  const flooded = found.filter(({ kind }) => kind !== 'none');
  return {
    title: `floods: ${FLOOD_S} s each, ms by which the loop is late`,
    columns: [
      { head: '' },
      ...['p50', 'p99', 'max'].map((head) => ({ head, digits: 1 })),
      { head: 'CPU of one core %', digits: 1 },
    ],
    rows: found.map(({ kind, lag, cpuPercent }) => [WHAT[kind], lag.p50, lag.p99, lag.max, cpuPercent]),
    targets: flooded.flatMap(({ kind, lag }) => [
      { what: `p99, ${WHAT[kind]}`, most: LAG_P99_MS, found: lag.p99, unit: 'ms' },
      { what: `longest, ${WHAT[kind]}`, most: LAG_MAX_MS, found: lag.max, unit: 'ms' },
    ]),
    notes: ['Each peer writes as fast as the master takes it.'],
  };
}
