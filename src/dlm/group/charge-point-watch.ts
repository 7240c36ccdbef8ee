/** What the operator is told of charge points: news of a STATUS, and alarms about those that are silent, missing, or misbehave. */
import { defined } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { Status } from '../../base/messages.js';
import type { Ms } from '../../base/units.js';
import type { AlarmBoard } from '../alarms.js';
import type { Notices } from '../notice.js';
import { faultAlarm, faultNews } from './faulted.js';
import { WAKE_UPS_MAX } from './rest.js';
import type { Roster } from './roster.js';
import type { SlaveRecord } from './slave-record.js';
import { wantsCurrent } from './vehicle.js';

/** A listed charge point that was never heard is missing this long after the start: many slaves need half a minute. */
const MISSING_AFTER_MS: Ms = 60_000;

export interface ChargePointWatchParts {
  readonly roster: Roster;
  readonly notices: Notices;
  readonly alarms: AlarmBoard;
}

export class ChargePointWatch {
  readonly #roster: Roster;
  readonly #notices: Notices;
  readonly #alarms: AlarmBoard;
  /** From then on listed charge points that were never heard are missing; `undefined` once that was told. */
  #missingFromMs: Ms | undefined;

  /** `startedAtMs`: when the master began to hear. */
  constructor({ roster, notices, alarms }: ChargePointWatchParts, startedAtMs: Ms) {
    this.#roster = roster;
    this.#notices = notices;
    this.#alarms = alarms;
    this.#missingFromMs = startedAtMs + MISSING_AFTER_MS;
  }

  carry(carrier: Carrier): void {
    this.#missingFromMs = carrier.value('missingFromMs', this.#missingFromMs);
  }

  /** Tells the operator what a STATUS changed. Call after it was applied; `before`: the STATUS before it. */
  announce(record: SlaveRecord, before: Status | undefined, wasOnline: boolean): void {
    const status = defined(record.status, `the STATUS of ${record.id} that was just heard`);
    if (before && before.bootId !== status.bootId)
      this.#roster.tell('warn', 'SLAVE_REBOOT', record, 'has started again');
    if (!wasOnline || !record.isAnnounced) {
      const { maxA, disconnectedLimitA, rotation, phases } = record.facts;
      const facts = `${phases} ph ${rotation}, max ${maxA} A, disconnected ${disconnectedLimitA} A`;
      const known = record.isListed ? 'listed' : record.isAdopted ? 'adopted' : 'NOT adopted';
      this.#roster.tell('info', 'SLAVE_FOUND', record, `heard (${known}; ${facts})`);
      record.announce(true);
    }
    const { phases } = record.facts;
    const wasTold = wasOnline && before?.phases === status.phases;
    if (record.isListed && status.phases > phases && !wasTold) {
      const text = `reports ${status.phases} phases, the configuration lists ${phases}: what it draws on the others is not counted`;
      this.#roster.tell('error', 'PHASE_MISMATCH', record, `${text}; correct its phases in the configuration`);
    }
    if (before && before.state !== status.state) {
      this.#roster.tell('info', 'SLAVE_STATE', record, `${before.state} -> ${status.state}`);
    }
    const { wakeUps = 0 } = status;
    if (before && wakeUps > (before.wakeUps ?? 0)) {
      this.#roster.tell('info', 'WAKE_UP', record, `wakes its vehicle up, ${wakeUps} of ${WAKE_UPS_MAX} times`);
    }
    const fault = faultNews(before, status);
    if (fault) this.#roster.tell(fault.level, 'CHARGER_FAULTED', record, fault.message);
  }

  /** Tells the operator which charge points fell silent, and which ones draw more than they may. Call once per cycle. */
  watch(nowMs: Ms): void {
    const { list } = this.#roster;
    for (const record of list) {
      if (!record.isAnnounced || record.isOnline(nowMs)) continue;
      record.announce(false);
      const { mayFollowAnother, maxA } = record.account;
      const isInFull = mayFollowAnother || record.account.isSilentAfterOverdraw(nowMs);
      const reservedA = isInFull ? maxA : record.facts.disconnectedLimitA;
      this.#roster.tell('warn', 'SLAVE_LOST', record, `is silent; ${reservedA} A stay reserved for it`);
    }
    const lost = list.filter((record) => record.status && !record.isOnline(nowMs));
    this.#alarms.set('SLAVE_LOST', namesText('silent', lost), nowMs);
    this.#watchMissing(list, nowMs);
    const over = namesText(
      'above the limit',
      list.filter((record) => isOver(record, nowMs)),
    );
    if (this.#alarms.set('OVERDRAW', over, nowMs) && over) this.#notices.add('error', 'OVERDRAW', over);
    this.#alarms.set('CHARGER_FAULTED', faultAlarm(list, nowMs), nowMs);
    this.#watchSleepers(list, nowMs);
    this.#watchSwitches(list, nowMs);
    const wrong = namesText(
      'says what cannot be, its maximum counts instead',
      list.filter((record) => record.isOnline(nowMs) && record.isImplausible),
    );
    if (this.#alarms.set('CLAIM_REFUSED', wrong, nowMs) && wrong) this.#notices.add('error', 'CLAIM_REFUSED', wrong);
  }

  /** K3: vehicles that charged, were paused, and take nothing since. Some never wake up by themselves. */
  #watchSleepers(list: readonly SlaveRecord[], nowMs: Ms): void {
    const asleep = list.filter((record) => record.isOnline(nowMs) && isAsleep(record));
    const names = namesText('no current is taken since a pause', asleep);
    const text = names && `${names}: full, or asleep; then unplug the vehicle and plug it in again`;
    if (this.#alarms.set('VEHICLE_ASLEEP', text, nowMs) && text) this.#notices.add('warn', 'VEHICLE_ASLEEP', text);
  }

  #watchSwitches(list: readonly SlaveRecord[], nowMs: Ms): void {
    const failed = list.filter(({ service }) => nowMs < service.switching.noneUntilMs);
    const names = namesText('did not connect the phases that it was told', failed);
    const text = names && `${names}: look at its phase switch`;
    if (this.#alarms.set('PHASE_SWITCH_FAILED', text, nowMs) && text)
      this.#notices.add('warn', 'PHASE_SWITCH_FAILED', text);
  }

  /** A remembered charge point counts too: it was heard before the restart, and may have gone since. */
  #watchMissing(list: readonly SlaveRecord[], nowMs: Ms): void {
    if (this.#missingFromMs !== undefined && nowMs < this.#missingFromMs) return;
    const missing = list.filter((record) => record.isListed && !record.status);
    this.#alarms.set('SLAVE_MISSING', namesText('never heard', missing), nowMs);
    if (this.#missingFromMs === undefined) return;
    this.#missingFromMs = undefined;
    for (const record of missing) {
      this.#roster.tell('warn', 'SLAVE_MISSING', record, 'was never heard; "evenkeel status" says what is known of it');
    }
  }
}

/** True: this charge point draws more than it may, or it is silent and did so at its last STATUS. */
function isOver(record: SlaveRecord, nowMs: Ms): boolean {
  const { account } = record;
  return record.isOnline(nowMs) ? account.overdraws(nowMs) : account.isSilentAfterOverdraw(nowMs);
}

function isAsleep({ service, status }: SlaveRecord): boolean {
  return service.appetite.isAsleep && status !== undefined && wantsCurrent(status.state);
}

function namesText(what: string, records: readonly SlaveRecord[]): string | undefined {
  return records.length > 0 ? `${what}: ${records.map((record) => record.id).join(', ')}` : undefined;
}
