/** Sockets of masters and slaves in one process, for the tests of both. */
import type { Test } from 'tap';
import type { Cancel, Timers } from '../../src/ports/time.js';
import { MasterNet, type MasterNetOptions } from '../../src/transports/master-net.js';
import { SlaveNet, type SlaveNetOptions } from '../../src/transports/slave-net.js';
import { type KeepingLogger, keepingLogger } from '../helpers/real-time.js';

/** Timers that fire when the test says so. */
export class HandTimers implements Timers {
  readonly #calls = new Set<() => void>();

  after(_delayMs: number, call: () => void): Cancel {
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }

  fire(): void {
    const calls = [...this.#calls];
    this.#calls.clear();
    for (const call of calls) call();
  }

  get count(): number {
    return this.#calls.size;
  }
}

export interface Opened<Net> {
  readonly net: Net;
  readonly timers: HandTimers;
  readonly logger: KeepingLogger;
  /** What came in: the text and from where. */
  readonly heard: { readonly text: string; readonly from: string; readonly port: number; readonly via: string }[];
}

interface AnyNet {
  subscribe(handler: (bytes: Uint8Array, from: { host: string; port: number; via: string }) => void): void;
  close(): Promise<void>;
}

async function opened<Net extends AnyNet>(
  t: Test,
  open: (parts: { timers: HandTimers; logger: KeepingLogger }) => Promise<Net>,
): Promise<Opened<Net>> {
  const parts = { timers: new HandTimers(), logger: keepingLogger() };
  const net = await open(parts);
  t.teardown(() => net.close());
  const heard: Opened<Net>['heard'] = [];
  net.subscribe((bytes, { host, port, via }) => {
    heard.push({ text: Buffer.from(bytes).toString(), from: host, port, via });
  });
  return { net, ...parts, heard };
}

export function masterNet(
  t: Test,
  options: Pick<MasterNetOptions, 'port'> & Partial<MasterNetOptions>,
): Promise<Opened<MasterNet>> {
  return opened(t, (parts) => {
    return MasterNet.open({ broadcast: true, interfaces: ['lo'], addresses: [], ...parts, ...options });
  });
}

export function slaveNet(
  t: Test,
  options: Pick<SlaveNetOptions, 'port'> & Partial<SlaveNetOptions>,
): Promise<Opened<SlaveNet>> {
  return opened(t, (parts) => SlaveNet.open({ broadcast: true, interfaces: ['lo'], ...parts, ...options }));
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
