/**
 * A day and more in time lapse: the faults of rows 1 to 17 drawn by seed, while the building wanders and vehicles come and
 * go. Judged from outside: every accepted value had flowed when it was sampled, and what is left for charging was never
 * reckoned above what really was left.
 */
import t from 'tap';
import type { Rng } from '../../src/base/rng.js';
import { mapPhases, type Ms, PHASES, type PhaseAmps } from '../../src/base/units.js';
import {
  type Device,
  Field,
  GOOD,
  METER_IDS,
  type MeterId,
  overwrite,
  scaled,
  strangerMeter,
  swappedWords,
} from './field.js';

const HOURS = Number(process.env['EVENKEEL_METER_HOURS'] ?? 1);
const SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const MS_PER_HOUR = 3_600_000;
/** The load that nobody controls may be reckoned as low as it was in the time that a fall must have held. */
const FALL_SECONDS = 8;
const LEAVE_A = 0.5;
/** Between what a meter shows and what flows now, a charge point may have changed. */
const CHANGE_A = 11;
/** Rows that the charge points must show: found within this time, while they change every few seconds. */
const FOUND_WITHIN_MS: Ms = 300_000;

interface Fault {
  readonly row: number;
  readonly name: string;
  /** Plays it, and mends it. */
  readonly play: (soak: Soak, id: MeterId) => Promise<void>;
}

class Soak {
  readonly field: Field;
  readonly counts = new Map<string, number>();
  readonly onlineS = { grid: 0, garage: 0, hall: 0 };
  seconds = 0;
  /** Vehicles change every few seconds instead of now and then. */
  isBusy = false;
  playing = '';
  readonly low: string[] = [];
  readonly late: string[] = [];

  constructor(seed: number) {
    this.field = new Field(seed);
    this.field.onTick = () => this.#look();
  }

  get rng(): Rng {
    return this.field.rng;
  }

  #look(): void {
    const { field, rng } = this;
    this.seconds += 1;
    for (const id of METER_IDS) if (field.pollers[id].belief.state === 'online') this.onlineS[id] += 1;
    if (this.isBusy ? this.seconds % 9 === 0 : rng.chance(0.05)) this.#change();
    for (const id of ['grid', 'garage'] as const) this.#judgeBudget(id);
    field.told.length = 0;
    field.rig.notices.length = 0;
  }

  #change(): void {
    const slave = this.field.rig.slave(this.rng.chance(this.isBusy ? 1 : 0.7) ? this.#pick(['a', 'b']) : 'c');
    if (!this.isBusy && this.rng.chance(0.3)) slave.unplug();
    else if (!slave.vehicle) slave.plugIn({ phases: 1, maxA: 16 });
    else slave.vehicle = { phases: slave.vehicle.phases, maxA: slave.vehicle.maxA > 11 ? 6 : 16 };
  }

  #pick(ids: readonly string[]): string {
    return ids[this.rng.int(ids.length)] ?? 'a';
  }

  #judgeBudget(id: 'grid' | 'garage'): void {
    const { backgroundA, ceilingA, raisableA } = this.field.capacity(id);
    if (!backgroundA || this.field.excused.has(id) || this.seconds < 30) return;
    const leastA = this.field.leastOthersA(id, FALL_SECONDS);
    if (PHASES.every((p) => raisableA[p] <= Math.max(0, ceilingA[p] - leastA[p] + LEAVE_A))) return;
    const text = `${raisableA.join(' ')} A for raises, beside at least ${leastA.join(' ')} A`;
    this.low.push(`${id}: ${text} at ${this.field.time.nowMs} ms, ${this.playing}`);
  }

  /** A fault of one device, set and taken back. */
  async with(id: MeterId, change: Partial<Device>, durationMs: Ms): Promise<void> {
    const device = this.field.devices[id];
    Object.assign(device, change);
    await this.field.run(durationMs);
    Object.assign(device, GOOD);
  }

  async withLine(id: MeterId, change: Partial<Device['bus']['line']>, durationMs: Ms): Promise<void> {
    const { bus } = this.field.devices[id];
    const before = { ...bus.line };
    Object.assign(bus.line, change);
    await this.field.run(durationMs);
    bus.line = before;
  }

  /** Until something is found, while vehicles change; longer than allowed is a failure. */
  async until(what: string, isFound: () => boolean, mostMs: Ms): Promise<void> {
    const endMs = this.field.time.nowMs + mostMs;
    while (!isFound() && this.field.time.nowMs < endMs) await this.field.run(1000);
    if (!isFound()) this.late.push(`${what} not found within ${mostMs} ms at ${this.field.time.nowMs} ms`);
  }

  async wired(id: MeterId, wiring: Device['wiring'], alarm: 'PHASE_MISMATCH' | 'METER_SIGN'): Promise<void> {
    const { field } = this;
    this.isBusy = true;
    field.excused.add(id);
    field.devices[id].wiring = wiring;
    await this.until(alarm, () => field.rig.alarm(alarm) !== undefined, FOUND_WITHIN_MS);
    await field.run(60_000);
    const measuredA = field.capacity(id).measuredA;
    const trueA = field.flowA(id);
    if (measuredA && PHASES.some((p) => Math.max(...measuredA) < trueA[p] - CHANGE_A))
      this.low.push(`${alarm}: ${measuredA}`);
    Object.assign(field.devices[id], GOOD);
    await this.until(`end of ${alarm}`, () => field.rig.alarm(alarm) === undefined, 2 * FOUND_WITHIN_MS);
    await field.run(20_000);
    field.excused.delete(id);
    this.isBusy = false;
  }
}

const SENTINELS = [
  [0x7fc0, 0],
  [0xffff, 0xffff],
  [0x7f80, 0],
] as const;

const NO_SCALES = [scaled(1, 65, 10), scaled(13, 17, 1000), scaled(13, 17, 0.1), scaled(13, 17, 0.001), swappedWords];

function one<T>(rng: Rng, choices: readonly [T, ...T[]] | readonly T[]): T {
  return choices[rng.int(choices.length)] as T;
}

const FAULTS: readonly Fault[] = [
  { row: 1, name: 'one timeout', play: (soak, id) => soak.withLine(id, { isSilent: true }, 300) },
  { row: 2, name: 'silent', play: (soak, id) => soak.withLine(id, { isSilent: true }, soak.rng.between(4000, 60_000)) },
  { row: 3, name: 'exception 1, 2', play: (soak, id) => soak.with(id, { exception: 1 + soak.rng.int(2) }, 30_000) },
  {
    row: 4,
    name: 'exception 4, 6, 11',
    play: (soak, id) => soak.with(id, { exception: one(soak.rng, [4, 6, 11]) }, soak.rng.between(200, 30_000)),
  },
  {
    row: 5,
    name: 'no value',
    play: (soak, id) => {
      const mangle = overwrite(one(soak.rng, [1, 3, 13, 15, 17, 25, 65]), ...one(soak.rng, SENTINELS));
      return soak.with(id, { mangle }, soak.rng.between(200, 20_000));
    },
  },
  {
    row: 6,
    name: 'frozen',
    play: async (soak) => {
      soak.isBusy = true;
      soak.field.excused.add('garage');
      soak.field.devices.garage.isFrozen = true;
      await soak.until('frozen', () => soak.field.pollers.garage.belief.state === 'lost', 80_000);
      await soak.field.run(20_000);
      Object.assign(soak.field.devices.garage, GOOD);
      await soak.field.run(10_000);
      soak.field.excused.delete('garage');
      soak.isBusy = false;
    },
  },
  {
    row: 7,
    name: 'swapped phases',
    play: (soak) => soak.wired('garage', ([l1, l2, l3]): PhaseAmps => [l2, l3, l1], 'PHASE_MISMATCH'),
  },
  {
    row: 8,
    name: 'counts backwards',
    play: (soak) => soak.wired('garage', (currentA) => mapPhases((p) => -currentA[p]), 'METER_SIGN'),
  },
  {
    row: 9,
    name: 'another device',
    play: async (soak, id) => {
      soak.field.devices[id].bus.line.isSilent = true;
      await soak.field.run(1000);
      soak.field.devices[id].bus.line.isSilent = false;
      await soak.with(id, { stranger: strangerMeter() }, soak.rng.between(1000, 60_000));
    },
  },
  {
    row: 10,
    name: 'word order, scale',
    play: (soak, id) => soak.with(id, { mangle: one(soak.rng, NO_SCALES) }, soak.rng.between(200, 20_000)),
  },
  { row: 11, name: 'half-open', play: (soak) => soak.withLine('grid', { isSilent: true }, 15_000) },
  { row: 12, name: 'refused', play: (soak) => soak.withLine('grid', { isDown: true }, soak.rng.between(100, 40_000)) },
  { row: 13, name: 'slow line', play: (soak) => soak.withLine('garage', { latencyMs: 150 }, 30_000) },
  {
    row: 14,
    name: 'noise',
    play: (soak) => soak.withLine('garage', { noise: soak.rng.between(0.05, 0.4) }, 120_000),
  },
  {
    row: 15,
    name: 'late answers',
    play: (soak) => soak.withLine('garage', { latencyMs: soak.rng.between(380, 650) }, soak.rng.between(500, 5000)),
  },
  {
    row: 16,
    name: 'unplugged',
    play: (soak) => soak.withLine('hall', { isDown: true }, soak.rng.between(1000, 40_000)),
  },
  { row: 17, name: '700 ms a read', play: (soak) => soak.withLine('grid', { latencyMs: 350 }, 30_000) },
];

t.test(`${HOURS} h of faults: no wrong value is accepted`, { timeout: 7_200_000 }, async (t) => {
  t.comment(`seed ${SEED}; replay: EVENKEEL_SEED=${SEED} EVENKEEL_METER_HOURS=${HOURS} node build/test/meters.test.js`);
  const soak = new Soak(SEED);
  const { field } = soak;
  while (field.time.nowMs < HOURS * MS_PER_HOUR && field.wrong.length + soak.low.length + soak.late.length === 0) {
    await field.run(soak.rng.between(15_000, 60_000));
    const fault = one(soak.rng, FAULTS);
    soak.playing = `row ${fault.row} ${fault.name}`;
    soak.counts.set(soak.playing, (soak.counts.get(soak.playing) ?? 0) + 1);
    await fault.play(soak, one(soak.rng, METER_IDS));
  }
  await field.run(60_000);
  t.comment([...soak.counts].map(([name, count]) => `${name}: ${count}`).join(', '));
  const shares = METER_IDS.map((id) => `${id} ${((100 * soak.onlineS[id]) / soak.seconds).toFixed(1)} %`);
  const accepted = METER_IDS.reduce((sum, id) => sum + field.accepted[id], 0);
  t.comment(`${accepted} values accepted, ${field.wrong.length} wrong; available: ${shares.join(', ')}`);
  t.same(field.wrong, [], 'accepted, but never flowed');
  t.same(soak.low, [], 'reckoned below what the building takes');
  t.same(soak.late, [], 'found too late');
  t.same(
    METER_IDS.map((id) => field.pollers[id].belief.state),
    ['online', 'online', 'online'],
    'all is well again',
  );
});
