/** Ports for one demo: free ones, on loopback, so that several demos run side by side. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';

/** Below the range that Linux hands out by itself (32768 and up): nobody takes a port while its owner is down. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
/** The master takes the first free one of the 16 ports above the discovery port. */
const BLOCK = 32;
const ATTEMPTS = 50;
const LOOPBACK = '127.0.0.1';
const LOOPBACK_BROADCAST = '127.255.255.255';

export interface DemoPorts {
  readonly broker: number;
  readonly meter: number;
  /** UDP: where the virtual charge points tell the virtual meter what they draw. */
  readonly wire: number;
  /** UDP: of the DLM protocol. */
  readonly discovery: number;
}

/** Throws an `ExitError` when nothing is free. */
export async function freePorts(): Promise<DemoPorts> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const base = FIRST_PORT + BLOCK * randomInt((LAST_PORT - FIRST_PORT) / BLOCK);
    const ports = { broker: base, meter: base + 1, wire: base + 2, discovery: base + 3 };
    if (await areFree(ports)) return ports;
  }
  throw new ExitError(EXIT.system, `demo: found no free ports on ${LOOPBACK} between ${FIRST_PORT} and ${LAST_PORT}`);
}

async function areFree({ broker, meter, wire, discovery }: DemoPorts): Promise<boolean> {
  const answers = await Promise.all([
    isTcpFree(broker),
    isTcpFree(meter),
    isUdpFree(LOOPBACK, wire),
    isUdpFree(LOOPBACK, discovery),
    isUdpFree(LOOPBACK_BROADCAST, discovery),
    isUdpFree(LOOPBACK, discovery + 1),
  ]);
  return answers.every(Boolean);
}

function isTcpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

function isUdpFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
