/** The masters that the installer named to a slave: polled without having been heard, told of when they fall silent. */
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { NamedPeer, PeerAddress } from '../ports/datagram-port.js';

/** Without any datagram for this long people are told; polling goes on. */
const SILENT_MS: Ms = 10_000;

export interface FixedMastersOptions {
  readonly chargePointId: string;
  /** Looked at for each STATUS: the addresses behind the names may change. */
  readonly list: () => readonly NamedPeer[];
  readonly logger: Logger;
}

/** How an address is told and looked up: "192.168.0.20:16031". */
export function keyOf({ host, port }: PeerAddress): string {
  return `${host}:${port}`;
}

export class FixedMasters {
  readonly #options: FixedMastersOptions;
  readonly #startedAtMs: Ms;
  /** By name: when it was last heard. */
  readonly #heardAtMs = new Map<string, Ms>();
  /** Names of those that people were told of as silent. */
  readonly #silent = new Set<string>();

  constructor(options: FixedMastersOptions, nowMs: Ms) {
    this.#options = options;
    this.#startedAtMs = nowMs;
  }

  get addresses(): readonly PeerAddress[] {
    return this.#options.list().flatMap(({ address }) => address ?? []);
  }

  /** Takes in a datagram of a master, whoever that is. */
  hear(masterId: string, from: PeerAddress, nowMs: Ms): void {
    const { list, logger, chargePointId } = this.#options;
    for (const { name, address } of list()) {
      if (!address || keyOf(address) !== keyOf(from)) continue;
      const isNews = !this.#heardAtMs.has(name) || this.#silent.delete(name);
      this.#heardAtMs.set(name, nowMs);
      if (!isNews) continue;
      const text = `${chargePointId} is answered by fixed master ${name}: ${masterId} at ${keyOf(from)}`;
      logger.log('info', 'MASTER_FOUND', text, { masterId, address: keyOf(from) });
    }
  }

  isAnyHeard(nowMs: Ms): boolean {
    return [...this.#heardAtMs.values()].some((heardAtMs) => nowMs - heardAtMs <= SILENT_MS);
  }

  /**
   * Tells of those that have fallen silent, or never answered. `isServed`: by one of them or by another master; those that
   * stand by answer nothing then, and that is no news.
   */
  check(isServed: boolean, nowMs: Ms): void {
    const { list, logger, chargePointId } = this.#options;
    for (const { name, address } of list()) {
      const sinceMs = this.#heardAtMs.get(name) ?? this.#startedAtMs;
      if (this.#silent.has(name) || nowMs - sinceMs <= SILENT_MS || (isServed && address)) continue;
      this.#silent.add(name);
      const where = address ? 'no answer' : 'no address of that name';
      const text = `${chargePointId} has heard nothing from fixed master ${name} for ${SILENT_MS / 1000} s (${where}); asks on`;
      logger.log('warn', 'MASTER_LOST', text, { master: name });
    }
  }
}
