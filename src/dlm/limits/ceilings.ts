/**
 * The limit of a circuit on each phase, and where it comes from. Each source says a limit of its own; the lowest holds, and the
 * reason of a charge point names it. Headroom is kept below that limit.
 */
import { assert, failInvariant } from '../../base/assert.js';
import type { LimitCause } from '../../base/reason.js';
import { isAnyAbove, mapPhases, type PerPhase, type PhaseAmps } from '../../base/units.js';
import type { Circuit } from '../types.js';

/** One source: what it allows, in A per phase of the grid. */
export interface LimitOfSource {
  readonly source: LimitCause['source'];
  readonly limitA: PhaseAmps;
}

export interface Ceiling {
  /** The lowest limit less the headroom. It can be negative. */
  readonly limitA: PhaseAmps;
  readonly cause: PerPhase<LimitCause>;
}

/** The limits that hold for circuits while the master runs. */
export interface CircuitLimits {
  /** `undefined`: none was set, and that of the configuration holds. */
  operatorLimitA(circuitId: string): PhaseAmps | undefined;
}

function sourcesOf(circuit: Circuit, limits: CircuitLimits): readonly LimitOfSource[] {
  const operatorA = limits.operatorLimitA(circuit.id) ?? circuit.operatorLimitA;
  const fuse = { source: 'fuse', limitA: circuit.limitA } as const;
  return operatorA === undefined ? [fuse] : [fuse, { source: 'operator', limitA: operatorA }];
}

/** Never above the fuse less the headroom. */
export function ceilingOf(circuit: Circuit, limits: CircuitLimits): Ceiling {
  const sources = sourcesOf(circuit, limits);
  const cause = mapPhases((p): LimitCause => {
    let [lowest] = sources;
    for (const each of sources) if (lowest && each.limitA[p] < lowest.limitA[p]) lowest = each;
    assert(lowest !== undefined, `circuit ${circuit.id} has a fuse`);
    return { source: lowest.source, limitA: lowest.limitA[p] };
  });
  const limitA = mapPhases((p) => cause[p].limitA - circuit.headroomA[p]);
  if (isAnyAbove(limitA, circuit.limitA, 0)) {
    failInvariant(`circuit ${circuit.id} may carry ${limitA.join(', ')} A by a fuse of ${circuit.limitA.join(', ')} A`);
  }
  return { limitA, cause };
}

/** As the configuration says it. */
export const AS_CONFIGURED: CircuitLimits = { operatorLimitA: () => undefined };

/** The ceiling of the configuration alone: the fuse or the operator's limit, less headroom. */
export function configuredCeilingA(circuit: Circuit): PhaseAmps {
  return ceilingOf(circuit, AS_CONFIGURED).limitA;
}
