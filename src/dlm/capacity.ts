/**
 * What each circuit can carry for the charge points below it, per phase: its limit, less headroom, less the load that
 * nobody here controls. A rise of that load counts at once, a fall only after it has held for a while (M5); a lost
 * meter means the fallback (M6), never zero load.
 */
import { defined } from '../base/assert.js';
import { mapPhases, type Ms, NO_AMPS, type PhaseAmps } from '../base/units.js';
import type { Topology } from './topology.js';
import { type Circuit, FALLBACK_IGNORED_A } from './types.js';

/** A fall of the uncontrolled load counts when no higher value was seen for this long. */
export const FALL_HOLD_MS: Ms = 5_000;
/** More samples than this within the hold time and the oldest go first. */
const HELD_SAMPLES_MAX = 256;

/** One circuit now. All in grid order. */
export interface CircuitCapacity {
  /** The fuse, the operator's limit, or the fallback, less headroom. */
  readonly ceilingA: PhaseAmps;
  /** The load that nobody here controls; negative while PV feeds in. `null` while unknown. */
  readonly backgroundA: PhaseAmps | null;
  readonly measuredA: PhaseAmps | null;
  /** max(0, ceiling - background). */
  readonly capacityA: PhaseAmps;
  /** The fallback is what holds. */
  readonly isFallback: boolean;
}

/** What a circuit may carry while its meter, if it has one, is good: the fuse or the operator's limit, less headroom. */
export function ownCeilingA({ limitA, operatorLimitA, headroomA }: Circuit): PhaseAmps {
  return mapPhases((p) => Math.min(limitA[p], operatorLimitA?.[p] ?? Number.POSITIVE_INFINITY) - headroomA[p]);
}

/** The highest value of the last seconds. */
class HeldMaximum {
  #samples: { readonly atMs: Ms; readonly valueA: PhaseAmps }[] = [];

  push(valueA: PhaseAmps, atMs: Ms): void {
    this.#samples = this.#samples.filter((sample) => sample.atMs > atMs - FALL_HOLD_MS).slice(1 - HELD_SAMPLES_MAX);
    this.#samples.push({ valueA, atMs });
  }

  value(): PhaseAmps {
    return this.#samples.reduce(
      (most: PhaseAmps, sample) => mapPhases((p) => Math.max(most[p], sample.valueA[p])),
      [-Infinity, -Infinity, -Infinity],
    );
  }

  clear(): void {
    this.#samples = [];
  }

  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }
}

interface MeteredState {
  readonly held: HeldMaximum;
  measuredA: PhaseAmps | null;
  /** The load when the meter was lost: for the circuits above, where it is not zero either. */
  lastA: PhaseAmps;
}

export class CapacityBook {
  readonly #circuits: readonly Circuit[];
  readonly #topology: Topology;
  readonly #metered: ReadonlyMap<number, MeteredState>;
  readonly #deepestFirst: readonly number[];

  constructor(circuits: readonly Circuit[], topology: Topology) {
    this.#circuits = circuits;
    this.#topology = topology;
    this.#metered = new Map(
      circuits.flatMap((circuit, index) =>
        circuit.meter === undefined ? [] : [[index, { held: new HeldMaximum(), measuredA: null, lastA: NO_AMPS }]],
      ),
    );
    const depth = (index: number): number => topology.pathOf[index]?.length ?? 0;
    this.#deepestFirst = circuits.map((_, index) => index).sort((a, b) => depth(b) - depth(a));
  }

  /** The circuit at whose supply a meter sits. */
  circuitOfMeter(meterId: string): number | undefined {
    const index = this.#circuits.findIndex((circuit) => circuit.meter === meterId);
    return index === -1 ? undefined : index;
  }

  /** A good sample. `drawnA`: what the charge points below are known to draw. */
  hearMeter(index: number, currentA: PhaseAmps, drawnA: PhaseAmps, nowMs: Ms): void {
    const state = defined(this.#metered.get(index), 'state of a metered circuit');
    const including = this.#circuits[index]?.meterLocation === 'including';
    state.measuredA = currentA;
    state.held.push(including ? mapPhases((p) => currentA[p] - drawnA[p]) : currentA, nowMs);
  }

  loseMeter(index: number): void {
    const state = defined(this.#metered.get(index), 'state of a metered circuit');
    state.measuredA = null;
    if (!state.held.isEmpty) state.lastA = state.held.value();
    state.held.clear();
  }

  /** Every circuit now, in the order of the configuration. */
  capacities(): readonly CircuitCapacity[] {
    const backgrounds: (PhaseAmps | null)[] = this.#circuits.map(() => null);
    for (const index of this.#deepestFirst) backgrounds[index] = this.#backgroundOf(index, backgrounds);
    return this.#circuits.map((circuit, index) => this.#capacityOf(circuit, index, backgrounds[index] ?? null));
  }

  #backgroundOf(index: number, backgrounds: readonly (PhaseAmps | null)[]): PhaseAmps | null {
    const state = this.#metered.get(index);
    if (state) return state.held.isEmpty ? null : state.held.value();
    return this.#sumOfChildren(index, backgrounds);
  }

  /** Without a meter of its own a circuit carries at least what is known to flow behind the meters below it. */
  #sumOfChildren(index: number, backgrounds: readonly (PhaseAmps | null)[]): PhaseAmps {
    let sumA = NO_AMPS;
    this.#circuits.forEach((child, childIndex) => {
      if (this.#topology.indexOf.get(child.parent ?? '') !== index) return;
      const lastA = this.#metered.get(childIndex)?.lastA ?? NO_AMPS;
      const childA = backgrounds[childIndex] ?? child.backgroundMaxA ?? lastA;
      sumA = mapPhases((p) => sumA[p] + childA[p]);
    });
    return sumA;
  }

  #capacityOf(circuit: Circuit, index: number, backgroundA: PhaseAmps | null): CircuitCapacity {
    const ownA = ownCeilingA(circuit);
    const isLost = this.#metered.get(index)?.held.isEmpty ?? false;
    const ignored = mapPhases((p) => circuit.fallbackA[p] >= FALLBACK_IGNORED_A);
    const ceilingA = mapPhases((p) => (isLost && !ignored[p] ? Math.min(ownA[p], circuit.fallbackA[p]) : ownA[p]));
    const load = backgroundA ?? NO_AMPS;
    return {
      ceilingA,
      backgroundA,
      measuredA: this.#metered.get(index)?.measuredA ?? null,
      capacityA: mapPhases((p) => Math.max(0, ceilingA[p] - load[p])),
      isFallback: isLost && !ignored.every(Boolean),
    };
  }
}
