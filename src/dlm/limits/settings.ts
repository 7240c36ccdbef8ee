/**
 * What people set while the master runs: operator limits, modes, pauses, blocks, priorities and boosts. The state file keeps them over a
 * restart. A session is named by the start of the slave and its number: what was set for one vehicle does not hold for the next.
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import type { LimitReason } from '../../base/reason.js';
import {
  compareVersions,
  type LastingSetting,
  NEVER_SET,
  type RememberedSettings,
  type Session,
  type SettingsVersion,
} from '../../base/settings.js';
import type { Ms, PhaseAmps } from '../../base/units.js';

export interface ChargePointSetting extends LastingSetting {
  readonly boost?: { readonly untilMs: Ms; readonly session: string } | undefined;
}

/** What 4 bytes hold. */
const REVISION_MAX = 0xffffffff;

const NOTHING_SET: ChargePointSetting = {};

export class Settings {
  readonly #circuits = new Map<string, PhaseAmps>();
  readonly #chargePoints = new Map<string, ChargePointSetting>();
  #version: SettingsVersion = NEVER_SET;
  /** True: a command says that the grid operator asks for less (section 14a EnWG). */
  #isSection14a = false;

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.values('circuits', this.#circuits);
    carrier.values('chargePoints', this.#chargePoints);
    this.#version = carrier.value('version', this.#version);
    this.#isSection14a = carrier.value('isSection14a', this.#isSection14a);
  }

  /** In place of all that is set: at the start that of the state file, later what another master knows. */
  load({ version = NEVER_SET, circuits, chargePoints, section14a = false }: RememberedSettings, nowMs: Ms): void {
    assert(
      compareVersions(version, this.#version) >= 0,
      `settings ${version.revision} in place of the later ${this.#version.revision}`,
    );
    this.#version = version;
    this.#isSection14a = section14a;
    this.#circuits.clear();
    this.#chargePoints.clear();
    for (const { id, operatorLimitA } of circuits) this.#circuits.set(id, operatorLimitA);
    for (const { id, boost, ...setting } of chargePoints) {
      const untilMs = nowMs + (boost?.leftMs ?? 0);
      this.change(id, boost ? { ...setting, boost: { untilMs, session: boost.session } } : setting);
    }
  }

  remembered(nowMs: Ms): RememberedSettings {
    return {
      version: this.#version,
      ...(this.#isSection14a && { section14a: true }),
      circuits: [...this.#circuits].map(([id, operatorLimitA]) => ({ id, operatorLimitA })),
      chargePoints: [...this.#chargePoints].map(([id, { boost, ...setting }]) => ({
        id,
        ...setting,
        ...(boost && { boost: { leftMs: Math.max(0, boost.untilMs - nowMs), session: boost.session } }),
      })),
    };
  }

  get isAnythingSet(): boolean {
    return this.#isSection14a || this.#circuits.size > 0 || this.#chargePoints.size > 0;
  }

  get version(): SettingsVersion {
    return this.#version;
  }

  /** Call after each change that people made, with the boot id of this master: the other masters learn it. */
  stamp(author: string): void {
    const revision = Math.min(REVISION_MAX, this.#version.revision + 1);
    this.#version = { revision, author };
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

  /** False: nothing was set. */
  forget(chargePointId: string): boolean {
    return this.#chargePoints.delete(chargePointId);
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
