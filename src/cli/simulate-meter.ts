/** A virtual meter in a process of its own: a real day or fixed currents, plus what the virtual slaves report to draw. */
import { createInterface } from 'node:readline';
import { errorText } from '../base/error-text.js';
import { fail } from '../base/result.js';
import { seededRng } from '../base/rng.js';
import { type Ms, mapPhases, PHASE_NAMES, PHASES, type PhaseAmps, perPhase } from '../base/units.js';
import { bindFailure } from '../daemon/bind-failure.js';
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import type { MeterModel } from '../meters/model.js';
import { meterModel } from '../meters/models/index.js';
import { minuteOfDay } from '../sim/day/time-lapse.js';
import { type VirtualMeter, virtualMeter } from '../sim/virtual-meter.js';
import { supplyValues } from '../sim/virtual-site.js';
import { Copper } from '../sim/wiring.js';
import { serveModbusRtu } from '../transports/modbus-rtu-server.js';
import { type RegisterImage, serveModbusTcp } from '../transports/modbus-tcp-server.js';
import { systemClock } from '../transports/system-time.js';
import { UdpSocket } from '../transports/udp.js';
import { hostPort, untilSignal } from './endpoint.js';
import { openPty } from './meter/pty.js';
import { complain, print } from './output.js';
import { building, timeLapse } from './world.js';

/** How often a meter of this kind renews its registers. */
const RENEW_MS = 100;
const NOMINAL_V = 230;
/** Modbus exception 11: a gateway has no such device behind it. */
const NOBODY_THERE = 11;

export interface SimulatedMeter {
  /** Id or alias of a known model. */
  readonly model: string;
  readonly listen: string;
  /** True: on a serial line instead. */
  readonly pty: boolean;
  readonly unit: number | undefined;
  readonly current: string;
  readonly location: 'including' | 'excluding';
  readonly day: boolean;
  readonly data: string | undefined;
  readonly seed: number;
  readonly start: string;
  readonly factor: number;
  readonly began: number | undefined;
  readonly wire: string | undefined;
  readonly loadFactor: number;
  readonly pvFactor: number;
  /** Shows for ever what it shows first. */
  readonly freeze: boolean;
  readonly late: Ms;
  readonly exception: number | undefined;
  readonly noise: number;
  readonly sentinel: 'L1' | 'L2' | 'L3' | undefined;
}

export async function simulateMeter(options: SimulatedMeter): Promise<number> {
  const model = knownModel(options.model);
  const { sentinel } = options;
  let fixedA = currentsOf(options.current);
  const phase = PHASES.find((index) => PHASE_NAMES[index] === sentinel);
  const meter = virtualMeter(model, { currentA: fixedA, voltageV: perPhase(NOMINAL_V) }, { sentinel: phase });
  const served = await serve({ ...options, model }, imageOf(options, meter));
  const copper = new Copper();
  const wire = options.wire === undefined ? undefined : await openWire(options.wire, copper);
  const values = options.day ? dayValues(options, copper) : () => withCopper(fixedA, copper, options.location);
  const noisy = noiseOf(options);
  const show = (): void => meter.set(noisy(values()));
  show();
  const renew = options.freeze ? undefined : setInterval(show, RENEW_MS);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    try {
      fixedA = currentsOf(line);
      if (!options.freeze) show();
    } catch (error) {
      complain(errorText(error));
    }
  });
  print(`${model.id} on ${served.place}`);
  await untilSignal();
  clearInterval(renew);
  lines.close();
  process.stdin.destroy();
  await Promise.all([served.close(), wire?.close()]);
  return EXIT.ok;
}

function knownModel(word: string): MeterModel {
  const model = meterModel(word);
  if (model.ok) return model.value;
  throw new ExitError(EXIT.usage, model.error.replace(/^meter model/, '--model'));
}

interface Served {
  /** "Modbus TCP port 5020" */
  readonly place: string;
  close(): Promise<void>;
}

async function serve(
  options: Omit<SimulatedMeter, 'model'> & { readonly model: MeterModel },
  image: RegisterImage,
): Promise<Served> {
  const answerAfterMs = options.late;
  if (options.pty) {
    const pty = await openPty();
    const unitId = options.unit ?? options.model.unitId;
    pty.onData(serveModbusRtu(image, { unitId, answerAfterMs }, (answer) => pty.write(answer)));
    return { place: `Modbus RTU ${pty.path}, unit ${unitId}`, close: () => pty.close() };
  }
  const server = await serveModbusTcp(image, { ...hostPort('--listen', options.listen, 0), answerAfterMs });
  if (!server.ok) throw new ExitError(EXIT.system, `--listen ${options.listen}: ${server.error}`);
  return { place: `Modbus TCP port ${server.value.port}`, close: () => server.value.close() };
}

/** The meter with its faults. Without a unit id of its own it answers to every one, as many meters on TCP do. */
function imageOf({ exception, unit }: SimulatedMeter, meter: VirtualMeter): RegisterImage {
  return {
    read(block, unitId) {
      if (unit !== undefined && unitId !== unit) return fail(NOBODY_THERE);
      return exception === undefined ? meter.read(block) : fail(exception);
    },
  };
}

/** Each value up to that many percent higher or lower. */
function noiseOf({ noise, seed }: SimulatedMeter): (values: Values) => Values {
  const rng = seededRng(seed);
  const noisy = (value: number): number => value * (1 + rng.between(-noise, noise) / 100);
  if (noise === 0) return (values) => values;
  return ({ currentA, voltageV }) => ({
    currentA: mapPhases((phase) => noisy(currentA[phase])),
    voltageV: mapPhases((phase) => noisy(voltageV[phase])),
  });
}

type Values = ReturnType<typeof supplyValues>;

function dayValues(options: SimulatedMeter, copper: Copper): () => Values {
  const house = building(options);
  const lapse = timeLapse(options.start, options.factor);
  const beganMs = options.began ?? systemClock.wallMs();
  return () =>
    supplyValues({
      building: house,
      minute: minuteOfDay(lapse, systemClock.wallMs() - beganMs),
      chargePointsA: copper.sumA(systemClock.monotonicMs()),
      meterLocation: options.location,
    });
}

function withCopper(fixedA: PhaseAmps, copper: Copper, location: SimulatedMeter['location']): Values {
  const drawnA = location === 'including' ? copper.sumA(systemClock.monotonicMs()) : perPhase(0);
  const [l1, l2, l3] = fixedA;
  return { currentA: [l1 + drawnA[0], l2 + drawnA[1], l3 + drawnA[2]], voltageV: perPhase(NOMINAL_V) };
}

async function openWire(text: string, copper: Copper): Promise<UdpSocket> {
  const { host, port } = hostPort('--wire', text, 1);
  const options = { host, port, isShared: false, mayBroadcast: false, via: '' };
  const socket = await UdpSocket.open(options).catch(bindFailure);
  socket.subscribe((bytes) => void copper.receive(bytes, systemClock.monotonicMs()));
  return socket;
}

/** "10 -5 3" or "10,-5,3". Throws an `ExitError`. */
function currentsOf(text: string): PhaseAmps {
  const [l1, l2, l3, ...more] = text
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const isGood = [l1, l2, l3].every((value) => value !== undefined && Number.isFinite(value)) && more.length === 0;
  if (!isGood) throw new ExitError(EXIT.usage, `currents: expected three numbers in A like "10 -5 3", got "${text}"`);
  return [l1 ?? 0, l2 ?? 0, l3 ?? 0];
}
