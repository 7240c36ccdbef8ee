/**
 * The limit of a circuit on each phase, and where it comes from. Each source says a limit of its own; the lowest holds, and the
 * reason of a charge point names it. Headroom is kept below that limit.
 */
import { failInvariant } from '../../base/assert.js';
import type { LimitCause, PowerCause } from '../../base/reason.js';
import { isAnyAbove, mapPhases, type Ms, type PerPhase, type PhaseAmps } from '../../base/units.js';
import type { Circuit } from '../types.js';

/** One source: what it allows, in A per phase of the grid. */
export interface LimitOfSource {
  readonly source: LimitCause['source'];
  readonly limitA: PhaseAmps;
  /** Which one it is, where a source has several. */
  readonly names?: PerPhase<string>;
}

export interface Ceiling {
  /** The lowest limit less the headroom. It can be negative. */
  readonly limitA: PhaseAmps;
  readonly cause: PerPhase<LimitCause>;
}

/** What limits circuits beside their fuses. */
export interface CircuitLimits {
  sourcesOf(circuit: Circuit, nowMs: Ms): readonly LimitOfSource[];
  /** What the charge points below may draw from the grid together, whatever flows beside them; `undefined`: nothing says so. */
  gridDrawOf(circuit: Circuit, nowMs: Ms): PowerCause | undefined;
}

/** Never above the fuse less the headroom. */
export function ceilingOf(circuit: Circuit, sources: readonly LimitOfSource[]): Ceiling {
  const cause = mapPhases((p): LimitCause => {
    let lowest: LimitCause = { source: 'fuse', limitA: circuit.limitA[p] };
    for (const { source, limitA, names } of sources) {
      if (limitA[p] < lowest.limitA) lowest = { source, limitA: limitA[p], ...(names && { name: names[p] }) };
    }
    return lowest;
  });
  const limitA = mapPhases((p) => cause[p].limitA - circuit.headroomA[p]);
  if (isAnyAbove(limitA, circuit.limitA, 0)) {
    failInvariant(`circuit ${circuit.id} may carry ${limitA.join(', ')} A by a fuse of ${circuit.limitA.join(', ')} A`);
  }
  return { limitA, cause };
}
