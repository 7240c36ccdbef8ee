/** How fast the product plays itself: the master and its slaves on virtual time, on one core. */
import { seededRng } from '../src/base/rng.js';
import { NO_AMPS, perPhase } from '../src/base/units.js';
import { TYPICAL_VEHICLE } from '../src/chargers/vehicle.js';
import type { Site } from '../src/dlm/types.js';
import { VirtualGroup } from '../src/sim/virtual-group.js';
import { median, pause } from './numbers.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';

const SIZES = [20, 200] as const;
const RUNS = 7;
/** Simulated seconds of one run, and before the first one. */
const RUN_S = 600;
const WARM_UP_S = 1800;
/** What each vehicle gets at the main fuse, so that the division has something to divide. */
const SHARE_A = 10;
const US_MAX = 50;
const CONNECTOR = { phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 6 } as const;

export const simulation: Topic = {
  name: 'simulation',
  about: 'the master and its slaves on virtual time: x real time on one core',
  async run(_workshop, progress) {
    const rows: { readonly count: number; readonly usPerS: number }[] = [];
    for (const count of SIZES) {
      progress(`${count} charge points`);
      await pause(0);
      rows.push({ count, usPerS: usPerSecond(count) });
    }
    return [table(rows)];
  },
};

/** Microseconds of one core for a simulated second: processor time, garbage collection included, whatever else runs here. */
function usPerSecond(count: number): number {
  const group = chargingGroup(count);
  group.run(WARM_UP_S * 1000);
  const timesUs = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage();
    group.run(RUN_S * 1000);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / RUN_S;
  });
  return median(timesUs);
}

function chargingGroup(count: number): VirtualGroup {
  const group = new VirtualGroup(siteOf(count), seededRng(1));
  const ids = idsOf(count);
  for (const id of ids) group.addSlave({ id, ...CONNECTOR });
  group.startMaster();
  for (const id of ids) group.plugIn(id, { ...TYPICAL_VEHICLE, phases: 3, maxA: 32 });
  return group;
}

function siteOf(count: number): Site {
  const [circuit, limitA] = ['main', perPhase(SHARE_A * count)];
  return {
    site: 'simulation',
    networkId: 0,
    samplePeriodMs: 1000,
    leaseMs: 15_000,
    circuits: [{ id: circuit, limitA, headroomA: NO_AMPS, meterLocation: 'including', fallbackA: NO_AMPS }],
    chargePoints: idsOf(count).map((id) => ({ id, circuit, ...CONNECTOR, priority: 1 })),
    defaultCircuit: circuit,
    autoAdopt: false,
    allocation: { stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', dwellMs: 900_000, steadyMs: 300_000 },
  };
}

function idsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `cp${index + 1}`);
}

function table(rows: readonly { readonly count: number; readonly usPerS: number }[]): Table {
  return {
    title: `simulation of N charge points, all charging on three phases: median of ${RUNS} runs of ${RUN_S} s`,
    columns: [{ head: 'N' }, { head: 'x real time, one core' }, { head: 'µs per simulated s', digits: 1 }],
    rows: rows.map(({ count, usPerS }) => [count, 1e6 / usPerS, usPerS]),
    targets: rows
      .slice(0, 1)
      .map(({ count, usPerS }) => ({ what: `${count} charge points, 1 s`, most: US_MAX, found: usPerS, unit: 'µs' })),
    notes: ['The product itself: its master, its slaves, every datagram written and read. The network loses nothing.'],
  };
}
