/** The masters that the installer named to a slave: polled without having been heard, told of when they fall silent. */
import { NO_KEY } from '../discovery/auth.js';
import { HEARTBEAT_MS } from '../dlm/leases/lease-rules.js';
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { NamedPeer, PeerAddress } from '../ports/datagram-port.js';

/** Without any datagram for this long people are told; polling goes on. */
const SILENT_MS: Ms = 10_000;

/** A master that answers nothing for this long is asked under the next key. */
const NEXT_KEY_MS: Ms = 3_000;
/** While a master answers under a lower key, the highest is tried for one heartbeat in each of these times. */
const HIGHEST_KEY_MS: Ms = 60_000;

export interface Polled {
  readonly address: PeerAddress;
  /** Our STATUS is signed with this key. */
  readonly keyId: number;
}

interface Answer {
  readonly keyId: number;
  readonly atMs: Ms;
}

export interface FixedMastersOptions {
  readonly chargePointId: string;
  /** Looked at for each STATUS: the addresses behind the names may change. */
  readonly list: () => readonly NamedPeer[];
  /** Our keys, the highest first. */
  readonly keyIds: readonly number[];
  readonly logger: Logger;
}

/** How an address is told and looked up: "192.168.0.20:16031". */
export function keyOf({ host, port }: PeerAddress): string {
  return `${host}:${port}`;
}

export class FixedMasters {
  readonly #options: FixedMastersOptions;
  readonly #startedAtMs: Ms;
  /** By name: the last good datagram. */
  readonly #answers = new Map<string, Answer>();
  /** The last good datagram from another address. A master with several addresses may answer from one that nobody entered. */
  #otherAnswer: Answer | undefined;
  /** Names of those that people were told of as silent. */
  readonly #silent = new Set<string>();

  constructor(options: FixedMastersOptions, nowMs: Ms) {
    this.#options = options;
    this.#startedAtMs = nowMs;
  }

  /** Where a STATUS goes, and the key for it as long as no BEACON says one. */
  polled(nowMs: Ms): readonly Polled[] {
    return this.#options.list().flatMap(({ name, address }) => {
      return address ? [{ address, keyId: this.#keyIdFor(name, nowMs) }] : [];
    });
  }

  /** Takes in a datagram of a master, whoever that is. */
  hear(masterId: string, from: PeerAddress, keyId: number, nowMs: Ms): void {
    const { list, logger, chargePointId } = this.#options;
    const named = list().filter(({ address }) => address && keyOf(address) === keyOf(from));
    if (named.length === 0) this.#otherAnswer = { keyId, atMs: nowMs };
    for (const { name } of named) {
      const isNews = !this.#answers.has(name) || this.#silent.delete(name);
      this.#answers.set(name, { keyId, atMs: nowMs });
      if (!isNews) continue;
      const text = `${chargePointId} is answered by fixed master ${name}: ${masterId} at ${keyOf(from)}`;
      logger.log('info', 'MASTER_FOUND', text, { masterId, address: keyOf(from) });
    }
  }

  /**
   * That of the last answer. While a master is silent each key takes its turn: one that was set back to an older key cannot read the
   * newer one.
   */
  #keyIdFor(name: string, nowMs: Ms): number {
    const { keyIds } = this.#options;
    const [highest = NO_KEY] = keyIds;
    if (keyIds.length < 2 || (nowMs - this.#startedAtMs) % HIGHEST_KEY_MS < HEARTBEAT_MS) return highest;
    const { keyId, atMs } = this.#answers.get(name) ?? this.#otherAnswer ?? { keyId: highest, atMs: this.#startedAtMs };
    const turn = keyIds.indexOf(keyId) + Math.floor((nowMs - atMs) / NEXT_KEY_MS);
    return keyIds[turn % keyIds.length] ?? highest;
  }

  isAnyHeard(nowMs: Ms): boolean {
    return [...this.#answers.values()].some(({ atMs }) => nowMs - atMs <= SILENT_MS);
  }

  /**
   * Tells of those that have fallen silent, or never answered. `isServed`: by one of them or by another master; those that
   * stand by answer nothing then, and that is no news.
   */
  check(isServed: boolean, nowMs: Ms): void {
    const { list, logger, chargePointId } = this.#options;
    for (const { name, address } of list()) {
      const sinceMs = this.#answers.get(name)?.atMs ?? this.#startedAtMs;
      if (this.#silent.has(name) || nowMs - sinceMs <= SILENT_MS || (isServed && address)) continue;
      this.#silent.add(name);
      const where = address ? 'no answer' : 'no address of that name';
      const text = `${chargePointId} has heard nothing from fixed master ${name} for ${SILENT_MS / 1000} s (${where}); asks on`;
      logger.log('warn', 'MASTER_LOST', text, { master: name });
    }
  }
}
