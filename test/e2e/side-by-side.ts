/** The sites of this entry have nothing in common and spend most of their time waiting. */
import t from 'tap';
import { SideBySide } from '../helpers/side-by-side.js';

/** What never comes is noticed by the one that waits for it; this is far above that, beside busy neighbours too. */
export const TIMEOUT_MS = 1_800_000;

t.setTimeout(TIMEOUT_MS);

export const sites = new SideBySide(6);
