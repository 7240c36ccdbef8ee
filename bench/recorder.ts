/** What recording costs: an hour of a site in virtual time, with and without it. */
import { seededRng, type Rng } from '../src/base/rng.js';
import { perPhase, mapPhases } from '../src/base/units.js';
import { TYPICAL_VEHICLE } from '../src/chargers/vehicle.js';
import type { VirtualCharger } from '../src/chargers/virtual.js';
import { Packer } from '../src/daemon/packer.js';
import type { Site } from '../src/dlm/types.js';
import type { ChargerPort } from '../src/ports/charger-port.js';
import type { Reel } from '../src/runtime/recorder/tape.js';
import { VirtualGroup } from '../src/sim/virtual-group.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';

const SITES = [6, 20, 50] as const;
const HOUR_S = 3600;
const POLL_MS = 250;
const NOISE_A = 0.15;
const DEFAULT_MB = 16;

interface Measured {
  readonly packedMb: number;
  readonly textMb: number;
  readonly headKb: number;
  readonly cpuS: number;
}

export const recorder: Topic = {
  name: 'recorder',
  about: 'what recording costs, in an hour of virtual time',
  async run(_workshop, progress) {
    const rows: (string | number)[][] = [];
    for (const count of SITES) {
      progress(`${count} charge points`);
      const plain = await hourOf(count, undefined);
      const taped = await hourOf(count, new CountingReel());
      const hours = DEFAULT_MB / taped.packedMb;
      rows.push([count, taped.textMb, taped.packedMb, hours, taped.headKb, plain.cpuS, taped.cpuS]);
    }
    return [tableOf(rows)];
  },
};

/** Packs every second, as the daemon does. */
class CountingReel implements Reel {
  readonly #packer = new Packer();
  #waiting = '';
  text = 0;
  packed = 0;
  head = 0;

  /** A segment of the default size: 2 MB. */
  get isDue(): boolean {
    return this.head === 0 && this.packed > 0;
  }

  begin(head: string): void {
    if (this.packed > 0) this.head = head.length;
    this.write(head);
  }

  write(line: string): void {
    this.#waiting += `${line}\n`;
  }

  async pack(): Promise<void> {
    this.text += this.#waiting.length;
    this.packed += (await this.#packer.pack(this.#waiting)).length;
    this.#waiting = '';
  }
}

async function hourOf(count: number, reel: CountingReel | undefined): Promise<Measured> {
  const rng = seededRng(1);
  const group = new VirtualGroup(siteOf(count), rng);
  group.reel = reel;
  const facts = { phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 6 } as const;
  for (let at = 0; at < count; at++) group.addSlave({ id: `cp${at}`, ...facts }, (own) => noisy(own, rng));
  group.startMaster();
  for (const id of group.slaveIds) group.plugIn(id, { ...TYPICAL_VEHICLE, phases: 3, maxA: 16, demandWh: 1e6 });
  const before = process.cpuUsage();
  for (let second = 0; second < HOUR_S; second++) {
    for (let poll = 0; poll < 1000 / POLL_MS; poll++) {
      group.run(POLL_MS);
      hearMeter(group, rng, count);
    }
    await reel?.pack();
  }
  const { user, system } = process.cpuUsage(before);
  const mb = (bytes: number): number => bytes / 1024 / 1024;
  const { packed, text, head } = reel ?? { packed: 0, text: 0, head: 0 };
  return { packedMb: mb(packed), textMb: mb(text), headKb: head / 1024, cpuS: (user + system) / 1e6 };
}

function siteOf(count: number): Site {
  const main = { id: 'main', limitA: perPhase(count * 10 + 60), headroomA: perPhase(0), fallbackA: perPhase(0) };
  return {
    site: 'Bench',
    networkId: 0,
    samplePeriodMs: 1000,
    leaseMs: 15_000,
    circuits: [{ ...main, meterLocation: 'including', meter: 'grid' }],
    chargePoints: [],
    defaultCircuit: 'main',
    autoAdopt: true,
    allocation: { stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', dwellMs: 900_000, steadyMs: 300_000 },
  };
}

/** The building takes 20 A, and what it takes wanders. */
function hearMeter(group: VirtualGroup, rng: Rng, count: number): void {
  const currentA = mapPhases(() => Math.fround(count * 9 + rng.between(15, 25)));
  const reading = { currentA, voltageV: [230, 230, 230], powerW: [0, 0, 0], totalPowerW: 0 } as const;
  const sampledAtMs = group.masterNowMs - rng.between(2, 9);
  group.master.hearMeter({
    kind: 'sample',
    meterId: 'grid',
    reading,
    sampledAtMs,
    updateMs: 200,
    periodMs: POLL_MS,
    movedAtMs: sampledAtMs,
  });
}

/** Meters in charge points are never still. */
function noisy(own: VirtualCharger, rng: Rng): ChargerPort {
  return {
    snapshot: (nowMs) => {
      const snapshot = own.snapshot(nowMs);
      const noiseA = (amps: number): number => (amps === 0 ? 0 : Math.max(0, amps + rng.between(-NOISE_A, NOISE_A)));
      return { ...snapshot, currentA: mapPhases((p) => noiseA(snapshot.currentA[p])) };
    },
    reactionMs: own.reactionMs,
    inForceA: () => own.inForceA(),
    setLimit: (limitA, nowMs) => own.setLimit(limitA, nowMs),
  };
}

function tableOf(rows: readonly (readonly (string | number)[])[]): Table {
  return {
    title: 'recorder: one hour, one meter at 250 ms, a heartbeat of 1 s',
    columns: [
      { head: 'slaves' },
      { head: 'text MB/h', digits: 1 },
      { head: 'packed MB/h', digits: 2 },
      { head: `hours in ${DEFAULT_MB} MB`, digits: 1 },
      { head: 'snapshot KB', digits: 0 },
      { head: 'CPU s without', digits: 1 },
      { head: 'CPU s with', digits: 1 },
    ],
    rows,
    targets: [],
    notes: ['CPU of the whole simulated site, slaves included; packing included.'],
  };
}
