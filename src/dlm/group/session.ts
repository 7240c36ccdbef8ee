/**
 * The account of one session: how long a vehicle has been plugged in, how long it charged, and its energy. Example, at 230 V:
 *
 *     12:00:00  plugged in; Charging, 16/16/16 A   0 min, 0 Wh
 *     12:30:00  Charging, 16/16/16 A               30 min, 5520 Wh
 *     12:30:01  last STATUS, then silence          3.5 s count by that STATUS (the offline time), and no more
 *     12:40:00  Charging                           plugged in for 40 min, 5531 Wh
 *
 * Between two STATUS the earlier one counts. A STATUS of the same start and session proves that the vehicle stayed, so a silence
 * counts as plugged in. What the charge point says by its own meter counts instead of what is reckoned. Over a restart of the master
 * the clock of the slave (`tauMs`) tells how long that was.
 */
import { networkOf, type Wiring } from '../../base/rotation.js';
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { BootId, ChargePointState, Status } from '../../base/messages.js';
import type { Ms, PhaseAmps, Volts, WattHours, Watts } from '../../base/units.js';
import { OFFLINE_AFTER_MS } from '../leases/lease-rules.js';

/** STATUS tells no voltage: power and energy are counted at this one, between phase and neutral. */
const NOMINAL_VOLTAGE_V: Volts = 230;
const MS_PER_HOUR = 3_600_000;

/** A vehicle is plugged in, whether it wants current or not. */
const BEGINS: ReadonlySet<ChargePointState> = new Set([
  'Preparing',
  'Charging',
  'SuspendedEV',
  'SuspendedEVSE',
  'Finishing',
]);
/** Nothing is plugged in. In the states that are left (Faulted, Unavailable) nobody knows: a session goes on. */
const ENDS: ReadonlySet<ChargePointState> = new Set(['Available', 'Reserved']);

/** Immutable. */
export interface SessionFigures {
  readonly pluggedInMs: Ms;
  readonly chargingMs: Ms;
  readonly energyWh: WattHours;
}

/** What the state file keeps of a session: which one it is, its figures at the last STATUS, and what that STATUS said. */
export interface RememberedSession extends SessionFigures {
  readonly bootId: BootId;
  readonly sessionId: number;
  /** The clock of the slave at that STATUS. */
  readonly tauMs: Ms;
  readonly isCharging: boolean;
  readonly powerW: Watts;
}

interface Session extends RememberedSession {
  readonly heardAtMs: Ms;
}

export class SessionAccount {
  #session: Session | undefined;
  /** Of the run before, until the first STATUS. */
  #remembered: RememberedSession | undefined;
  /** When a session last began, ended, or counted charging. */
  #changedAtMs: Ms = Number.NEGATIVE_INFINITY;

  carry(carrier: Carrier): void {
    this.#session = carrier.value('session', this.#session);
    this.#remembered = carrier.value('remembered', this.#remembered);
    this.#changedAtMs = carrier.value('changedAtMs', this.#changedAtMs);
  }

  /** Call before the first STATUS, with what the state file has. */
  expect(remembered: RememberedSession): void {
    this.#remembered = remembered;
  }

  /** Counts up to this STATUS. Call for each fresh STATUS, in order of time. */
  applyStatus(status: Status, nowMs: Ms, wiring: Wiring = 'RST'): void {
    const before = this.#session ?? this.#resumed(status, nowMs);
    this.#remembered = undefined;
    const isSame = before !== undefined && isOf(before, status);
    if (before && !(nowMs >= before.heardAtMs)) {
      failInvariant(`a session of ${status.chargePointId} heard at ${before.heardAtMs} ms, it is ${nowMs} ms`);
    }
    const isOpen = BEGINS.has(status.state) || (isSame && !ENDS.has(status.state));
    const hasChanged = isSame ? before.isCharging || before.powerW > 0 || !isOpen : isOpen || before !== undefined;
    if (hasChanged) this.#changedAtMs = nowMs;
    this.#session = isOpen ? sessionAt(status, isSame ? before : undefined, wiring, nowMs) : undefined;
  }

  /** The session of the run before, as if its last STATUS had been heard by this master. */
  #resumed(status: Status, nowMs: Ms): Session | undefined {
    const kept = this.#remembered;
    if (!kept || !isOf(kept, status)) return undefined;
    return { ...kept, heardAtMs: nowMs - Math.max(0, status.tauMs - kept.tauMs) };
  }

  /** Up to now; `undefined` without a vehicle. A silence counts up to the offline time, until the next STATUS proves more. */
  figures(nowMs: Ms): SessionFigures | undefined {
    return this.#session && countedFor(this.#session, nowMs);
  }

  /** When the figures last changed in a way that a restart would lose. */
  get changedAtMs(): Ms {
    return this.#changedAtMs;
  }

  remembered(): RememberedSession | undefined {
    if (!this.#session) return this.#remembered;
    const { heardAtMs, ...kept } = this.#session;
    return kept;
  }
}

function isOf({ bootId, sessionId }: RememberedSession, status: Status): boolean {
  return bootId === status.bootId && sessionId === status.sessionId;
}

/** Made field by field: at each STATUS of a thousand charge points, copies of whole objects are a quarter of the work. */
function sessionAt(status: Status, before: Session | undefined, wiring: Wiring, nowMs: Ms): Session {
  const { bootId, sessionId, tauMs, state, pluggedInS, chargingS, sessionWh } = status;
  const counted = before && countedFor(before, nowMs);
  const pluggedInMs = before ? before.pluggedInMs + nowMs - before.heardAtMs : 0;
  return {
    pluggedInMs: pluggedInS === undefined ? pluggedInMs : pluggedInS * 1000,
    chargingMs: chargingS === undefined ? (counted?.chargingMs ?? 0) : chargingS * 1000,
    energyWh: sessionWh ?? counted?.energyWh ?? 0,
    bootId,
    sessionId,
    tauMs,
    isCharging: state === 'Charging',
    powerW: powerSaidW(status, wiring),
    heardAtMs: nowMs,
  };
}

function countedFor(
  { pluggedInMs, chargingMs, energyWh, heardAtMs, isCharging, powerW }: Session,
  nowMs: Ms,
): SessionFigures {
  const countedMs = Math.min(OFFLINE_AFTER_MS, nowMs - heardAtMs);
  return {
    pluggedInMs: pluggedInMs + countedMs,
    chargingMs: chargingMs + (isCharging ? countedMs : 0),
    energyWh: energyWh + (powerW * countedMs) / MS_PER_HOUR,
  };
}

/** The power that a STATUS says, or that of its currents. */
export function powerSaidW({ powerW, currentA }: Pick<Status, 'powerW' | 'currentA'>, wiring: Wiring): Watts {
  return powerW ?? powerOfW(currentA, wiring);
}

/** The power of these currents of a connector at the nominal voltage. In an IT network that is between its conductors. */
export function powerOfW([l1A, l2A, l3A]: PhaseAmps, wiring: Wiring): Watts {
  const sumW = (l1A + l2A + l3A) * NOMINAL_VOLTAGE_V;
  return networkOf(wiring) === 'IT' && l2A > 0 ? sumW / Math.sqrt(3) : sumW;
}
