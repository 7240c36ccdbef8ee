/** Network addresses as they are written in the file: "host", "host:port", "[::1]:port". */

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65535;
const SHAPE = /^(?:\[([0-9A-Fa-f:]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?))(?::([0-9]{1,5}))?$/;

/** Dotted numbers that are no IPv4 address would be looked up as a name, and never be found. */
function isBadIpv4(host: string): boolean {
  if (!/^[0-9.]+$/.test(host)) return false;
  const parts = host.split('.');
  return parts.length !== 4 || parts.some((part) => part === '' || Number(part) > 255);
}

/** `undefined` when the text is no address; an IPv6 address loses its brackets. */
export function parseEndpoint(text: string, defaultPort: number): Endpoint | undefined {
  const match = SHAPE.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || isBadIpv4(host)) return undefined;
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return port >= 1 && port <= PORT_MAX ? { host, port } : undefined;
}
