/** Meters for the tests of `evenkeel meter`: independent servers, simulated ones, and files that describe them. */
import net from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';
import { closedTcpPort, Daemon, fileIn, folder, ROOT } from '../helpers/daemon-process.js';
import { PYTHON } from '../helpers/tools.js';
import { started } from './world.js';

/** A PAC2200 that shares no code with the product: 10, 0 and -4 A. Unit ids other than 1 stay silent. */
export async function independentMeter(t: Test): Promise<number> {
  const port = await closedTcpPort();
  const values = ['--currents', '10,0,4', '--powers', '2300,0,-920'];
  const script = join(ROOT, 'test/independent/pac2200-server.py');
  const server = new Daemon(PYTHON, [script, '--port', String(port), ...values]);
  t.teardown(() => server.end('SIGKILL'));
  await server.until('the meter', () => server.text.includes('ready'));
  return port;
}

export interface SimulatedMeter {
  readonly process: Daemon;
  /** 0 on a serial line. */
  readonly port: number;
  /** Empty on TCP. */
  readonly path: string;
}

export async function simulatedMeter(t: Test, ...options: readonly string[]): Promise<SimulatedMeter> {
  const place = options.includes('--pty') ? [] : ['--listen', '127.0.0.1:0'];
  const process = started(t, ['simulate', 'meter', ...place, ...options]);
  const [, port = '0', path = ''] = await process.until('the meter', () =>
    /on Modbus (?:TCP port (\d+)|RTU (\S+), unit \d+)$/m.exec(process.text[0] ?? ''),
  );
  return { process, port: Number(port ?? 0), path: path ?? '' };
}

export interface MeterFile {
  readonly connection: string;
  readonly model?: string;
  readonly site?: string;
  readonly more?: string;
  readonly meter?: string;
}

/** A site whose root circuit has the meter `grid`, beside `heating` where nobody listens. */
export function meterFile(
  t: Test,
  { connection, model = 'siemens-pac2200', site = 'Metered', ...text }: MeterFile,
): string {
  const lines = `site: ${site}
circuits:
  - { id: main, limitA: 63, meter: grid }
  - { id: sub, parent: main, limitA: 20, meter: heating }
meters:
  - { id: grid, model: ${model}, connection: "${connection}", unit: 1, maxAgeMs: 1000${text.meter ?? ''} }
  - { id: heating, model: siemens-pac2200, connection: "tcp://127.0.0.1:1", maxAgeMs: 1000 }
${text.more ?? ''}`;
  return fileIn(folder(t), 'evenkeel.yaml', lines);
}

/** Passes bytes on to a port and counts the connections. */
export function relay(t: Test, target: number): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    connections += 1;
    const device = net.connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [client, device],
      [device, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => other.destroy());
      socket.pipe(other);
    }
  });
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ port: (server.address() as net.AddressInfo).port, connections: () => connections });
    });
  });
}
