/** Trees and samples for the division, random but never empty of meaning: every kind of limit, in excess and in want. */
import type { Rng } from '../../src/base/rng.js';
import { mapPhases } from '../../src/base/units.js';
import type { Divider } from '../../src/dlm/division/divider.js';
import type { CircuitSample, DivisionRules, SeatSample } from '../../src/dlm/division/division.js';
import type { Parents } from '../../src/dlm/topology.js';

export interface DivisionSample {
  readonly rules: DivisionRules;
  readonly circuits: readonly CircuitSample[];
  readonly seats: readonly SeatSample[];
}

/** A tree whose circuits stand in any order, the root too. */
export function randomParents(rng: Rng, count: number): Pick<Parents, 'parentOf' | 'root'> {
  const indexOf = Int32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = rng.int(index + 1);
    [indexOf[index], indexOf[other]] = [indexOf[other] ?? 0, indexOf[index] ?? 0];
  }
  const parentOf = new Int32Array(count).fill(-1);
  for (let index = 1; index < count; index++) parentOf[indexOf[index] ?? 0] = indexOf[rng.int(index)] ?? 0;
  return { parentOf, root: indexOf[0] ?? 0 };
}

export function randomSample(rng: Rng, circuits: number, seatsMax: number): DivisionSample {
  const seats = rng.int(seatsMax + 1);
  const hasImbalance = rng.chance(0.5);
  const hasPower = rng.chance(0.3);
  const perSeatA = rng.between(2, 20);
  return {
    rules: {
      stepA: rng.chance(0.8) ? 1 : 0.1,
      sharing: rng.chance(0.6) ? 'equal' : 'priority',
      rotationSeed: rng.int(1000),
    },
    circuits: Array.from({ length: circuits }, () => ({
      limitA: mapPhases(() => rng.int(2 + Math.ceil(seats * perSeatA))),
      backgroundA: mapPhases(() => (rng.chance(0.5) ? 0 : Math.round(rng.between(-10, 20) * 10) / 10)),
      ...(hasImbalance && rng.chance(0.5) && { imbalanceLimitA: rng.int(30) }),
      ...(hasPower && rng.chance(0.5) && { limitW: rng.int(1 + seats) * 3 * 230 * perSeatA }),
    })),
    seats: Array.from({ length: seats }, (_, turn) => ({
      circuit: rng.int(circuits),
      phases: rng.int(8),
      minA: rng.chance(0.8) ? 6 : rng.int(12),
      maxA: rng.chance(0.2) ? rng.int(40) : 6 + rng.int(3) * 10,
      priority: rng.chance(0.5) ? 1 : 1 + rng.int(4),
      rank: rng.int(10),
      turn,
    })),
  };
}

export function divide(divider: Divider, { rules, circuits, seats }: DivisionSample): void {
  const { division } = divider;
  division.begin(rules);
  circuits.forEach((circuit, index) => {
    division.setCircuit(index, circuit);
  });
  for (const seat of seats) division.addSeat(seat);
  divider.divide();
}
