/** Who holds a UDP port, for the message that it is taken. Linux only: looks into /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Below /proc/self, since a service with ProcSubset=pid sees no /proc/net. */
const SOCKET_TABLES = ['/proc/self/net/udp', '/proc/self/net/udp6'];

/**
 * "python3 (pid 123)", or `undefined` where nobody holds the port or the holder cannot be seen: processes of other
 * users are visible to root only.
 */
export function udpPortHolder(port: number): string | undefined {
  const sockets = new Set(SOCKET_TABLES.flatMap((table) => socketsOnPort(table, port)));
  if (sockets.size === 0) return undefined;
  const pid = listing('/proc').find(
    (name) =>
      /^\d+$/.test(name) && listing(`/proc/${name}/fd`).some((fd) => sockets.has(target(`/proc/${name}/fd/${fd}`))),
  );
  return pid === undefined ? undefined : `${contents(`/proc/${pid}/comm`).trim() || 'a process'} (pid ${pid})`;
}

/** As the links in /proc/PID/fd name them: "socket:[4711]". */
function socketsOnPort(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return contents(table)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(`:${hexPort}`))
    .map((columns) => `socket:[${columns[9]}]`);
}

// Processes come and go while we look, and most belong to others: what cannot be read is empty.

function listing(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
