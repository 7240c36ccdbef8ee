/**
 * The conductors of a virtual site: what flows through every circuit and phase, and what the charge points are allowed, kept as
 * running sums in whole milliamperes, so that they are exact. Who judges is told of every change, before and after.
 */
import { defined } from '../../base/assert.js';
import { hasPhase, type PhaseMask } from '../../base/rotation.js';
import { type Amps, mapPhases, NO_AMPS, PHASES, type PhaseAmps } from '../../base/units.js';
import type { Circuit } from '../../dlm/types.js';

const MILLI = 1000;

/** Sums of one circuit: three phases, grid order, mA. */
export interface Conductor {
  readonly circuit: Circuit;
  /** Charge points below it. */
  readonly drawnMa: Int32Array;
  /** What the charge points below it enforce. */
  readonly allowedMa: Int32Array;
  /** Everything else below it. */
  readonly buildingMa: Int32Array;
}

interface Tap {
  /** From the circuit where it hangs up to the root. */
  readonly way: readonly number[];
  readonly drawnMa: Int32Array;
  readonly allowedMa: Int32Array;
}

/** Called before the sums of a circuit change. */
export type BeforeChange = (circuit: number) => void;

export class Copper {
  readonly conductors: readonly Conductor[];
  readonly #ways: readonly (readonly number[])[];
  readonly #taps = new Map<string, Tap>();
  readonly #buildings: readonly Int32Array[];
  /** What consumers take of each circuit, and what PV feeds in there, in A. */
  readonly #loadsA: PhaseAmps[];
  readonly #solarA: PhaseAmps[];
  readonly #beforeChange: BeforeChange;
  /** Per circuit: the sum of all steps of its own load. */
  readonly #movedMa: number[] = [];

  constructor(circuits: readonly Circuit[], beforeChange: BeforeChange) {
    const three = (): Int32Array => new Int32Array(3);
    this.conductors = circuits.map((circuit) => ({
      circuit,
      drawnMa: three(),
      allowedMa: three(),
      buildingMa: three(),
    }));
    this.#buildings = circuits.map(three);
    this.#loadsA = circuits.map(() => NO_AMPS);
    this.#solarA = circuits.map(() => NO_AMPS);
    this.#ways = circuits.map((_, index) => wayUp(circuits, index));
    this.#beforeChange = beforeChange;
  }

  indexOf(id: string): number {
    const index = this.conductors.findIndex(({ circuit }) => circuit.id === id);
    return defined(index < 0 ? undefined : index, `circuit ${id}`);
  }

  /** From a circuit up to the root. */
  wayOf(circuit: number): readonly number[] {
    return defined(this.#ways[circuit], 'circuit');
  }

  /** Where a charge point hangs; to be called once for each. */
  connect(id: string, circuit: string): void {
    const way = this.wayOf(this.indexOf(circuit));
    this.#taps.set(id, { way, drawnMa: new Int32Array(3), allowedMa: new Int32Array(3) });
  }

  /** What it draws now, grid order. */
  setDrawn(id: string, currentA: PhaseAmps): void {
    const { way, drawnMa } = this.#tap(id);
    const [l1, l2, l3] = [milli(currentA[0]), milli(currentA[1]), milli(currentA[2])];
    if (drawnMa[0] === l1 && drawnMa[1] === l2 && drawnMa[2] === l3) return;
    this.#replace(drawnMa, [l1, l2, l3], way, (conductor) => conductor.drawnMa);
  }

  /** What it enforces now, on these phases of the grid. */
  setAllowed(id: string, limitA: Amps, phases: PhaseMask): void {
    const { way, allowedMa } = this.#tap(id);
    const limitMa = milli(limitA);
    const on = (p: 0 | 1 | 2): number => (hasPhase(phases, p) ? limitMa : 0);
    if (allowedMa[0] === on(0) && allowedMa[1] === on(1) && allowedMa[2] === on(2)) return;
    this.#replace(allowedMa, [on(0), on(1), on(2)], way, (conductor) => conductor.allowedMa);
  }

  /** The own consumers of a circuit, without what hangs further below. */
  setBuilding(circuit: number, currentA: PhaseAmps): void {
    this.#loadsA[circuit] = currentA;
    this.#setOwn(circuit);
  }

  /** What PV feeds in there. */
  setSolar(circuit: number, currentA: PhaseAmps): void {
    this.#solarA[circuit] = currentA;
    this.#setOwn(circuit);
  }

  #setOwn(circuit: number): void {
    const own = defined(this.#buildings[circuit], 'circuit');
    const [loadA, solarA] = [this.#loadsA[circuit] ?? NO_AMPS, this.#solarA[circuit] ?? NO_AMPS];
    const currentA = mapPhases((p) => loadA[p] - solarA[p]);
    const nextMa = [milli(currentA[0]), milli(currentA[1]), milli(currentA[2])] as const;
    const movedMa = Math.max(...PHASES.map((p) => Math.abs(nextMa[p] - (own[p] ?? 0))));
    this.#movedMa[circuit] = (this.#movedMa[circuit] ?? 0) + movedMa;
    this.#replace(own, nextMa, this.wayOf(circuit), (conductor) => conductor.buildingMa);
  }

  /** The own load of a circuit; negative where it feeds in. */
  ownBuildingMa(circuit: number): Int32Array {
    return defined(this.#buildings[circuit], 'circuit');
  }

  /** On the most loaded circuit and phase of its way: what could flow there beside what flows, or the buildings alone. Grid phases. */
  freeA(
    id: string,
    phases: PhaseMask,
    ceilingA: (circuit: Circuit) => PhaseAmps,
    beside: 'alone' | 'others' = 'others',
  ): Amps {
    let freeA = Number.POSITIVE_INFINITY;
    for (const index of this.#tap(id).way) {
      const { circuit, drawnMa, buildingMa } = defined(this.conductors[index], 'circuit');
      const ownA = ceilingA(circuit);
      for (const p of PHASES) {
        if (!hasPhase(phases, p)) continue;
        freeA = Math.min(
          freeA,
          ownA[p] - ((beside === 'alone' ? 0 : (drawnMa[p] ?? 0)) + (buildingMa[p] ?? 0)) / MILLI,
        );
      }
    }
    return freeA;
  }

  /** How far the loads that nobody controls have moved so far, up and down, along the way of a charge point. */
  movedA(id: string): Amps {
    return this.#tap(id).way.reduce((sumA, index) => sumA + (this.#movedMa[index] ?? 0) / MILLI, 0);
  }

  drawnA(id: string): PhaseAmps {
    const { drawnMa } = this.#tap(id);
    return ampsOf(drawnMa);
  }

  #tap(id: string): Tap {
    return defined(this.#taps.get(id), `charge point ${id}`);
  }

  #replace(
    own: Int32Array,
    nextMa: readonly [number, number, number],
    way: readonly number[],
    sumsOf: (conductor: Conductor) => Int32Array,
  ): void {
    for (const index of way) {
      this.#beforeChange(index);
      const sums = sumsOf(defined(this.conductors[index], 'circuit'));
      for (const p of PHASES) sums[p] = (sums[p] ?? 0) + nextMa[p] - (own[p] ?? 0);
    }
    own.set(nextMa);
  }
}

export function ampsOf(valuesMa: Int32Array): PhaseAmps {
  return [(valuesMa[0] ?? 0) / MILLI, (valuesMa[1] ?? 0) / MILLI, (valuesMa[2] ?? 0) / MILLI];
}

export function milli(amps: Amps): number {
  return Math.round(amps * MILLI);
}

function wayUp(circuits: readonly Circuit[], from: number): readonly number[] {
  const way = [from];
  for (;;) {
    const parent = circuits[way.at(-1) ?? 0]?.parent;
    if (parent === undefined) return way;
    way.push(circuits.findIndex(({ id }) => id === parent));
  }
}
