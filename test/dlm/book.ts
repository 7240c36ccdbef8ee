/** An account in the ledger, and who writes into it. */
import { hasPhase } from '../../src/base/rotation.js';
import { type Amps, type Ms, NO_AMPS, type PhaseAmps } from '../../src/base/units.js';
import { acknowledgementMaxAgeMs, leaseExpiryMs } from '../../src/dlm/leases/lease-rules.js';
import { LedgerAccount } from '../../src/dlm/leases/ledger.js';
import type { LedgerReport } from '../../src/dlm/leases/ledger-report.js';
import type { OpenGrant } from '../../src/dlm/leases/open-grants.js';

export const LEASE_MS = 15_000;
export const A_MAX_MS = acknowledgementMaxAgeMs(LEASE_MS);
export const BOOT = 'a'.repeat(16);
export const LATER_BOOT = 'b'.repeat(16);

/** An account of a 32 A charge point with a disconnected limit of 6 A, heard at 0 ms, nothing in force. */
export class Book {
  readonly account: LedgerAccount;
  #seq = 0;

  constructor(facts: { readonly disconnectedLimitA?: Amps; readonly unknownUntilMs?: Ms } = {}) {
    const { disconnectedLimitA = 6, unknownUntilMs = 0 } = facts;
    this.account = new LedgerAccount({ id: 'cp1', disconnectedLimitA, maxA: 32, connected: 0b111 }, unknownUntilMs);
    this.hear({ disconnectedLimitA }, 0);
  }

  hear(report: Partial<LedgerReport>, nowMs: Ms): void {
    this.account.applyReport(
      {
        bootId: BOOT,
        acceptedIsMine: false,
        accepted: { epoch: 0, seq: 0 },
        enforcedA: 0,
        enforcedPhases: 0b111,
        disconnectedLimitA: 6,
        maxA: 32,
        connected: 0b111,
        currentA: NO_AMPS,
        ...report,
      },
      nowMs,
    );
  }

  /** Sends a grant at once after a poll; gives back its number. */
  send(limitA: Amps, nowMs: Ms, facts: Partial<OpenGrant> = {}): number {
    this.#seq += 1;
    const expiresAtMs = nowMs + leaseExpiryMs(LEASE_MS);
    const sent = this.account.record({
      epoch: 1,
      seq: this.#seq,
      bootId: BOOT,
      limitA,
      leaseMs: LEASE_MS,
      phases: 0b111,
      sentAtMs: nowMs,
      expiresAtMs,
      ...facts,
    });
    return sent ? this.#seq : 0;
  }

  /** The slave says that it enforces this grant, and draws as much unless said otherwise. */
  acknowledge(seq: number, limitA: Amps, nowMs: Ms, report: Partial<LedgerReport> = {}): void {
    const phases = report.enforcedPhases ?? 0b111;
    const currentA: PhaseAmps = [0, 1, 2].map((p) => (hasPhase(phases, p as 0 | 1 | 2) ? limitA : 0)) as [
      number,
      number,
      number,
    ];
    this.hear({ acceptedIsMine: true, accepted: { epoch: 1, seq }, enforcedA: limitA, currentA, ...report }, nowMs);
  }

  exposureA(nowMs: Ms): PhaseAmps {
    return this.account.exposureA(nowMs, LEASE_MS);
  }
}
