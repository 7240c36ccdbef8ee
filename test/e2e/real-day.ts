/**
 * An afternoon and evening of a real building and its garage within half a minute, every part a process of its own, and
 * judged from outside: what the slaves enforce by their datagrams, what flows by the meter's registers and the copper.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setInterval as every } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { closedTcpPort, discoveryPort } from '../helpers/daemon-process.js';
import { judge, StatusWatch } from './fuse-watch.js';
import { eventually, lateMsBetween } from '../helpers/machine.js';
import { Bench, evenkeelCommand } from './bench.js';
import { sites } from './side-by-side.js';
import { Ear, portOf } from './wire.js';

const RECORDED = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const HAS_RECORDED = existsSync(join(RECORDED, 'trondheim-sessions.csv'));
/** A busy time of a busy day. */
const { start, seed } = HAS_RECORDED ? { start: '17:00', seed: 2 } : { start: '19:00', seed: 4 };
const FACTOR = 600;
/** Half a minute: five hours. */
const SAMPLES = 300;
const SAMPLE_MS = 100;
/** From the start of the processes to the beginning of the day. */
const HEAD_START_MS = 3_000;
const HEAD_START_MAX_MS = 60_000;
const MAIN_A = 40;
const GARAGE_A = 36;
/** Meter and copper renew their values, the poll, the cycle, and the second in which a meter may lag behind. */
const LIMITS_FOLLOW_MS = 200 + 250 + 50 + 1_000;
/** And the 5 s that IEC 61851-1 gives a vehicle. */
const VEHICLES_FOLLOW_MS = LIMITS_FOLLOW_MS + 5_000;
/** Registers and copper are read a moment apart. */
const TOLERANCE_A = 1;
const IDS = ['cp1', 'cp2', 'cp3', 'cp4', 'cp5', 'cp6'] as const;
const ROTATIONS = ['RST', 'STR', 'TRS', 'RST', 'STR', 'TRS'] as const;
const PHASES = [0, 1, 2] as const;

type Amps3 = readonly [number, number, number];

function masterFile(ports: { readonly meter: number; readonly discovery: number }): string {
  const points = IDS.map((id, index) => `  - { id: ${id}, circuit: garage, rotation: ${ROTATIONS[index]} }`);
  return `site: A real day
leaseMs: 6000
circuits:
  - { id: main, limitA: ${MAIN_A}, headroomA: 2, meter: grid, fallbackA: 34 }
  - { id: garage, parent: main, limitA: ${GARAGE_A} }
meters:
  - { id: grid, model: siemens-pac2200, connection: "tcp://127.0.0.1:${ports.meter}" }
discovery: { port: ${ports.discovery}, interfaces: [lo], autoAdopt: false }
chargePoints:
${points.join('\n')}
`;
}

/** The conductor between charge points and meter, cut open: what flows is read and passed on. */
class Copper {
  readonly #currents = new Map<string, Amps3>();
  readonly #socket = createSocket('udp4');

  async open(meterPort: number): Promise<number> {
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    this.#socket.on('message', (bytes) => {
      const report = JSON.parse(bytes.toString()) as { chargePointId: string; currentA: Amps3 };
      this.#currents.set(report.chargePointId, report.currentA);
      this.#socket.send(bytes, meterPort, '127.0.0.1');
    });
    return portOf(this.#socket);
  }

  get charging(): readonly string[] {
    return [...this.#currents].filter(([, currentA]) => Math.max(...currentA) > 0).map(([id]) => id);
  }

  sumOn(phase: 0 | 1 | 2): number {
    return [...this.#currents.values()].reduce((sumA, currentA) => sumA + currentA[phase], 0);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A Modbus client of a few lines: currents are magnitudes from register 13 on, the powers from 25 on have the sign. */
class Registers {
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
  }

  async read(): Promise<Amps3> {
    this.#socket.write(Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 13, 0, 18]));
    const [answer] = (await once(this.#socket, 'data')) as [Buffer];
    const value = (register: number): number => answer.readFloatBE(9 + 2 * (register - 13));
    const signed = (phase: number): number => Math.sign(value(25 + 2 * phase)) * value(13 + 2 * phase);
    return [signed(0), signed(1), signed(2)];
  }

  close(): void {
    this.#socket.destroy();
  }
}

interface Sample {
  readonly atMs: number;
  /** What the meter shows. */
  readonly totalA: Amps3;
  /** What flows to the charge points. */
  readonly vehiclesA: Amps3;
  /** What the slaves enforce. */
  readonly limitsA: Amps3;
}

function buildingA({ totalA, vehiclesA }: Sample, phase: 0 | 1 | 2): number {
  return totalA[phase] - vehiclesA[phase];
}

/** Where limits or vehicles exceed the fuse beside even the least that the building took within the time to follow. */
function excesses(samples: readonly Sample[], what: 'limitsA' | 'vehiclesA', followMs: number): string[] {
  return samples.flatMap((sample) => {
    const dueMs = sample.atMs - followMs;
    const sinceMs = dueMs - lateMsBetween(dueMs, sample.atMs);
    const recent = samples.filter(({ atMs }) => atMs <= sample.atMs && atMs >= sinceMs);
    return PHASES.flatMap((p) => {
      const leastA = Math.min(...recent.map((each) => buildingA(each, p)));
      const sumA = sample[what][p] + leastA;
      if (sample[what][p] === 0 || sumA <= MAIN_A + TOLERANCE_A) return [];
      return [`L${p + 1}: ${sample[what][p].toFixed(1)} A beside at least ${leastA.toFixed(1)} A`];
    });
  });
}

function secondsAbove(samples: readonly Sample[], limitA: number): number {
  return (samples.filter(({ totalA }) => Math.max(...totalA) > limitA).length * SAMPLE_MS) / 1000;
}

function limitsOn(phase: 0 | 1 | 2, watch: StatusWatch): number {
  const inForce = IDS.map((id) => watch.last(id)).filter((status) => status && status.gridPhases & (1 << phase));
  return inForce.reduce((sumA, status) => sumA + (status?.enforcedA ?? 0), 0);
}

interface Day {
  readonly watch: StatusWatch;
  readonly copper: Copper;
  readonly registers: Registers;
}

/** A site that was complete when its day began. Where the machine was too late for that, the next day begins later. */
async function startDay(t: Test): Promise<Day> {
  for (let headStartMs = HEAD_START_MS; ; headStartMs *= 2) {
    const bench = new Bench();
    t.teardown(() => bench.end());
    const watch = new StatusWatch();
    const beginsMs = Date.now() + headStartMs;
    const site = await startSite(bench, watch, beginsMs);
    await eventually('a STATUS of every slave', () => IDS.every((id) => watch.last(id) !== undefined));
    const lateMs = Date.now() - beginsMs;
    if (lateMs < 0 || headStartMs > HEAD_START_MAX_MS) return { ...site, watch };
    t.comment(`this machine was late by ${lateMs} ms: another day`);
    await bench.end();
  }
}

async function startSite(
  bench: Bench,
  watch: StatusWatch,
  beginsMs: number,
): Promise<{ copper: Copper; registers: Registers }> {
  const ports = { meter: await closedTcpPort(), wire: await discoveryPort(), discovery: await discoveryPort() };
  const copper = new Copper();
  const tap = await copper.open(ports.wire);
  bench.atEnd(() => copper.close());
  const day = ['--day', '--start', start, '--seed', `${seed}`, '--factor', `${FACTOR}`, '--began', `${beginsMs}`];
  if (HAS_RECORDED) day.push('--data', RECORDED);
  const building = ['--load-factor', '5', '--pv-factor', '1', '--wire', `127.0.0.1:${ports.wire}`];
  const listen = ['--listen', `127.0.0.1:${ports.meter}`];
  const meter = bench.start(evenkeelCommand('simulate', 'meter', ...listen, ...building, ...day));
  const slaves = ['--count', `${IDS.length}`, '--port', `${ports.discovery}`, '--wire', `127.0.0.1:${tap}`];
  bench.start(evenkeelCommand('simulate', 'slaves', ...slaves, ...day));
  bench.start(evenkeelCommand('run', '-c', bench.file('master.yaml', masterFile(ports))));
  const ear = await Ear.open(0, ports.discovery, (bytes, atMs) => watch.hear(bytes, atMs));
  bench.atEnd(() => ear.close());
  await meter.until('the meter listens', () => meter.text.some((line) => line.includes('Modbus TCP port')));
  const registers = new Registers(ports.meter);
  bench.atEnd(() => registers.close());
  return { copper, registers };
}

sites.add('five hours of a real day', async (t) => {
  const { watch, copper, registers } = await startDay(t);
  const samples: Sample[] = [];
  const charged = new Set<string>();
  let garageA = 0;
  for await (const _ of every(SAMPLE_MS)) {
    const totalA = await registers.read();
    const vehiclesA = [copper.sumOn(0), copper.sumOn(1), copper.sumOn(2)] as const;
    const limitsA = [limitsOn(0, watch), limitsOn(1, watch), limitsOn(2, watch)] as const;
    samples.push({ atMs: performance.now(), totalA, vehiclesA, limitsA });
    garageA = Math.max(garageA, ...vehiclesA);
    for (const id of copper.charging) charged.add(id);
    if (samples.length === SAMPLES) break;
  }

  const changes = watch.changes();
  const { highestA, violations } = judge(changes, GARAGE_A);
  const totals = PHASES.map((p) => Math.max(...samples.map(({ totalA }) => totalA[p])).toFixed(1));
  t.comment(`${HAS_RECORDED ? 'recorded' : 'generated'} day (seed ${seed}) from ${start}: ${charged.size} vehicles`);
  t.comment(`garage: limits up to ${highestA.join(', ')} A, currents up to ${garageA.toFixed(1)} A of ${GARAGE_A} A`);
  t.comment(`main: up to ${totals.join(', ')} A of ${MAIN_A} A, ${secondsAbove(samples, MAIN_A)} s above`);
  t.strictSame(violations, [], 'the enforced limits never add up to more than the fuse of the garage');
  t.ok(garageA <= GARAGE_A, 'nor does what the vehicles draw');
  t.strictSame(excesses(samples, 'limitsA', LIMITS_FOLLOW_MS), [], 'limits follow the building at once');
  t.strictSame(excesses(samples, 'vehiclesA', VEHICLES_FOLLOW_MS), [], 'and vehicles follow the limits');
  t.ok(charged.size >= 3 && Math.max(...highestA) > GARAGE_A / 2, 'several vehicles charged');
});
