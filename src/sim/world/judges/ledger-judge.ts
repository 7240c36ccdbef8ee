/**
 * Holds the master's books to the world. I1: what a charge point enforces never exceeds its exposure in the ledger of the master that
 * decides; while two do, neither can know what the other granted, nor afterwards while that is in force: the flow alone is judged. I2: whenever somebody is
 * raised, its limit and the exposures of all others fit every circuit.
 */
import { hasPhase, maskToGrid } from '../../../base/rotation.js';
import { mapPhases, type Ms, PHASE_NAMES, PHASES } from '../../../base/units.js';
import type { Controller } from '../../../dlm/controller.js';
import { powerOf } from '../../../dlm/load/power.js';
import type { SlaveRecord } from '../../../dlm/group/slave-record.js';
import type { MasterBox } from '../master-box.js';
import type { SlaveBox } from '../slave-box.js';

/** Amperes travel in hundredths. */
const ROUNDING_A = 0.011;

type Counted = ReturnType<Controller['circuits']>[number];

export interface LedgerTerms {
  readonly leaseMs: Ms;
  /** Of the world: each master has a clock of its own. */
  readonly nowMs: () => Ms;
  /** Boxes that cannot be told apart by their id, or that nobody was asked about. */
  readonly isExcused: (box: SlaveBox) => boolean;
  readonly violate: (judge: string, text: string) => void;
}

export class LedgerJudge {
  readonly #terms: LedgerTerms;
  /** What each master granted last, by id. */
  readonly #grantedA = new Map<SlaveRecord, number>();
  /** When two were last seen that took themselves for the one that decides. */
  #twoAtMs: Ms = Number.NEGATIVE_INFINITY;

  constructor(terms: LedgerTerms) {
    this.#terms = terms;
  }

  /** I1, for one that has just changed. */
  enforces(box: SlaveBox, masters: readonly MasterBox[]): void {
    if (this.#terms.isExcused(box)) return;
    const [master, ...others] = this.#lookWhoDecides(masters);
    if (master && others.length === 0) this.#judgeBox(box, master);
  }

  /** I1 for all, and I2: after a cycle. */
  decided(master: MasterBox, boxes: readonly SlaveBox[], masters: readonly MasterBox[]): void {
    if (!master.isDeciding) return;
    this.#judgeRaises(master);
    if (this.#lookWhoDecides(masters).length > 1) return;
    for (const box of boxes) if (!this.#terms.isExcused(box)) this.#judgeBox(box, master);
  }

  #lookWhoDecides(masters: readonly MasterBox[]): readonly MasterBox[] {
    if (masters.filter(({ isActive }) => isActive).length > 1) this.#twoAtMs = this.#terms.nowMs();
    return masters.filter(({ isDeciding }) => isDeciding);
  }

  /** Whether it may still follow what the other one granted while two decided. */
  #mayFollowAnother(box: SlaveBox, master: MasterBox): boolean {
    const isRecent = this.#terms.nowMs() - this.#twoAtMs < this.#terms.leaseMs;
    return isRecent && box.followedMasterId !== master.runtime?.controller.mastership.id;
  }

  #judgeBox(box: SlaveBox, master: MasterBox): void {
    const { limitA, phases } = box.enforced;
    if (limitA === 0) return;
    const record = master.runtime?.controller.records.find(({ id }) => id === box.id);
    if (!record) return;
    const exposureA = record.exposureA(master.nowMs, this.#terms.leaseMs);
    const grid = maskToGrid(box.hardware.rotation, phases);
    for (const p of PHASES) {
      if (!hasPhase(grid, p) || limitA <= exposureA[p] + ROUNDING_A) continue;
      if (this.#mayFollowAnother(box, master)) return;
      const text = `${box.id} enforces ${limitA} A on ${PHASE_NAMES[p]}, ${master.name} counts ${exposureA[p]} A`;
      this.#terms.violate('I1', text);
      return;
    }
  }

  #judgeRaises(master: MasterBox): void {
    const { runtime } = master;
    if (!runtime) return;
    const raised: SlaveRecord[] = [];
    for (const record of runtime.controller.records) {
      const before = this.#grantedA.get(record) ?? 0;
      if (record.grantedA !== before) this.#grantedA.set(record, record.grantedA);
      if (record.grantedA > before && record.grantedA > record.account.enforced.limitA) raised.push(record);
    }
    if (raised.length === 0) return;
    const { topology } = runtime.controller;
    const circuits = runtime.controller.circuits(master.nowMs);
    for (const record of raised) {
      const way = topology.pathOf[topology.indexOf.get(record.facts.circuit) ?? 0] ?? [];
      for (const index of way) this.#judgeRaise(master, record, circuits[index]);
    }
  }

  /** On the phases that it was granted for: others it does not load. */
  #judgeRaise(master: MasterBox, record: SlaveRecord, circuit: Counted | undefined): void {
    const { id, facts, grants, grantedA } = record;
    if (!circuit || !grants.last) return;
    const grid = maskToGrid(facts.rotation, grants.last.phases);
    const ownA = record.exposureA(master.nowMs, this.#terms.leaseMs);
    const { capacityA, power } = circuit.capacity;
    // What old grants may still allow it is no reason to give it less than what the others leave.
    const besideA = mapPhases((p) => circuit.exposureA[p] - ownA[p] + grantedA);
    const over = PHASES.find((p) => hasPhase(grid, p) && besideA[p] > capacityA[p] + ROUNDING_A);
    if (over === undefined) {
      // A phase of it that the grant does not cover cannot be helped.
      const countedA = mapPhases((p) => (hasPhase(grid, p) ? besideA[p] : circuit.exposureA[p] - ownA[p]));
      const countedW = powerOf(countedA, power?.voltageV ?? 0);
      if (!power || countedW <= power.capacityW + power.voltageV * PHASES.length * ROUNDING_A) return;
      const text = `${countedW.toFixed(0)} W counted of ${power.capacityW.toFixed(0)} W`;
      this.#terms.violate('I2', `${master.name} raised ${id} to ${grantedA} A with ${text}`);
      return;
    }
    const sums = `${besideA[over].toFixed(2)} A counted of ${capacityA[over].toFixed(2)} A on ${PHASE_NAMES[over]}`;
    this.#terms.violate('I2', `${master.name} raised ${id} to ${grantedA} A with ${sums}`);
  }
}
