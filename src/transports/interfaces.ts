/** The IPv4 interfaces of this machine and their broadcast addresses. */
import { networkInterfaces } from 'node:os';

export interface BroadcastInterface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly broadcast: string;
}

/** Those named, or with an empty list every one but loopback. Loopback counts only when named. */
export function broadcastInterfaces(names: readonly string[]): readonly BroadcastInterface[] {
  const found: BroadcastInterface[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { family, address, netmask, internal } of addresses ?? []) {
      const isWanted = names.length > 0 ? names.includes(name) : !internal;
      if (family !== 'IPv4' || !isWanted) continue;
      found.push({ name, address, netmask, broadcast: broadcastAddress(address, netmask) });
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

/**
 * Which of these interfaces reaches a peer: the one named `via` (of its addresses the one in the peer's network), else the
 * one in whose network the peer is, else the first that is on loopback just as the peer is.
 */
export function linkTo<Link extends Omit<BroadcastInterface, 'broadcast'>>(
  links: readonly Link[],
  { host, via }: { readonly host: string; readonly via: string },
): Link | undefined {
  const isNear = ({ address, netmask }: Link): boolean =>
    broadcastAddress(address, netmask) === broadcastAddress(host, netmask);
  const named = links.filter(({ name }) => name === via);
  const isLoopback = host.startsWith('127.');
  return (
    named.find(isNear) ??
    named[0] ??
    links.find(isNear) ??
    links.find(({ address }) => address.startsWith('127.') === isLoopback)
  );
}
