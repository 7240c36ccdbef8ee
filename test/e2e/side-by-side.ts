/** The sites of this entry have nothing in common and spend most of their time waiting: they run side by side. */
import t from 'tap';

/** For a machine that is busy with other things. */
const TIMEOUT_MS = 120_000;

t.jobs = 4;
t.setTimeout(TIMEOUT_MS);

/** The options of each of them; to be copied, because tap writes into what it is given. */
export const SITE = { buffered: true, timeout: TIMEOUT_MS };
