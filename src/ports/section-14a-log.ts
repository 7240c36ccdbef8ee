/** Where it is written down that the grid operator lowered charge points (section 14a EnWG). */
import type { Section14aEntry } from '../base/section-14a.js';
import type { Ms } from '../base/units.js';

/** Never throws, never waits: control goes on whatever becomes of the log. */
export interface Section14aLog {
  add(entry: Section14aEntry, wallMs: Ms): void;
}
