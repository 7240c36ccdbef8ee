/** The IPv4 interfaces of this machine and their broadcast addresses. */
import { networkInterfaces } from 'node:os';

export interface BroadcastInterface {
  readonly name: string;
  readonly address: string;
  readonly broadcast: string;
}

/** Those named, or with an empty list every one but loopback. Loopback counts only when named. */
export function broadcastInterfaces(names: readonly string[]): readonly BroadcastInterface[] {
  const found: BroadcastInterface[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { family, address, netmask, internal } of addresses ?? []) {
      const isWanted = names.length > 0 ? names.includes(name) : !internal;
      if (family === 'IPv4' && isWanted) found.push({ name, address, broadcast: broadcastAddress(address, netmask) });
    }
  }
  return found;
}

/** Every bit of the host part set: 192.168.0.20 with 255.255.255.0 -> 192.168.0.255. */
export function broadcastAddress(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  return address
    .split('.')
    .map((part, index) => Number(part) | (~(mask[index] ?? 255) & 255))
    .join('.');
}
