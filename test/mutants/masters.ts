/** Mutants of what the master does about other masters, and about boots that have still to prove themselves. */
import type { Row } from './edit.js';

const LEDGER = 'dlm/leases/ledger.js';
const DECIDE = 'dlm/decide.js';
const RESERVED = 'dlm/sharing/reserved.js';
const CONTROLLER = 'dlm/controller.js';
const STARTS = 'dlm/leases/starts.js';
const RECORD = 'dlm/group/slave-record.js';
const MASTERSHIP = 'dlm/masters/mastership.js';
const FOLLOWERS = 'dlm/masters/followers.js';
const WATCH = 'dlm/masters/master-watch.js';

export const MASTERS_MUTANTS: readonly Row[] = [
  [
    'M7',
    'the silent count d only',
    LEDGER,
    'this.mayFollowAnother && !this.isAcknowledged(nowMs, leaseMs)',
    'false',
    'dlm/standby',
  ],
  ['M7', 'everybody counts the silent', LEDGER, 'this.mayFollowAnother && !this', '!this', 'dlm/standby'],
  [
    'M7',
    'shares beside the silent',
    RESERVED,
    'snapshot.isStrict ? lessDisconnected(',
    'false ? lessDisconnected(',
    'dlm/standby',
  ],
  [
    'M7',
    'reserves d for the silent',
    RESERVED,
    '.isUnknown(snapshot.nowMs) && !snapshot.isStrict',
    '.isUnknown(snapshot.nowMs)',
    'dlm/standby',
  ],
  ['M7', 'keeps for a whole lease', DECIDE, 'leaseMs: Math.min(leaseLeftMs, snapshot.site.leaseMs)', '', 'dlm/standby'],
  [
    'M7',
    'a standby does not wait',
    MASTERSHIP,
    'rank > 0 && !wasActive ? nowMs + PASSIVE_HOLD_MS',
    'false ? 0',
    'dlm/mastership',
  ],
  ['M7', 'slaves are no sign of life', MASTERSHIP, 'if (isStronger && isNew && ', 'if (false && ', 'dlm/mastership'],
  ['M7', 'a standby keeps the office', MASTERSHIP, 'if (rank !== this.rank)', 'if (false)', 'dlm/mastership'],
  ['M2', 'no proof of a boot', RECORD, 'if (doubt)', 'if (false)', 'dlm/proof'],
  ['M2', 'a passive one asks for proof', RECORD, 'master.grants ? this.#doubt(', 'true ? this.#doubt(', 'dlm/proof'],
  ['M2', 'probes a boot that is proven', CONTROLLER, "heard === 'unproven' ? this", 'true ? this', 'dlm/proof'],
  ['H', 'words in doubt count nothing', LEDGER, 'this.#doubtfulA = maxOf(this.#doubtfulA, saidA);', '', 'dlm/proof'],
  [
    'M3',
    'the list beats what was said',
    'dlm/group/roster.js',
    'Math.max(listed.disconnectedLimitA, before?.disconnectedLimitA ?? 0)',
    'listed.disconnectedLimitA',
    'dlm/restarts',
  ],
  [
    'M3',
    'numbers of a used up epoch',
    'dlm/group/sent-grants.js',
    'if (accepted.seq > seq)',
    'if (false)',
    'dlm/proof',
  ],
  [
    'M2',
    'a standby trusts the box that answers',
    STARTS,
    'this.#duplicateUntilMs = Math.max(this.#duplicateUntilMs, other.lastHeardMs + GRANTED_MAX_MS);',
    '',
    'dlm/twins',
  ],
  [
    'M2',
    'a standby suspects each restart',
    STARTS,
    'other === present || other.lastHeardMs < present.firstHeardMs',
    'other === present',
    'dlm/twins',
  ],
  ['M2', 'a restart forgets twins', RECORD, 'return this.#wasDuplicate ? ', 'return false ? ', 'dlm/twins'],
  [
    'M7',
    'BEACONs alone silence it',
    MASTERSHIP,
    ' && !this.#followers.isAnyFollowingThis(nowMs))',
    ')',
    'dlm/mastership',
  ],
  ['M7', 'climbs behind a stronger one', MASTERSHIP, ' || this.isOutranked(nowMs) || ', ' || ', 'dlm/mastership'],
  ['M7', 'a ghost is news again', MASTERSHIP, 'if (this.#ghosts.has(masterId))', 'if (false)', 'dlm/mastership'],
  [
    'M7',
    'answers every poll before the stronger one',
    MASTERSHIP,
    'return nowMs - this.#yieldedAtMs < YIELD_MS && ',
    'return false && ',
    'dlm/standby',
  ],
  [
    'M7',
    'BEACONs make it strict for good',
    WATCH,
    'isPassive || mastership.isAnyFollowingAnother(nowMs)',
    'true',
    'dlm/standby',
  ],
  [
    'M7',
    'only the stronger makes it strict',
    MASTERSHIP,
    '.some(({ active }) => active)',
    '.some((other) => other.active && this.#isOutrankedBy(other))',
    'dlm/standby',
  ],
  [
    'M7',
    'lowered, though heard',
    LEDGER,
    'if (this.#mayBeLowered && ',
    'if (this.#mayFollowAnother && ',
    'sim/world/rows-masters',
  ],
  ['M7', 'yields its lowerings too', DECIDE, 'limitA < record.grantedA)', 'false)', 'dlm/standby'],
  [
    'M7',
    'behind another, counts silent in part',
    WATCH,
    'if (mastership.hearsActive(nowMs))',
    'if (false)',
    'dlm/standby',
  ],
  ['M7', 'waits for a ghost', MASTERSHIP, '&& !this.#isGhost(nowMs)', '', 'dlm/mastership'],
  ['M7', 'one witness is enough', FOLLOWERS, 'WITNESSES = 2', 'WITNESSES = 1', 'dlm/mastership'],
  ['M2', 'proven beside the other', STARTS, 'isThereToo && isPresentSilent', 'isThereToo', 'dlm/twins'],
  ['M2', 'an old proof counts', STARTS, 'start.followsSentAtMs > present.firstHeardMs', 'isProven(start)', 'dlm/twins'],
  ['M1', 'two grants for one poll', DECIDE, 'if (planned.record.grants.isPollAnswered)', 'if (false)', 'dlm/proof'],
];
