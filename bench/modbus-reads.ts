/**
 * Started by the topic `modbus` for each way to read, with the port of a meter: reads twelve registers over and over, and
 * sends back how long each took and what it left for the garbage collector.
 */
import { systemTimers } from '../src/transports/system-time.js';
import { newModbusClient } from '../src/transports/modbus-serial.js';
import { busFor } from '../src/transports/buses.js';

const WAYS = ['bare library', 'bus'] as const;
export type Way = (typeof WAYS)[number];

export interface ModbusReads {
  /** Of each way in turn, in batches, so that both see the same machine. */
  readonly timesMs: Readonly<Record<Way, readonly number[]>>;
  /** By which the heap grew for each read while nothing was collected. */
  readonly garbageBytes: Readonly<Record<Way, number>>;
}

const HOST = '127.0.0.1';
const BLOCK = { functionCode: 3, address: 13, count: 12 } as const;
const TIMEOUT_MS = 1000;
const WARM_UP = 1000;
const BATCHES = 40;
const BATCH = 100;
const GARBAGE_READS = 2000;

interface Reader {
  readonly read: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

async function bareLibrary(port: number): Promise<Reader> {
  const client = newModbusClient();
  await client.connectTCP(HOST, { port });
  client.setID(1);
  client.setTimeout(TIMEOUT_MS);
  return {
    read: () => client.readHoldingRegisters(BLOCK.address, BLOCK.count),
    close: () => new Promise((resolve) => client.close(() => resolve())),
  };
}

function ourBus(port: number): Reader {
  const bus = busFor({ kind: 'tcp', host: HOST, port }, systemTimers);
  const read = async (): Promise<void> => {
    const answer = await bus.read(1, BLOCK, TIMEOUT_MS);
    if (!answer.ok) throw new Error(answer.error.text);
  };
  return { read, close: () => bus.close() };
}

async function times({ read }: Reader, count: number): Promise<readonly number[]> {
  const timesMs: number[] = [];
  for (let index = 0; index < count; index++) {
    const startedMs = performance.now();
    await read();
    timesMs.push(performance.now() - startedMs);
  }
  return timesMs;
}

async function garbage({ read }: Reader): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < GARBAGE_READS; index++) await read();
  return (process.memoryUsage().heapUsed - before) / GARBAGE_READS;
}

async function measure(port: number): Promise<ModbusReads> {
  const readers: Record<Way, Reader> = { 'bare library': await bareLibrary(port), bus: ourBus(port) };
  const timesMs: Record<Way, number[]> = { 'bare library': [], bus: [] };
  for (const way of WAYS) await times(readers[way], WARM_UP);
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const way of WAYS) timesMs[way].push(...(await times(readers[way], BATCH)));
  }
  const garbageBytes: Record<Way, number> = { 'bare library': 0, bus: 0 };
  for (const way of WAYS) garbageBytes[way] = await garbage(readers[way]);
  for (const way of WAYS) await readers[way].close();
  return { timesMs, garbageBytes };
}

const [, , port = '0'] = process.argv;
process.send?.(await measure(Number(port)));
