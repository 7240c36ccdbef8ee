/**
 * At any moment each limit has one sentence that names what binds, and the limit is at most that. The circuit that the master names
 * must be above the charge point, and its numbers must allow what it granted.
 */
import { explanation } from '../../../base/explain.js';
import type { Amps, Ms } from '../../../base/units.js';
import type { Controller } from '../../../dlm/controller.js';
import type { SlaveRecord } from '../../../dlm/group/slave-record.js';

const SENTENCE = /^\d+(\.\d)? A: [^;]+; next: \S[^;]*$/;
const ROUNDING_A: Amps = 1e-3;

/** What it asks of a master that decides. */
export type Explained = Pick<Controller, 'records' | 'outlooks' | 'topology'>;

export class ExplainJudge {
  readonly #violate: (judge: string, text: string) => void;

  constructor(violate: (judge: string, text: string) => void) {
    this.#violate = violate;
  }

  /** After each cycle. */
  look(controller: Explained, nowMs: Ms): void {
    const outlooks = controller.outlooks(nowMs);
    for (const record of controller.records) {
      const { id, grantedA, reason } = record;
      const text = explanation(grantedA, reason, outlooks.of(record));
      const tell = (what: string): void => this.#violate('explanation', `${id} ${what}: "${text}"`);
      if (!SENTENCE.test(text)) tell('has no sentence');
      if (grantedA > mostA(record) + ROUNDING_A) tell('has more than it says');
      if (!isAbove(record, controller)) tell('is not below that circuit');
    }
  }
}

/** What its reason allows, in A. */
function mostA({ reason, facts }: SlaveRecord): Amps {
  switch (reason.kind) {
    case 'shortage':
    case 'noVehicle':
    case 'switching':
    case 'paused':
    case 'blocked':
    case 'belowMinimum':
    case 'unsteady':
    case 'session':
    case 'declined':
      return 0;
    case 'maximum':
    case 'circuit':
      return reason.cause?.limitA ?? facts.maxA;
    default:
      return facts.maxA;
  }
}

function isAbove({ reason, facts }: SlaveRecord, { topology: { pathOf, indexOf } }: Explained): boolean {
  if (!('circuit' in reason)) return true;
  const way = pathOf[indexOf.get(facts.circuit) ?? -1] ?? [];
  return way.includes(indexOf.get(reason.circuit) ?? -1);
}
