/**
 * RegisterBus over Modbus TCP: one connection, one request at a time, each with a deadline of its own.
 * The framing and the transaction ids are modbus-serial's. The socket is ours, because the package has no default
 * timeout, does not notice a reset while it waits, and never reconnects: after a timeout, a wrong answer or a close the
 * connection is destroyed, and the next read opens a new one. So no late answer can be taken for a later request.
 */
import net from 'node:net';
import { assert } from '../base/assert.js';
import { fail, ok } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { BusError, ReadTerms, RegisterBlock, RegisterBus } from '../ports/register-bus.js';
import type { Timers } from '../ports/time.js';
import { errorText, exceptionError, garbled, type ReadResult, unreachable } from './bus-errors.js';
import { BusQueue, type BusRequest } from './bus-queue.js';
import { type ModbusClient, newModbusClient } from './modbus-serial.js';
import { systemClock } from './system-time.js';

/** What is read at once. */
const CHUNK_BYTES = 512;
/** A frame has 260 bytes at most; more than two of them for one request were not asked for. */
const ANSWER_MAX_BYTES = 520;

interface Connection {
  readonly socket: net.Socket;
  /** Since the last request. */
  heardBytes: number;
  /** Once it is connected. */
  client: ModbusClient | undefined;
  /** Why the socket closed. */
  endedBy: BusError;
  onConnect: (client: ModbusClient) => void;
  onClose: () => void;
}

/** What modbus-serial rejected with, as a bus error. */
function readError(error: unknown): BusError {
  const { modbusCode } = error as { readonly modbusCode?: unknown };
  return typeof modbusCode === 'number' ? exceptionError(modbusCode) : garbled(errorText(error)).error;
}

type Read = (
  client: ModbusClient,
  address: number,
  count: number,
) => Promise<{ readonly data: readonly (boolean | number)[] }>;

const READS: { readonly [code in RegisterBlock['functionCode']]: Read } = {
  1: (client, address, count) => client.readCoils(address, count),
  2: (client, address, count) => client.readDiscreteInputs(address, count),
  3: (client, address, count) => client.readHoldingRegisters(address, count),
  4: (client, address, count) => client.readInputRegisters(address, count),
};

async function readBlock(client: ModbusClient, { unitId, block }: BusRequest): Promise<ReadResult> {
  const { functionCode, address, count } = block;
  client.setID(unitId);
  try {
    const { data } = await READS[functionCode](client, address, count);
    // The package checks the length of the frame, but not the byte count inside it. Bits come up to the end of a byte.
    const isWhole = functionCode > 2 ? data.length === count : data.length === Math.ceil(count / 8) * 8;
    if (isWhole) return ok(Uint16Array.from(data, Number).subarray(0, count));
    return garbled(`${data.length} registers instead of ${count}`);
  } catch (error) {
    return fail(readError(error));
  }
}

function connect(target: ModbusTcpTarget): Connection {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  const onread = { buffer, callback: (bytes: number): boolean => hear(connection, buffer.subarray(0, bytes)) };
  const socket = net.connect({ ...target, noDelay: true, onread });
  const connection: Connection = {
    socket,
    heardBytes: 0,
    client: undefined,
    endedBy: { kind: 'unreachable', text: 'connection closed by the device' },
    onConnect: () => {},
    onClose: () => {},
  };
  socket.once('connect', () => {
    const client = newModbusClient();
    client.linkTCP(socket, { port: target.port }, () => {
      connection.client = client;
      connection.onConnect(client);
    });
  });
  socket.on('error', (error) => {
    connection.endedBy = unreachable(error);
  });
  socket.once('close', () => connection.onClose());
  return connection;
}

/**
 * The package parses whatever comes, at once: a device that talks without end is cut off before. What it is given must be a
 * copy, since the buffer is used again.
 */
function hear(connection: Connection, bytes: Buffer): boolean {
  const { socket } = connection;
  connection.heardBytes += bytes.length;
  if (connection.heardBytes <= ANSWER_MAX_BYTES) socket.emit('data', Buffer.from(bytes));
  else {
    connection.endedBy = garbled('more than it was asked for').error;
    socket.destroy();
  }
  return true;
}

/** What it said after its answer ended the connection, and no read has heard of that yet. */
function isFlooded(connection: Connection | undefined): boolean {
  return connection !== undefined && connection.heardBytes > ANSWER_MAX_BYTES;
}

export interface ModbusTcpTarget {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

class ModbusTcpBus implements RegisterBus {
  readonly #target: ModbusTcpTarget;
  readonly #timers: Timers;
  readonly #queue: BusQueue;
  #connection: Connection | undefined;

  constructor(target: ModbusTcpTarget, timers: Timers) {
    assert(Number.isInteger(target.port) && target.port >= 1 && target.port <= 65_535, `port ${target.port}`);
    this.#target = target;
    this.#timers = timers;
    this.#queue = new BusQueue({ clock: systemClock, timers }, (request) => this.#perform(request));
  }

  read(unitId: number, block: RegisterBlock, timeoutMs: Ms, terms: ReadTerms = {}): Promise<ReadResult> {
    return this.#queue.read({ unitId, block, timeoutMs, terms });
  }

  async close(): Promise<void> {
    this.#queue.close();
    await this.#drop();
  }

  async #perform(request: BusRequest): Promise<ReadResult> {
    if (isFlooded(this.#connection)) request.terms.onDamaged?.();
    const connection = this.#connection?.socket.destroyed === false ? this.#connection : connect(this.#target);
    this.#connection = connection;
    const result = await this.#ask(connection, request);
    // After an exception the connection is in order; after anything else an answer may still be on its way.
    if (!result.ok && result.error.kind !== 'exception') await this.#drop();
    if (!result.ok && result.error.kind === 'garbled') request.terms.onDamaged?.();
    return result;
  }

  /** Ends at the deadline, whatever is being done by then, or with the connection. One at a time. */
  #ask(connection: Connection, request: BusRequest): Promise<ReadResult> {
    return new Promise((resolve) => {
      const settle = (result: ReadResult): void => {
        cancel();
        resolve(result);
      };
      const cancel = this.#timers.after(request.timeoutMs, () => {
        const missing = connection.socket.connecting ? 'connection' : 'answer';
        settle(fail({ kind: 'timeout', text: `no ${missing} within ${request.timeoutMs} ms` }));
      });
      connection.onClose = () => settle(fail(connection.endedBy));
      const ask = (client: ModbusClient): void => {
        connection.heardBytes = 0;
        request.terms.onAsked?.();
        void readBlock(client, request).then(settle);
      };
      if (connection.client) ask(connection.client);
      else connection.onConnect = ask;
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
