/**
 * Hosts that the installer named: looked up again and again, because names move. A look-up that fails or hangs holds up
 * nothing, and what was known before stays.
 */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { NamedPeer } from '../ports/datagram-port.js';
import type { Cancel, Timers } from '../ports/time.js';

/** From the end of one look-up to the next. */
const LOOKUP_PERIOD_MS: Ms = 10_000;

/** The IPv4 addresses of a name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface FixedHostsOptions {
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly timers: Timers;
  readonly logger: Logger;
  /** The system's by default. */
  readonly lookup?: Lookup;
}

interface Entry {
  readonly host: string;
  readonly port: number;
  found: string | undefined;
  cancel: Cancel;
  /** The same again is not worth a line. */
  said: string;
}

export class FixedHosts {
  readonly #options: FixedHostsOptions;
  readonly #entries: readonly Entry[];
  #isClosed = false;

  constructor(options: FixedHostsOptions) {
    this.#options = options;
    this.#entries = options.hosts.map(({ host, port }) => {
      return { host, port, found: isIPv4(host) ? host : undefined, cancel: () => {}, said: '' };
    });
    for (const entry of this.#entries) if (!isIPv4(entry.host)) this.#lookUp(entry);
  }

  list(): readonly NamedPeer[] {
    return this.#entries.map(({ host, port, found }) => {
      return { name: `${host}:${port}`, address: found === undefined ? undefined : { host: found, port, via: '' } };
    });
  }

  /** One at a time for each name: what hangs cannot pile up. */
  #lookUp(entry: Entry): void {
    const { lookup: ask = systemLookup, timers } = this.#options;
    void ask(entry.host)
      .then(
        (addresses) => this.#take(entry, addresses),
        (error: unknown) => this.#say(entry, 'warn', `cannot be looked up: ${codeOf(error)}`),
      )
      .then(() => {
        if (!this.#isClosed) entry.cancel = timers.after(LOOKUP_PERIOD_MS, () => this.#lookUp(entry));
      });
  }

  /** Of several addresses the one in use stays, whatever the order of the answer. */
  #take(entry: Entry, addresses: readonly string[]): void {
    if (entry.found !== undefined && addresses.includes(entry.found)) {
      entry.said = '';
      return;
    }
    const [first] = addresses;
    if (first === undefined) return;
    entry.found = first;
    this.#say(entry, 'info', `is at ${first}`);
  }

  #say(entry: Entry, level: 'info' | 'warn', text: string): void {
    if (text === entry.said || this.#isClosed) return;
    entry.said = text;
    this.#options.logger.log(level, 'NETWORK', `${entry.host} ${text}`, {});
  }

  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#entries) cancel();
  }
}

async function systemLookup(host: string): Promise<readonly string[]> {
  return (await lookup(host, { family: 4, all: true })).map(({ address }) => address);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}
