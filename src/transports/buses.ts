/** The bus to a connection of the configuration. */
import type { Ms } from '../base/units.js';
import type { RegisterBus } from '../ports/register-bus.js';
import type { Timers } from '../ports/time.js';
import { modbusTcpBus } from './modbus-tcp.js';
import { rtuBus } from './rtu-bus.js';
import { type SerialSettings, serialLine } from './serial-line.js';
import { systemClock } from './system-time.js';
import { tcpLine } from './tcp-line.js';

/** The least pause between an answer and the next request, where a device needs more than the line does. */
interface Turnaround {
  readonly turnaroundMs?: Ms | undefined;
}

type TcpAddress = { readonly host: string; readonly port: number };

export type BusConnection =
  | ({ readonly kind: 'tcp' } & TcpAddress)
  | ({ readonly kind: 'rtu+tcp' } & TcpAddress & Turnaround)
  | ({ readonly kind: 'rtu' } & SerialSettings & Turnaround);

/** Start, eight data bits, parity or a second stop bit, stop (Modbus over serial line V1.02, 2.5.1). */
const BITS_PER_CHARACTER = 11;
/** Between two frames; above 19200 bit/s a fixed time (2.5.1.1). */
const GAP_CHARACTERS = 3.5;
const GAP_MIN_MS: Ms = 1.75;

function lineGapMs(baud: number): Ms {
  return Math.max(GAP_MIN_MS, (GAP_CHARACTERS * BITS_PER_CHARACTER * 1000) / baud);
}

/** Opens nothing before the first read. */
export function busFor(connection: BusConnection, timers: Timers): RegisterBus {
  const time = { clock: systemClock, timers };
  if (connection.kind === 'tcp') return modbusTcpBus(connection, timers);
  const turnaroundMs = connection.turnaroundMs ?? 0;
  if (connection.kind === 'rtu+tcp') return rtuBus(tcpLine(connection, timers), turnaroundMs, time);
  return rtuBus(serialLine(connection), Math.max(turnaroundMs, lineGapMs(connection.baud)), time);
}
