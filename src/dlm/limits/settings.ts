/**
 * What people set while the master runs: operator limits, modes, pauses, blocks, priorities and boosts. The state file keeps them over a
 * restart. A session is named by the start of the slave and its number: what was set for one vehicle does not hold for the next.
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { BlockFrom, ChargeMode } from '../../base/operator-action.js';
import type { LimitReason } from '../../base/reason.js';
import type { Amps, Ms, PhaseAmps } from '../../base/units.js';

/** The vehicle that is there; `undefined`: none. */
export type Session = string | undefined;

export interface ChargePointSetting {
  /** The operator's limit, in A per phase. Absent: that of the configuration holds. */
  readonly operatorA?: Amps | undefined;
  /** Absent: that of the configuration. */
  readonly mode?: ChargeMode | undefined;
  readonly isPaused?: boolean | undefined;
  readonly block?: { readonly from: BlockFrom; readonly goesOn?: Session } | undefined;
  /** For one session. */
  readonly priority?: { readonly value: number; readonly session: string } | undefined;
  readonly boost?: { readonly untilMs: Ms; readonly session: string } | undefined;
}

/** A boost as the state file keeps it: how long it lasts after a restart. */
export interface RememberedBoost {
  readonly leftMs: Ms;
  readonly session: string;
}

export interface RememberedSettings {
  /** Absent: false. */
  readonly section14a?: boolean | undefined;
  readonly circuits: readonly { readonly id: string; readonly operatorLimitA: PhaseAmps }[];
  readonly chargePoints: readonly (Omit<ChargePointSetting, 'boost'> & {
    readonly id: string;
    readonly boost?: RememberedBoost | undefined;
  })[];
}

const NOTHING_SET: ChargePointSetting = {};

export class Settings {
  readonly #circuits = new Map<string, PhaseAmps>();
  readonly #chargePoints = new Map<string, ChargePointSetting>();
  /** True: a command says that the grid operator asks for less (section 14a EnWG). */
  #isSection14a = false;

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('circuits', this.#circuits);
    carrier.values('chargePoints', this.#chargePoints);
    this.#isSection14a = carrier.value('isSection14a', this.#isSection14a);
  }

  /** Call once, at the start. */
  load({ circuits, chargePoints, section14a = false }: RememberedSettings, nowMs: Ms): void {
    this.#isSection14a = section14a;
    for (const { id, operatorLimitA } of circuits) this.#circuits.set(id, operatorLimitA);
    for (const { id, boost, ...setting } of chargePoints) {
      const untilMs = nowMs + (boost?.leftMs ?? 0);
      this.change(id, boost ? { ...setting, boost: { untilMs, session: boost.session } } : setting);
    }
  }

  remembered(nowMs: Ms): RememberedSettings {
    return {
      ...(this.#isSection14a && { section14a: true }),
      circuits: [...this.#circuits].map(([id, operatorLimitA]) => ({ id, operatorLimitA })),
      chargePoints: [...this.#chargePoints].map(([id, { boost, ...setting }]) => ({
        id,
        ...setting,
        ...(boost && { boost: { leftMs: Math.max(0, boost.untilMs - nowMs), session: boost.session } }),
      })),
    };
  }

  get isSection14a(): boolean {
    return this.#isSection14a;
  }

  setSection14a(isOn: boolean): void {
    this.#isSection14a = isOn;
  }

  /** `undefined`: that of the configuration holds. */
  operatorLimitA(circuitId: string): PhaseAmps | undefined {
    return this.#circuits.get(circuitId);
  }

  /** `undefined`: back to that of the configuration. */
  setOperatorLimit(circuitId: string, limitA: PhaseAmps | undefined): void {
    if (limitA === undefined) this.#circuits.delete(circuitId);
    else this.#circuits.set(circuitId, limitA);
  }

  /** The ids of those for which something is set. */
  get chargePoints(): readonly string[] {
    return [...this.#chargePoints.keys()];
  }

  of(chargePointId: string): ChargePointSetting {
    return this.#chargePoints.get(chargePointId) ?? NOTHING_SET;
  }

  /** Replaces what `change` names. `undefined` there: not set any more. */
  change(chargePointId: string, change: ChargePointSetting): void {
    const { boost } = change;
    assert(
      boost === undefined || Number.isFinite(boost.untilMs),
      `${chargePointId} is boosted until ${boost?.untilMs} ms`,
    );
    const entries = Object.entries({ ...this.of(chargePointId), ...change }).filter(([, value]) => value !== undefined);
    if (entries.length === 0) this.#chargePoints.delete(chargePointId);
    else this.#chargePoints.set(chargePointId, Object.fromEntries(entries));
  }

  forget(chargePointId: string): void {
    this.#chargePoints.delete(chargePointId);
  }

  /** Ends what was set for a vehicle that has gone, and boosts that are over. What ended. Call once per cycle and charge point that is heard. */
  watch(chargePointId: string, session: Session, nowMs: Ms): readonly ('priority' | 'boost')[] {
    const { priority, boost } = this.of(chargePointId);
    const ended: ('priority' | 'boost')[] = [];
    if (priority && priority.session !== session) ended.push('priority');
    if (boost && (boost.session !== session || nowMs >= boost.untilMs)) ended.push('boost');
    for (const key of ended) this.change(chargePointId, { [key]: undefined });
    return ended;
  }

  /** Why people want the charge point to have no current; `undefined`: they do not. */
  stopOf(chargePointId: string, session: Session): LimitReason | undefined {
    const { isPaused, block } = this.of(chargePointId);
    if (isPaused) return { kind: 'paused' };
    if (block === undefined) return undefined;
    const goesOn = block.from === 'next' && session !== undefined && session === block.goesOn;
    return goesOn ? undefined : { kind: 'blocked' };
  }

  isBoosted(chargePointId: string): boolean {
    return this.of(chargePointId).boost !== undefined;
  }

  /** 1 is served first. A boost goes before all. */
  priorityOf(chargePointId: string, configured: number): number {
    const { priority, boost } = this.of(chargePointId);
    const value = boost ? 0 : (priority?.value ?? configured);
    return value >= 0 ? value : failInvariant(`${chargePointId} has the priority ${value}`);
  }
}
