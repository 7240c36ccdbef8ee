/** What binds each charge point, by ids instead of indices. */
import { assert, failInvariant } from '../../base/assert.js';
import type { LimitReason } from '../../base/reason.js';
import type { PhaseIndex } from '../../base/units.js';
import type { Divider } from './divider.js';
import type { Division } from './division.js';
import { explainObstacle, NO_OBSTACLE, type Obstacle, pairOfObstacle } from './obstacle.js';
import { PAIRS, SLOTS } from './places.js';

const MAXIMUM: LimitReason = { kind: 'maximum' };

/** An obstacle that keeps seats from their minima. */
interface Shortage {
  readonly obstacle: Obstacle;
  /** The admitted seats that load it, in the order of service. */
  readonly users: readonly number[];
}

export class Reasons {
  readonly #divider: Divider;
  readonly #circuitIds: readonly string[];
  readonly #yieldsToMax: number;
  /** Reasons without ids of charge points, made once for each obstacle: per slot, and per slot or pair. */
  readonly #remainders: (LimitReason | undefined)[];
  readonly #limits: (LimitReason | undefined)[];
  /** By obstacle. Only for the present division. */
  readonly #shortages = new Map<number, Shortage>();
  /** Place of each seat in the order of service. Set only where a seat is paused. */
  #placeOf = new Int32Array(0);

  constructor(divider: Divider, circuitIds: readonly string[], yieldsToMax: number) {
    const { count } = divider.division.tree;
    assert(circuitIds.length === count, `${circuitIds.length} ids for ${count} circuits`);
    assert(Number.isInteger(yieldsToMax) && yieldsToMax >= 0, `a shortage names ${yieldsToMax} charge points`);
    this.#divider = divider;
    this.#circuitIds = circuitIds;
    this.#yieldsToMax = yieldsToMax;
    this.#remainders = new Array<undefined>(count * SLOTS).fill(undefined);
    this.#limits = new Array<undefined>(count * (SLOTS + PAIRS)).fill(undefined);
  }

  /** Forgets the last division. Call after each division. */
  begin(): void {
    if (this.#shortages.size > 0) this.#shortages.clear();
  }

  /** Why a seat gets no more. `ids` are the charge points of all seats. */
  explain(seat: number, ids: readonly string[]): LimitReason {
    const { obstacleOf, isAdmitted } = this.#divider.division;
    const code = obstacleOf[seat] as number;
    if (code === NO_OBSTACLE) return MAXIMUM;
    if (isAdmitted[seat] === 0) return this.#shortage(seat, code, ids);
    return this.#divider.isRemainder(seat) ? this.#remainder(code) : this.#limit(code);
  }

  #remainder(code: number): LimitReason {
    const known = this.#remainders[code];
    if (known) return known;
    const obstacle = explainObstacle(code);
    const phase = obstacle.kind === 'circuit' ? { phase: obstacle.phase } : {};
    const reason: LimitReason = { kind: 'step', circuit: this.#idOf(obstacle), ...phase };
    this.#remainders[code] = reason;
    return reason;
  }

  #limit(code: number): LimitReason {
    const index = code >= 0 ? code : this.#remainders.length + pairOfObstacle(code);
    const known = this.#limits[index];
    if (known) return known;
    const obstacle = explainObstacle(code);
    const reason: LimitReason = { ...obstacle, circuit: this.#idOf(obstacle) };
    this.#limits[index] = reason;
    return reason;
  }

  #shortage(seat: number, code: number, ids: readonly string[]): LimitReason {
    const { obstacle, users } = this.#shortageOf(code);
    if (obstacle.circuit >= this.#circuitIds.length)
      failInvariant(`${ids[seat]} is paused by circuit ${obstacle.circuit}`);
    const end = this.#countBefore(seat, users);
    const yieldsTo: string[] = [];
    for (let i = Math.max(0, end - this.#yieldsToMax); i < end; i++) yieldsTo.push(ids[users[i] as number] as string);
    const circuit = this.#idOf(obstacle);
    switch (obstacle.kind) {
      case 'circuit':
        return { kind: 'shortage', circuit, phase: obstacle.phase, yieldsTo };
      case 'power':
        return { kind: 'shortage', circuit, yieldsTo };
      case 'imbalance':
        return { kind: 'shortage', circuit, phases: obstacle.phases, yieldsTo };
    }
  }

  #idOf({ circuit }: Obstacle): string {
    return this.#circuitIds[circuit] as string;
  }

  #shortageOf(code: number): Shortage {
    const known = this.#shortages.get(code);
    if (known) return known;
    if (this.#shortages.size === 0) this.#findPlaces();
    const obstacle = explainObstacle(code);
    const shortage = { obstacle, users: this.#usersOf(obstacle) };
    this.#shortages.set(code, shortage);
    return shortage;
  }

  /** How many of the users are served before the seat. */
  #countBefore(seat: number, users: readonly number[]): number {
    const place = this.#placeOf[seat] as number;
    let before = 0;
    for (let end = users.length; before < end; ) {
      const middle = (before + end) >> 1;
      if ((this.#placeOf[users[middle] as number] as number) < place) before = middle + 1;
      else end = middle;
    }
    return before;
  }

  #usersOf(obstacle: Obstacle): readonly number[] {
    const { division } = this.#divider;
    const users: number[] = [];
    for (let i = 0; i < division.userCount; i++) {
      const seat = division.order[i] as number;
      if (division.isAdmitted[seat] === 1 && loads(division, seat, obstacle)) users.push(seat);
    }
    return users;
  }

  #findPlaces(): void {
    const { order, userCount } = this.#divider.division;
    if (this.#placeOf.length < order.length) this.#placeOf = new Int32Array(order.length);
    for (let i = 0; i < userCount; i++) this.#placeOf[order[i] as number] = i;
  }
}

function loads({ groupOf, tree }: Division, seat: number, obstacle: Obstacle): boolean {
  const group = groupOf[seat] as number;
  const place = tree.placeOf[group >> 3] as number;
  if (place < (tree.placeOf[obstacle.circuit] as number) || place >= (tree.endOf[obstacle.circuit] as number))
    return false;
  const has = (phase: PhaseIndex): boolean => ((group >> phase) & 1) === 1;
  if (obstacle.kind === 'power') return true;
  return obstacle.kind === 'circuit' ? has(obstacle.phase) : has(obstacle.phases[0]) && !has(obstacle.phases[1]);
}
