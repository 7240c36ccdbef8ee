/**
 * RegisterBus over Modbus TCP: one connection, one request at a time, each with a deadline of its own.
 * The framing and the transaction ids are modbus-serial's. The socket is ours, because the package has no default
 * timeout, does not notice a reset while it waits, and never reconnects: after a timeout, a wrong answer or a close the
 * connection is destroyed, and the next read opens a new one. So no late answer can be taken for a later request.
 */
import net from 'node:net';
import { assert } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { BusError, RegisterBlock, RegisterBus } from '../ports/register-bus.js';
import type { Timers } from '../ports/time.js';
import { type ModbusClient, newModbusClient } from './modbus-serial.js';

/** Reads that may wait behind the one in flight; more are refused. */
const MAX_WAITING = 16;

/** Modbus application protocol V1.1b3, section 7. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};

type ReadResult = Result<Uint16Array, BusError>;

const CLOSED: BusError = { kind: 'unreachable', text: 'the bus is closed' };

interface Request {
  readonly unitId: number;
  readonly block: RegisterBlock;
  readonly timeoutMs: Ms;
  /** Only the first call counts. */
  readonly settle: (result: ReadResult) => void;
}

interface Connection {
  readonly socket: net.Socket;
  /** Stays pending when the connection fails. */
  readonly client: Promise<ModbusClient>;
  /** Why the socket closed. */
  endedBy: BusError;
}

function errorText(error: unknown): string {
  // A name with several addresses: each failed, the first failure says enough.
  if (error instanceof AggregateError) return errorText(error.errors[0]);
  // The package throws objects that are not Errors but carry a message.
  return String((error as { readonly message?: unknown }).message);
}

/** What modbus-serial rejected with, as a bus error. */
function readError(error: unknown): BusError {
  const { modbusCode, name } = error as { readonly modbusCode?: unknown; readonly name?: unknown };
  if (typeof modbusCode === 'number') {
    const meaning = EXCEPTIONS[modbusCode] ?? 'unknown code';
    return { kind: 'exception', text: `exception ${modbusCode}: ${meaning}`, exceptionCode: modbusCode };
  }
  if (name === 'TransactionTimedOutError') return { kind: 'timeout', text: 'no answer in time' };
  return { kind: 'garbled', text: `garbled answer: ${errorText(error)}` };
}

async function readBlock(client: ModbusClient, { unitId, block, timeoutMs }: Request): Promise<ReadResult> {
  const { functionCode, address, count } = block;
  client.setID(unitId);
  client.setTimeout(timeoutMs);
  try {
    const answer =
      functionCode === 3
        ? await client.readHoldingRegisters(address, count)
        : await client.readInputRegisters(address, count);
    // The package checks the length of the frame, but not the byte count inside it.
    if (answer.data.length === count) return ok(Uint16Array.from(answer.data));
    return fail({ kind: 'garbled', text: `garbled answer: ${answer.data.length} registers instead of ${count}` });
  } catch (error) {
    return fail(readError(error));
  }
}

function connect(target: ModbusTcpTarget): Connection {
  const socket = net.connect({ ...target, noDelay: true });
  const client = new Promise<ModbusClient>((resolve) => {
    socket.once('connect', () => {
      const modbus = newModbusClient();
      // The package's timer of an unanswered read ends with the socket; it insists on a callback.
      socket.once('close', () => modbus.destroy(() => {}));
      modbus.linkTCP(socket, { port: target.port }, () => resolve(modbus));
    });
  });
  const connection: Connection = {
    socket,
    client,
    endedBy: { kind: 'unreachable', text: 'connection closed by the device' },
  };
  socket.on('error', (error) => {
    connection.endedBy = { kind: 'unreachable', text: errorText(error) };
  });
  return connection;
}

export interface ModbusTcpTarget {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

class ModbusTcpBus implements RegisterBus {
  readonly #target: ModbusTcpTarget;
  readonly #timers: Timers;
  readonly #waiting: Request[] = [];
  #inFlight: Request | undefined;
  #connection: Connection | undefined;
  #closed = false;

  constructor(target: ModbusTcpTarget, timers: Timers) {
    assert(Number.isInteger(target.port) && target.port >= 1 && target.port <= 65_535, `port ${target.port}`);
    this.#target = target;
    this.#timers = timers;
  }

  read(unitId: number, block: RegisterBlock, timeoutMs: Ms): Promise<ReadResult> {
    if (this.#closed) return Promise.resolve(fail(CLOSED));
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.resolve(fail({ kind: 'unreachable', text: `busy: ${MAX_WAITING} reads are waiting already` }));
    }
    return new Promise((resolve) => {
      const settle = (result: ReadResult): void => {
        cancel();
        resolve(result);
      };
      const request: Request = { unitId, block, timeoutMs, settle };
      const cancel = this.#timers.after(timeoutMs, () => this.#expire(request));
      this.#waiting.push(request);
      if (!this.#inFlight) void this.#work();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const request of this.#waiting.splice(0)) request.settle(fail(CLOSED));
    this.#inFlight?.settle(fail(CLOSED));
    await this.#drop();
  }

  /** The deadline of a request: whatever is being done for it ends here. */
  #expire(request: Request): void {
    if (request === this.#inFlight) {
      const missing = this.#connection?.socket.connecting ? 'connection' : 'answer';
      request.settle(fail({ kind: 'timeout', text: `no ${missing} within ${request.timeoutMs} ms` }));
      void this.#drop();
      return;
    }
    this.#waiting.splice(this.#waiting.indexOf(request), 1);
    request.settle(fail({ kind: 'timeout', text: `not asked within ${request.timeoutMs} ms: the bus was busy` }));
  }

  async #work(): Promise<void> {
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      this.#inFlight = request;
      const result = await this.#perform(request);
      // After an exception the connection is in order; after anything else an answer may still be on its way.
      if (!result.ok && result.error.kind !== 'exception') await this.#drop();
      request.settle(result);
    }
    this.#inFlight = undefined;
  }

  #perform(request: Request): Promise<ReadResult> {
    if (!this.#connection || this.#connection.socket.destroyed) this.#connection = connect(this.#target);
    const { socket, client } = this.#connection;
    const connection = this.#connection;
    return new Promise((resolve) => {
      const ended = (): void => resolve(fail(connection.endedBy));
      socket.once('close', ended);
      void client
        .then((modbus) => readBlock(modbus, request))
        .then((result) => {
          socket.off('close', ended);
          resolve(result);
        });
    });
  }

  /** Destroys the connection, and with it every answer that is still on its way; resolves when the socket is closed. */
  async #drop(): Promise<void> {
    const connection = this.#connection;
    if (!connection || connection.socket.closed) return;
    connection.socket.destroy();
    await new Promise((resolve) => connection.socket.once('close', resolve));
  }
}

/** A bus to one Modbus TCP device. Connects at the first read. */
export function modbusTcpBus(target: ModbusTcpTarget, timers: Timers): RegisterBus {
  return new ModbusTcpBus(target, timers);
}
