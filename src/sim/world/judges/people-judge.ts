/** What people have set for a charge point holds within the time that a limit needs to arrive, or for its disconnected limit. */
import type { Ms } from '../../../base/units.js';
import type { People } from '../people.js';
import type { SlaveBox } from '../slave-box.js';

export interface PeopleTerms {
  readonly people: People;
  /** For how long a limit may still be as it was. */
  readonly followMs: () => Ms;
  readonly violate: (judge: string, text: string) => void;
}

export class PeopleJudge {
  readonly #terms: PeopleTerms;

  constructor(terms: PeopleTerms) {
    this.#terms = terms;
  }

  /** After each cycle of a master. */
  look(boxes: readonly SlaveBox[], nowMs: Ms): void {
    const { people, followMs, violate } = this.#terms;
    for (const { id, enforced, hardware, isOn } of boxes) {
      const cap = isOn ? people.capOf(id) : undefined;
      if (!cap || nowMs - cap.sinceMs <= followMs()) continue;
      const mostA = Math.max(cap.limitA, hardware.plan.disconnectedLimitA);
      if (enforced.limitA <= mostA) continue;
      violate('operator', `${id} has ${enforced.limitA} A, people allow it ${cap.limitA} A`);
    }
  }
}
