/**
 * A site in virtual time whose meters are read by the product's own pollers over lines that carry real frames: a grid meter
 * on TCP, two more on one serial line, charge points behind two of them. Everything can be broken, and what is accepted is
 * judged from outside, against what really flowed.
 */
import { fail, ok, type Result } from '../../src/base/result.js';
import { toGrid } from '../../src/base/rotation.js';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { mapPhases, type Ms, NO_AMPS, PHASES, type PhaseAmps, perPhase } from '../../src/base/units.js';
import type { CircuitCapacity } from '../../src/dlm/load/capacity.js';
import type { MeterModel } from '../../src/meters/model.js';
import { decodeWords, encodeWords } from '../../src/modbus/encodings.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import type { RegisterBlock } from '../../src/ports/register-bus.js';
import { MeterPoller, type PollerEvent } from '../../src/runtime/poller.js';
import { VirtualBus } from '../../src/sim/virtual-bus.js';
import { type VirtualMeter, virtualMeter } from '../../src/sim/virtual-meter.js';
import { VirtualTime } from '../../src/sim/virtual-time.js';
import { Rig } from '../dlm/rig.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

export const METER_IDS = ['grid', 'garage', 'hall'] as const;
export type MeterId = (typeof METER_IDS)[number];

/** Where this make says its serial number. */
const SERIAL_AT = 9000;
const MODEL: MeterModel = {
  ...SIEMENS_PAC2200,
  identity: {
    name: 'serial number',
    address: SERIAL_AT,
    functionCode: 3,
    form: { kind: 'number', encoding: 'uint32', wordOrder: 'big' },
  },
  updateMs: 1000,
  // Two reads for a poll.
  limits: { ...SIEMENS_PAC2200.limits, maxRegisters: 18 },
};
const UNIT = { grid: 1, garage: 1, hall: 2 } as const;
const POLL_PERIOD_MS = { grid: 250, garage: 500, hall: 500 } as const;
export const FUSE_A = { grid: 63, garage: 40, hall: 32 } as const;
/** A float32 is as good as exact at these values. */
const RESOLUTION_A = 0.01;
const RENEW_AFTER_MS = 300;
const TRUTHS_KEPT = 20;

/** One meter as a device on its line, and what is wrong with it. */
export interface Device {
  readonly bus: VirtualBus;
  readonly image: VirtualMeter;
  serial: number;
  /** Another device that answers in its place. */
  stranger: VirtualMeter | undefined;
  isFrozen: boolean;
  wiring: (currentA: PhaseAmps) => PhaseAmps;
  mangle: ((block: RegisterBlock, words: Uint16Array) => Uint16Array) | undefined;
  exception: number;
}

interface Truth {
  readonly atMs: Ms;
  readonly flowA: Readonly<Record<MeterId, PhaseAmps>>;
  /** What nobody controls behind each meter. */
  readonly othersA: Readonly<Record<MeterId, PhaseAmps>>;
}

export type Told = PollerEvent & { readonly atMs: Ms };

export class Field {
  readonly time = new VirtualTime();
  readonly rng: Rng;
  readonly rig: Rig;
  readonly devices: Readonly<Record<MeterId, Device>>;
  readonly pollers: Readonly<Record<MeterId, MeterPoller>>;
  readonly told: Told[] = [];
  /** What nobody controls, by where it hangs: it wanders, unless it is held. */
  ownA: Record<MeterId, PhaseAmps> = { grid: [9, 6, 7], garage: [3, 4, 3], hall: [6, 5, 8] };
  wanders = true;
  /** Values that were accepted, and those of them that had never flowed in the time that they may be of. */
  readonly accepted = { grid: 0, garage: 0, hall: 0 };
  readonly wrong: string[] = [];
  /** Called after each second. */
  onTick: () => void = () => {};
  /** Not judged: what the device shows is wrong in a way that only time or the charge points can tell. */
  readonly excused = new Set<MeterId>();
  #truths: readonly Truth[] = [];
  readonly #clock = this.time.node();

  constructor(seed: number, isQuiet = false) {
    this.rng = seededRng(seed);
    this.wanders = !isQuiet;
    const common = { limitA: perPhase(FUSE_A.garage), fallbackA: perPhase(20) };
    const circuits = [
      circuit({ id: 'main', limitA: perPhase(FUSE_A.grid), meter: 'grid', fallbackA: perPhase(20) }),
      circuit({ id: 'garage', parent: 'main', meter: 'garage', ...common }),
      circuit({ id: 'hall', parent: 'main', limitA: perPhase(FUSE_A.hall), meter: 'hall' }),
    ];
    const chargePoints = [
      chargePoint({ id: 'a', circuit: 'garage', rotation: 'RST' }),
      chargePoint({ id: 'b', circuit: 'garage', rotation: 'STR' }),
      chargePoint({ id: 'c', circuit: 'main' }),
    ];
    this.rig = new Rig({ site: site({ autoAdopt: false, circuits, chargePoints, defaultCircuit: 'main' }) });
    const tcp = new VirtualBus({ kind: 'tcp', rng: this.rng, ...this.#clock });
    const line = new VirtualBus({ kind: 'rtu', rng: this.rng, ...this.#clock });
    this.devices = {
      grid: this.#device('grid', tcp),
      garage: this.#device('garage', line),
      hall: this.#device('hall', line),
    };
    this.pollers = { grid: this.#poller('grid'), garage: this.#poller('garage'), hall: this.#poller('hall') };
    this.rig.slave('a').plugIn({ phases: 1, maxA: 16 });
    this.rig.slave('b').plugIn({ phases: 1, maxA: 16 });
    this.#second();
    this.#renew();
    for (const id of METER_IDS) this.pollers[id].start();
  }

  #device(id: MeterId, bus: VirtualBus): Device {
    const device: Device = {
      bus,
      image: virtualMeter(MODEL, { currentA: NO_AMPS, voltageV: perPhase(230) }),
      serial: 1000 + METER_IDS.indexOf(id),
      stranger: undefined,
      isFrozen: false,
      wiring: (currentA) => currentA,
      mangle: undefined,
      exception: 0,
    };
    bus.devices.set(UNIT[id], { read: (block) => answerOf(device, block) });
    return device;
  }

  #poller(id: MeterId): MeterPoller {
    const times = { pollPeriodMs: POLL_PERIOD_MS[id], timeoutMs: 400, maxAgeMs: 3000 };
    return new MeterPoller(
      { meterId: id, model: MODEL, unitId: UNIT[id], ...times, limitA: perPhase(FUSE_A[id]) },
      {
        bus: this.devices[id].bus,
        ...this.#clock,
        rng: this.rng,
        drawnA: () => this.rig.controller.drawnBehindA(id, this.time.nowMs),
        emit: (event) => this.#hear(id, event),
      },
    );
  }

  #hear(id: MeterId, event: PollerEvent): void {
    const nowMs = this.time.nowMs;
    const { controller } = this.rig;
    if (event.kind !== 'sample') this.told.push({ ...event, atMs: nowMs });
    if (event.kind === 'lost') controller.loseMeter(id, event.reason, nowMs);
    else if (event.kind === 'suspect') controller.doubtMeter(id);
    else if (event.kind === 'overload') controller.hearOverload(id, known(event.currentA), nowMs);
    else if (event.kind === 'sample') {
      const currentA = known(event.reading.currentA);
      this.accepted[id] += 1;
      if (!this.excused.has(id)) this.#judge(id, currentA, event.sampledAtMs - event.updateMs);
      controller.hearMeter(id, { ...event, currentA }, nowMs);
    }
  }

  /** What is accepted must have flowed at a moment that the sample may be of. */
  #judge(id: MeterId, currentA: PhaseAmps, fromMs: Ms): void {
    const isTrue = this.#truths.some(({ flowA }, index) => {
      const endMs = this.#truths[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      return endMs >= fromMs && PHASES.every((p) => Math.abs(flowA[id][p] - currentA[p]) <= RESOLUTION_A);
    });
    if (!isTrue) this.wrong.push(`${id} ${currentA.join(' ')} A at ${this.time.nowMs} ms`);
  }

  /** All changes happen once in a second; the meters renew their registers a little later. */
  #second(): void {
    const nowMs = this.time.nowMs;
    if (this.wanders) this.#wander();
    this.rig.nowMs = nowMs;
    this.rig.cycle();
    const othersA = { ...this.ownA, grid: sum(this.ownA.grid, this.ownA.garage, this.ownA.hall) };
    const garageA = sum(this.ownA.garage, this.#drawnA('a'), this.#drawnA('b'));
    const flowA = {
      garage: garageA,
      hall: this.ownA.hall,
      grid: sum(this.ownA.grid, garageA, this.ownA.hall, this.#drawnA('c')),
    };
    this.#truths = [...this.#truths, { atMs: nowMs, flowA, othersA }].slice(-TRUTHS_KEPT);
    this.time.at(nowMs + RENEW_AFTER_MS, () => this.#renew());
    this.time.at(nowMs + 1000, () => this.#second());
    this.onTick();
  }

  #renew(): void {
    for (const id of METER_IDS) {
      const { image, isFrozen, wiring } = this.devices[id];
      const voltageV = mapPhases(() => this.rng.between(228, 232));
      if (!isFrozen) image.set({ currentA: wiring(this.flowA(id)), voltageV });
    }
  }

  #wander(): void {
    const limits = { grid: [2, 14], garage: [2, 6], hall: [2, 12] } as const;
    for (const id of METER_IDS) {
      const [low, high] = limits[id];
      const step = (): number => (this.rng.chance(0.02) ? this.rng.between(-6, 6) : this.rng.between(-0.4, 0.4));
      this.ownA[id] = mapPhases((p) => Math.min(high, Math.max(low, this.ownA[id][p] + step())));
    }
  }

  /** What a charge point draws, grid order. */
  #drawnA(id: string): PhaseAmps {
    return toGrid(this.rig.record(id).facts.rotation, this.rig.slave(id).status(this.time.nowMs).currentA);
  }

  flowA(id: MeterId): PhaseAmps {
    return this.#truths.at(-1)?.flowA[id] ?? NO_AMPS;
  }

  /** The least that nobody controlled behind a meter in the last seconds. */
  leastOthersA(id: MeterId, seconds: number): PhaseAmps {
    return mapPhases((p) => Math.min(...this.#truths.slice(-seconds).map(({ othersA }) => othersA[id][p])));
  }

  capacity(id: MeterId): CircuitCapacity {
    const index = { grid: 0, garage: 1, hall: 2 }[id];
    const capacity = this.rig.controller.circuits(this.time.nowMs)[index]?.capacity;
    if (!capacity) throw new Error(`no circuit of ${id}`);
    return capacity;
  }

  async run(durationMs: Ms): Promise<void> {
    const untilMs = this.time.nowMs + durationMs;
    do await settled();
    while (this.time.step(untilMs));
  }

  /** The kinds of what was told of a meter, in order, without samples. */
  kinds(id: MeterId): string {
    return this.told.flatMap((event) => (event.meterId === id ? [event.kind] : [])).join(' ');
  }

  /** Why a meter was lost, or what was wrong with its answers. */
  texts(id: MeterId, kind: 'lost' | 'error'): readonly string[] {
    return this.told.flatMap((event) => {
      if (event.meterId !== id || event.kind !== kind) return [];
      return [event.kind === 'lost' ? event.reason : event.kind === 'error' ? event.text : ''];
    });
  }
}

function known(currentA: readonly [number | null, number | null, number | null]): PhaseAmps {
  return mapPhases((p) => currentA[p] ?? 0);
}

function sum(...parts: readonly PhaseAmps[]): PhaseAmps {
  return mapPhases((p) => parts.reduce((total, part) => total + part[p], 0));
}

function answerOf(device: Device, block: RegisterBlock): Result<Uint16Array, number> {
  if (device.exception > 0) return fail(device.exception);
  if (block.address === SERIAL_AT) return ok(Uint16Array.of(0, device.stranger ? 4711 : device.serial));
  const words = (device.stranger ?? device.image).read(block);
  return words.ok && device.mangle ? ok(device.mangle(block, words.value)) : words;
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Words over the registers from `address` on, where a block has them. */
export function overwrite(address: number, ...put: readonly number[]): Device['mangle'] {
  return (block, words) => words.map((word, index) => put[block.address + index - address] ?? word);
}

export function strangerMeter(): VirtualMeter {
  return virtualMeter(MODEL, { currentA: [1.5, 2.5, 3.5], voltageV: [231, 229, 230] });
}

/** The float32 values from one register to another, each times `factor`. */
export function scaled(first: number, last: number, factor: number): Device['mangle'] {
  return (block, words) => {
    const changed = words.slice();
    for (let at = first; at <= last; at += 2) {
      const offset = at - block.address;
      if (offset < 0 || offset + 2 > words.length) continue;
      const value = decodeWords(words.slice(offset, offset + 2), 'float32', 'big');
      changed.set(encodeWords(value * factor, 'float32', 'big'), offset);
    }
    return changed;
  };
}

export const swappedWords: Device['mangle'] = (_block, words) => words.map((_, index) => words[index ^ 1] ?? 0);

/** A device without faults. */
export const GOOD: Pick<Device, 'stranger' | 'isFrozen' | 'wiring' | 'mangle' | 'exception'> = {
  stranger: undefined,
  isFrozen: false,
  wiring: (currentA) => currentA,
  mangle: undefined,
  exception: 0,
};
