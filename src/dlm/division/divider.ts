/**
 * The division of one sample: from the seats and circuits in a `Division` to whole steps for each seat, and what binds
 * it. Admission, exact shares, rounding down, remainder. Contract: docs/allocate.md.
 */
import { failInvariant } from '../../base/assert.js';
import { admit } from './admission.js';
import { BalancedFilling } from './balanced-filling.js';
import { Checks } from './checks.js';
import { Division } from './division.js';
import { Filling } from './filling.js';
import { add, SHARE_DUST } from './numbers.js';
import { explainObstacle, NO_OBSTACLE, type Obstacle } from './obstacle.js';
import { Repair } from './repair.js';
import { Rounding } from './rounding.js';
import { SortSpace } from './sorting.js';
import { beginSums, sumGroups } from './sums.js';
import type { Parents } from '../topology.js';

export class Divider {
  readonly division: Division;
  readonly #space = new SortSpace();
  readonly #filling: Filling;
  readonly #rounding: Rounding;
  readonly #repair: Repair;
  readonly #checks: Checks;
  /** Made when it is needed first: on few sites an imbalance limit binds. */
  #balancedFilling: BalancedFilling | undefined;
  #classOf = new Int32Array(0);
  /** Ends of the classes in `order`. All seats of a class rise together. */
  #classEnds = new Int32Array(1);
  #classes = 0;

  constructor(parents: Pick<Parents, 'parentOf' | 'root'>) {
    this.division = new Division(parents);
    this.#filling = new Filling(this.division, this.#space);
    this.#rounding = new Rounding(this.division, this.#space);
    this.#repair = new Repair(this.division, this.#space);
    this.#checks = new Checks(this.division);
  }

  /** Divides. The answer is in `division`: `steps`, `isAdmitted`, `load`; and in `bindingOf`. */
  divide(): void {
    const { division } = this;
    division.assertComplete();
    admit(division, this.#space);
    this.#findClasses();
    this.#fill();
    this.#rounding.roundDown();
    const isRepaired = division.balanced.length > 0 && this.#repair.run();
    this.#rounding.handOut(this.#classOf, isRepaired);
    this.#findObstacles();
    this.#checks.assertSums();
  }

  /** What keeps a seat from one step more, or a paused seat from its minimum. `undefined` at its maximum. */
  bindingOf(seat: number): Obstacle | undefined {
    const obstacle = this.division.obstacleOf[seat] as number;
    return obstacle === NO_OBSTACLE ? undefined : explainObstacle(obstacle);
  }

  /** True when the seat lacks only a step of the remainder that another seat got. */
  isRemainder(seat: number): boolean {
    const { obstacleOf, shareOf, steps } = this.division;
    const isRoundedDown = (shareOf[seat] as number) > (steps[seat] as number) + SHARE_DUST;
    return (
      isRoundedDown && (obstacleOf[seat] as number) >= 0 && this.#rounding.isRemainder(seat, obstacleOf[seat] as number)
    );
  }

  #findClasses(): void {
    const { order, userCount: users, priorityOf, rules } = this.division;
    if (this.#classOf.length < order.length) {
      this.#classOf = new Int32Array(order.length);
      this.#classEnds = new Int32Array(order.length + 1);
    } else if (this.#classes > 1) {
      this.#classOf.fill(0);
    }
    this.#classes = 0;
    for (let i = 1; i < users && rules.sharing === 'priority'; i++) {
      const isNext = priorityOf[order[i] as number] !== priorityOf[order[i - 1] as number];
      if (isNext) this.#classEnds[this.#classes++] = i;
      this.#classOf[order[i] as number] = this.#classes;
    }
    this.#classEnds[this.#classes++] = users;
    const { length } = this.#classOf;
    if (!(length >= this.division.seatCount)) failInvariant(`classes of ${length} of ${this.division.seatCount} seats`);
  }

  /** Sets the exact shares. The simple filling is exact unless its shares break an imbalance limit. */
  #fill(): void {
    this.#filling.begin();
    let from = 0;
    for (let index = 0; index < this.#classes; index++) {
      const to = this.#classEnds[index] as number;
      this.#filling.fill(from, to);
      from = to;
    }
    if (this.division.balanced.length === 0 || this.#sharesAreBalanced()) return;
    this.#balancedFilling ??= new BalancedFilling(this.division, this.#space);
    this.#balancedFilling.fill(this.#classOf, this.#classes);
  }

  #sharesAreBalanced(): boolean {
    const { division } = this;
    const { seatCount, isAdmitted, groupOf, groupSums, shareOf, load } = division;
    beginSums(division);
    for (let seat = 0; seat < seatCount; seat++) {
      if (isAdmitted[seat] === 1) add(groupSums, groupOf[seat] as number, shareOf[seat] as number);
    }
    sumGroups(division, load);
    return division.isWithinLead(SHARE_DUST);
  }

  /**
   * Sets `obstacleOf` of each seat below its maximum, and checks the answer. An admitted seat is in its range, and no
   * whole step below its exact share. A paused seat has nothing, and an obstacle if it could use current.
   */
  #findObstacles(): void {
    const { division } = this;
    const { seatCount, isAdmitted, steps, minOf, maxOf, shareOf, groupOf, groupSums, obstacleOf, balanced } = division;
    // An imbalance limit can cost a step.
    const lossMax = balanced.length > 0 ? Number.POSITIVE_INFINITY : 1 + SHARE_DUST;
    beginSums(division);
    for (let seat = 0; seat < seatCount; seat++) {
      const has = steps[seat] as number;
      const most = maxOf[seat] as number;
      if (isAdmitted[seat] === 0) {
        const couldCharge = most > 0 && most >= (minOf[seat] as number);
        if (has !== 0 || (obstacleOf[seat] !== NO_OBSTACLE) !== couldCharge) this.#checks.failSeat(seat);
        continue;
      }
      const group = groupOf[seat] as number;
      if (has !== most) obstacleOf[seat] = this.#rounding.obstacleOf(group);
      const isExplained = has === most || (has < most && obstacleOf[seat] !== NO_OBSTACLE);
      const share = shareOf[seat] as number;
      const isFair = has >= (minOf[seat] as number) && share - has < lossMax && share <= most + SHARE_DUST;
      if (!(isExplained && isFair)) this.#checks.failSeat(seat);
      add(groupSums, group, has);
    }
  }
}
