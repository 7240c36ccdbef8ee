/** Mutants of the slave: which grants it accepts, how long it keeps to them, what it tells. */
import type { Row } from './edit.js';

const SLAVE = 'dlm/slave.js';
const RUNTIME = 'runtime/slave.js';

export const SLAVE_MUTANTS: readonly Row[] = [
  ['S1', 'no fencing', SLAVE, 'compareGrants(grant, this.#accepted.grant) <= 0', 'false', 'dlm/slave'],
  ['S1', 'bootId ignored', SLAVE, 'grant.bootId !== this.#facts.bootId', 'false', 'dlm/slave'],
  ['S1', "another one's grant", SLAVE, 'grant.chargePointId !== this.#facts.chargePointId', 'false', 'dlm/slave'],
  ['S1', 'another network id', SLAVE, '|| grant.networkId !== this.#facts.networkId', '', 'dlm/slave'],
  ['S1', 'epoch not compared', 'base/messages.js', 'a.epoch - b.epoch || a.seq - b.seq', 'a.seq - b.seq', 'dlm/slave'],
  ['S1', 'ended lease accepted', SLAVE, ' || grant.tauMs + grant.leaseMs <= nowMs', '', 'dlm/slave'],
  ['S1', 'answer to a poll to come', SLAVE, 'grant.tauMs > nowMs || ', '', 'dlm/slave'],
  ['S1', 'new epoch, poll of before', SLAVE, 'tauMs <= this.#accepted.acceptedAtMs || ', '', 'dlm/restarts'],
  ['S1', 'new epoch, poll in a lease', SLAVE, ' || (leaseEndsMs <= nowMs && tauMs < leaseEndsMs)', '', 'dlm/restarts'],
  [
    'S2',
    'lease from receipt',
    SLAVE,
    'grant.tauMs + grant.leaseMs : Number',
    'this.#accepted.acceptedAtMs + grant.leaseMs : Number',
    'dlm/slave',
  ],
  ['S2', 'lease without an end', SLAVE, 'if (nowMs < this.#leaseEndsMs())', 'if (true)', 'dlm/slave'],
  ['S2', 'more than its maximum', SLAVE, 'Math.min(grant.limitA, this.#facts.maxA);', 'grant.limitA;', 'dlm/slave'],
  ['S3', 'no hold', SLAVE, '?? this.#facts.leaseMs) + HOLD_MS', '?? this.#facts.leaseMs)', 'dlm/slave'],
  ['S3', 'hold from the poll', SLAVE, '(acceptedAtMs ?? this', '(grant?.tauMs ?? this', 'dlm/slave'],
  [
    'S3',
    'up to d with the lease',
    SLAVE,
    'limitA: Math.min(limitA, disconnectedLimitA), reason',
    'limitA: disconnectedLimitA, reason',
    'dlm/slave',
  ],
  [
    'S3',
    'keeps L without a lease',
    SLAVE,
    'limitA: Math.min(limitA, disconnectedLimitA), reason',
    'limitA, reason',
    'dlm/slave',
  ],
  ['S4', 'starts with d', SLAVE, 'limitA: 0, reason', 'limitA: disconnectedLimitA, reason', 'dlm/slave'],
  [
    'S5',
    'no answer',
    RUNTIME,
    'this.#apply(nowMs);\n        this.#sendStatus(nowMs);',
    'this.#apply(nowMs);',
    'sim/answers',
  ],
  [
    'S6',
    'vehicle not new',
    SLAVE,
    'this.#usedPhases = 0;\n            this.#needsGrantSinceMs = nowMs;',
    'this.#usedPhases = 0;',
    'dlm/slave',
  ],
  ['S6', 'phase not new', SLAVE, 'if (!hasPhase(granted, phase))', 'if (false)', 'dlm/slave'],
  ['S6', 'd where nobody counts it', SLAVE, 'return coversAll ? ', 'return true ? ', 'dlm/slave'],
  [
    'S6',
    'any later grant ends it',
    SLAVE,
    'if (grant.tauMs < this.#needsGrantSinceMs)',
    'if (this.#accepted.acceptedAtMs < this.#needsGrantSinceMs)',
    'dlm/slave',
  ],
  ['S1', 'looks at the epoch only', SLAVE, ' && masterId === last.masterId', '', 'dlm/slave'],
];
