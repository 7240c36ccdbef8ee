/** Every event code that the log may carry, with what it means. A test holds docs/events.md to this table. */
export const EVENTS = {
  START: 'the daemon starts: version, configuration, epoch',
  READY: 'the first decision was made, or the first limit enforced; systemd is told',
  RELOAD: 'the configuration was read anew (SIGHUP): each value that changes, or that nothing does',
  RELOAD_REFUSED:
    'the configuration was read anew and is refused, with line and column, or could not be started: the one of before goes on; correct the file and reload again',
  STOP: 'the daemon stops in order',
  CRASH: 'a bug or a broken invariant: the process ends and is to be restarted; leases run out safely',
  LIMIT: 'the limit of a charge point changed, and why; a rise below 4 A at most once a minute, the rest is debug',
  SLAVE_FOUND: 'a slave was heard for the first time, or again after it was lost',
  SLAVE_LOST: 'a slave is silent; its disconnected limit stays reserved',
  SLAVE_MISSING:
    'a listed charge point was not heard in the first minute of this master; "evenkeel status" says what is known of it',
  SLAVE_REBOOT: 'a slave started again',
  SLAVE_REFUSED: 'a slave is not served: too many are known, or two charge points have one id',
  SLAVE_ADOPTED: 'the operator adopted a slave that is not listed',
  SLAVE_FORGOTTEN: 'the operator had a slave forgotten; nothing is reserved for it any more',
  OPERATOR: 'the operator has set a limit, a pause, a block, a priority or a boost, or one of them has ended by itself',
  SLAVE_STATE: 'the state of a charge point changed',
  CHARGER_FAULTED: 'a charge point says that it is faulted, or no longer: it gets 0 A until then',
  PHASE_SWITCH: 'a charge point connects other phases',
  PHASE_SWITCH_FAILED:
    'a charge point was told to connect other phases and did not; it charges on, and is not told again for an hour',
  VEHICLE_ASLEEP:
    'a vehicle charged, was paused, and takes nothing of its offer since, wake-ups included: it is full, or sleeps until it is plugged in again',
  WAKE_UP: 'a vehicle that takes nothing since a pause is woken up: its charge point interrupts the pilot for a moment',
  PHASE_MISMATCH:
    'a charge point reports more phases than the configuration lists for it, or a meter shows its load on other phases',
  CLAIM_REFUSED:
    'a charge point says limits or currents above 1.5 times its maximum: they count as its maximum; correct its configuration, or renew its key',
  OVERDRAW:
    'a charge point draws more than its limit: its current is counted, and its maximum if it falls silent meanwhile',
  METER_OK: 'a meter gives good values (again)',
  METER_LOST: 'a meter is lost: fallback holds',
  METER_ERROR: 'a meter answered with an error, or its values were refused',
  METER_STUCK:
    'the values of a meter stand still although the charge points behind it change; after a minute the meter is lost',
  METER_SIGN: 'a meter counts in the wrong direction: its values are used without their sign',
  METER_BLIND:
    'a phase of a meter shows nothing of what the charge points draw (a current transformer has come off): the meter counts as lost',
  METER_SLOW: 'a meter answers more slowly than it is polled: it is polled less often, or at its own pace again',
  METER_NOISY:
    'many answers of a meter are damaged (3 % of the last minute), or no longer so many; damaged ones are never used',
  INPUT: 'a digital input became active or inactive, and what it does',
  INPUT_LOST: 'the source of a digital input gives no values: the input counts as active until it is heard again',
  GRID_OPERATOR:
    'the grid operator lowers charge points (section 14a EnWG), its source is lost, or it is over; what holds now, and what they draw',
  GRID_OPERATOR_LOG: 'the log of section 14a cannot be written, or can again; control goes on',
  OVERLOAD: 'a meter shows more than the fuse may carry; all below are lowered at once',
  OVERLOAD_END: 'the overload is over',
  TWO_MASTERS: 'another master is active in this network id, or was until this master came',
  TAKEOVER: 'a standby or passive master decides from now on',
  EPOCH: 'the epoch of the grants changed',
  FALLBACK_UNSAFE: 'the disconnected limits add up to more than the fuse',
  MASTER_FOUND: 'a slave heard a master',
  MASTER_LOST: 'a slave hears no master any more',
  CHARGER_LATE: 'a charger may still follow a higher limit than it was told; the master counts that one',
  CHARGER_OK: 'a charger follows its limit again',
  ENFORCED: 'what a slave enforces changed, and why',
  AUTH: 'at each start: datagrams are signed, or a warning that they are not',
  DATAGRAM_DROPPED: 'datagrams were dropped: garbage, another version, a wrong or missing signature, a replay, a flood',
  NETWORK: 'an interface came or went, or sending failed',
  MQTT_CONNECTED: 'the MQTT broker is connected',
  MQTT_LOST: 'the MQTT broker is gone; control goes on',
  STATE_SAVED: 'the state file could be written (again)',
  STATE_FAILED: 'the state file cannot be read or written; control goes on from memory',
  RECORDER: 'the recorder: where the inputs are recorded, or why they cannot be; control goes on',
  CONTROL: 'the socket for commands: where it is, or why there is none',
  NOTIFY_FAILED: 'systemd could not be told how the daemon is',
  LOG_DROPPED: 'log lines were dropped because the reader of the log was too slow',
  CLOCK_BAD: 'the clock of the machine is not good: the lowest limit of each schedule holds; or it is good again',
  LOOP_LATE: 'the loop ran late: no charge point is raised in this cycle',
} as const;

export type EventCode = keyof typeof EVENTS;
