/** The sites of this entry have nothing in common and spend most of their time waiting: they run side by side. */
import t from 'tap';

/** What never comes is noticed by those who wait for it; this is far above it, beside busy neighbours too. */
export const TIMEOUT_MS = 900_000;

t.jobs = 6;
t.setTimeout(TIMEOUT_MS);

/** The options of each of them; to be copied, because tap writes into what it is given. */
export const SITE = { buffered: true, timeout: TIMEOUT_MS };
