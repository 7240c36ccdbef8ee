/** Mutants of a new configuration while the master runs. */
import type { Row } from './edit.js';

const RELOADS = 'daemon/reloads';
const CHANGES = 'config/changes';

export const RELOAD_MUTANTS: readonly Row[] = [
  ['H5', 'two reloads at a time', `${RELOADS}.js`, '!this.#isAsked || this.#work ||', '!this.#isAsked ||', RELOADS],
  ['H5', 'nothing runs after a refusal', `${RELOADS}.js`, 'this.#running = await former();', '', RELOADS],
  ['H5', 'a start after a crash', `${RELOADS}.js`, 'if (this.#isAborted)', 'if (false)', RELOADS],
  ['H5', 'a password in the log', `${CHANGES}.js`, 'SECRET.test(key) ?', 'false ?', CHANGES],
  [
    'H5',
    'a standby listens anew',
    'dlm/masters/mastership.js',
    'rank > 0 && !wasActive ?',
    'rank > 0 ?',
    'sim/world/rows-reload',
  ],
  ['H5', 'ready while it reloads', 'daemon/sd-notify.js', 'if (last && !isApart)', 'if (last)', 'daemon/sd-notify'],
  ['H5', 'another order is no change', `${CHANGES}.js`, 'kept.join() === keptNow.join()', 'true', CHANGES],
];
