/** systemd's end of the notify socket: what a process says there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { folder } from './daemon-process.js';
import { hushed } from './hushed.js';
import { eventually } from './machine.js';
import { needsTools } from './tools.js';

/** Prints each datagram that comes to the socket as one JSON line, as systemd would get it. */
const RECEIVER = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('"bound"', flush=True)
while True:
    print(json.dumps(s.recv(4096).decode()), flush=True)
`;

export const needsSystemd = needsTools('systemd-notify', 'python3');

export interface Receiver {
  readonly path: string;
  /** One entry per datagram that says something (the BARRIER that ends each call is left out). */
  readonly heard: readonly string[];
}

export async function receiver(t: { teardown(done: () => void): unknown }): Promise<Receiver> {
  const path = join(folder(t), 'socket');
  const child: ChildProcess = spawn('python3', ['-c', RECEIVER, path], { stdio: ['ignore', 'pipe', 'pipe'] });
  hushed(child);
  t.teardown(() => child.kill());
  const lines: string[] = [];
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as string));
  await eventually('the receiver', () => lines.includes('bound'));
  return {
    path,
    get heard() {
      return lines.slice(1).filter((line) => !line.startsWith('BARRIER'));
    },
  };
}

/** The assignments of a datagram, in a fixed order. */
export const words = (datagram: string | undefined): string[] => (datagram ?? '').trim().split('\n').sort();
