/** What is written down when the grid operator lowers charge points by section 14a EnWG. */
import type { Watts } from './units.js';

/**
 * `lost`: the source of the signal gives none; the limit holds on. `failsafe`: it has given none for too long. `after`: what came of the
 * event before, some seconds later.
 */
export const SECTION_14A_EVENTS = ['start', 'lost', 'failsafe', 'end', 'after'] as const;
export type Section14aEvent = (typeof SECTION_14A_EVENTS)[number];

export interface Section14aEntry {
  readonly event: Section14aEvent;
  readonly circuit: string;
  /** "input relay", "command". */
  readonly source: string;
  /** What the charge points may draw from the grid together from now on; `null`: nothing limits them. */
  readonly limitW: Watts | null;
  /** What they draw now, by what they say, at the voltage of the site. */
  readonly drawnW: Watts;
}
