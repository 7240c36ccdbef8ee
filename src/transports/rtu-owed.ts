/**
 * Which requests of a serial line may still be answered. An RTU answer does not say what it answers: after a timeout a late
 * one of the same length would be taken for the next request, and every later one too. A device answers in the order in
 * which it was asked, so an answer belongs to the first open request that it fits: that one and those before it are done.
 */
import type { Ms } from '../base/units.js';
import type { RegisterBlock } from '../ports/register-bus.js';
import { contentBytes } from './rtu-frames.js';

/** No answer is later than this; what is still open then was lost. */
const LATEST_MS: Ms = 10_000;
/** Of one unit. More cannot be open at once, because each needs a timeout of its own; the oldest would be dropped. */
const OWED_MAX = 64;
const MAX_REGISTERS = 125;

export interface Owed {
  readonly block: RegisterBlock;
  readonly sentAtMs: Ms;
}

function fits(block: RegisterBlock, functionCode: number, bytes: number): boolean {
  return block.functionCode === functionCode && contentBytes(block) === bytes;
}

export class OwedAnswers {
  readonly #byUnit = new Map<number, Owed[]>();

  add(unitId: number, block: RegisterBlock, nowMs: Ms): Owed {
    const owed = { block, sentAtMs: nowMs };
    this.#byUnit.set(unitId, [...this.#of(unitId, nowMs), owed].slice(-OWED_MAX));
    return owed;
  }

  /** The request that so many bytes of registers or bits answer; `undefined` when nobody asked for so many. */
  settleData(unitId: number, functionCode: number, bytes: number, nowMs: Ms): Owed | undefined {
    const open = this.#of(unitId, nowMs);
    const at = open.findIndex(({ block }) => fits(block, functionCode, bytes));
    if (at < 0) return undefined;
    this.#byUnit.set(unitId, open.slice(at + 1));
    return open[at];
  }

  /** The same for an exception, which fits every open request of its function. */
  settleException(unitId: number, functionCode: number, nowMs: Ms): Owed | undefined {
    const open = this.#of(unitId, nowMs);
    const at = open.findIndex(({ block }) => block.functionCode === functionCode);
    if (at < 0) return undefined;
    this.#byUnit.set(unitId, open.slice(at + 1));
    return open[at];
  }

  /** Whether this is all that any device of the line may still answer. */
  isAlone(owed: Owed, nowMs: Ms): boolean {
    const open = [...this.#byUnit.keys()].flatMap((unitId) => this.#of(unitId, nowMs));
    return open.length === 1 && open[0] === owed;
  }

  /** It was answered, if by a damaged frame. */
  drop(unitId: number, owed: Owed): void {
    this.#byUnit.set(
      unitId,
      (this.#byUnit.get(unitId) ?? []).filter((each) => each !== owed),
    );
  }

  /**
   * A read to be made before `block`, when a late answer would look like that of `block`: the same registers, but so many
   * as no open request asked for. Its answer shows that nothing older is on its way.
   */
  probeFor(unitId: number, block: RegisterBlock, nowMs: Ms): RegisterBlock | undefined {
    const open = this.#of(unitId, nowMs);
    const isTaken = (count: number): boolean =>
      open.some((owed) => fits(owed.block, block.functionCode, contentBytes({ ...block, count })));
    if (!isTaken(block.count)) return undefined;
    // Two fewer first: many meters refuse to be read up to the middle of a value of two registers.
    const counts = [block.count - 2, ...Array.from({ length: MAX_REGISTERS }, (_, index) => index + 1)];
    const count = counts.find((each) => each >= 1 && each !== block.count && !isTaken(each));
    return count === undefined ? undefined : { ...block, count };
  }

  #of(unitId: number, nowMs: Ms): Owed[] {
    return (this.#byUnit.get(unitId) ?? []).filter(({ sentAtMs }) => nowMs - sentAtMs < LATEST_MS);
  }
}
