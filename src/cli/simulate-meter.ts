/** A virtual meter in a process of its own: a real day or fixed currents, plus what the virtual slaves report to draw. */
import { createInterface } from 'node:readline';
import { type PhaseAmps, perPhase } from '../base/units.js';
import { bindFailure } from '../daemon/bind-failure.js';
import { EXIT, ExitError } from '../daemon/exit-codes.js';
import type { MeterModel } from '../meters/model.js';
import { minuteOfDay } from '../sim/day/time-lapse.js';
import { virtualMeter } from '../sim/virtual-meter.js';
import { supplyValues } from '../sim/virtual-site.js';
import { Copper } from '../sim/wiring.js';
import { serveModbusTcp } from '../transports/modbus-tcp-server.js';
import { systemClock } from '../transports/system-time.js';
import { UdpSocket } from '../transports/udp.js';
import { hostPort, untilSignal } from './endpoint.js';
import { complain, print } from './output.js';
import { building, timeLapse } from './world.js';

/** How often a meter of this kind renews its registers. */
const RENEW_MS = 100;
const NOMINAL_V = 230;

export interface SimulatedMeter {
  readonly model: MeterModel;
  readonly listen: string;
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
}

export async function simulateMeter(options: SimulatedMeter): Promise<number> {
  let fixedA = currentsOf(options.current);
  const meter = virtualMeter(options.model, { currentA: fixedA, voltageV: perPhase(NOMINAL_V) });
  const server = await serveModbusTcp(meter, hostPort('--listen', options.listen, 0));
  if (!server.ok) throw new ExitError(EXIT.system, `--listen ${options.listen}: ${server.error}`);
  const copper = new Copper();
  const wire = options.wire === undefined ? undefined : await openWire(options.wire, copper);
  const show = options.day ? dayValues(options, copper) : () => withCopper(fixedA, copper, options.location);
  const renew = setInterval(() => meter.set(show()), RENEW_MS);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    try {
      fixedA = currentsOf(line);
      meter.set(show());
    } catch (error) {
      complain(error instanceof Error ? error.message : String(error));
    }
  });
  print(`${options.model.id} on Modbus TCP port ${server.value.port}`);
  await untilSignal();
  clearInterval(renew);
  lines.close();
  process.stdin.destroy();
  await Promise.all([server.value.close(), wire?.close()]);
  return EXIT.ok;
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
