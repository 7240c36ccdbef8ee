/** Mutants of the meters: what a sample is worth, and what a circuit can carry by it. */
import type { Row } from './edit.js';

const CAPACITY = 'dlm/capacity.js';
const LOAD = 'dlm/metered-load.js';
const DECIDE = 'dlm/decide.js';
const RECORD = 'dlm/slave-record.js';
const FAULTS = 'meters/faults';

export const METER_MUTANTS: readonly Row[] = [
  ['M5', 'a fall counts at once', LOAD, 'FALL_HOLD_MS = 5_000', 'FALL_HOLD_MS = 0', 'dlm/capacity'],
  ['M5', 'a slow meter is held too short', LOAD, 'updateMs + 3 * periodMs', '0', 'dlm/meters'],
  ['M5', 'old samples raise', LOAD, 'this.#isDoubtful || isOld', 'this.#isDoubtful', FAULTS],
  ['M5', 'doubtful samples raise', LOAD, 'this.#isDoubtful || isOld', 'isOld', FAULTS],
  [
    'M5',
    'no allowance for ages',
    DECIDE,
    '{ raisableA } = defined(',
    '{ capacityA: raisableA } = defined(',
    'dlm/meters',
  ],
  ['M5', 'no new values, more room', LOAD, 'isNews ? nowA : higherOf(nowA, this.#lastA)', 'nowA', 'dlm/meters'],
  [
    'M5',
    'what it drew before is forgotten',
    RECORD,
    'if ((this.#drawnAtMs[index] ?? fromMs) <= fromMs)',
    'if (true)',
    'dlm/meters',
  ],
  ['M5', 'unseen load is none', CAPACITY, 'this.isIncluding(index) ? NO_FLOW', 'true ? NO_FLOW', 'dlm/meters'],
  ['M5', 'a true overload is garbage', 'dlm/metering.js', 'this.#book.hearOverload(', 'void (', FAULTS],
  ['M6', 'no fallback', CAPACITY, 'isLost && !ignored[p] &&', 'false &&', 'dlm/capacity'],
  ['M6', 'lost above: no load', CAPACITY, 'meter.assumedA(this.#limitA(index))', 'NO_AMPS', 'dlm/regressions'],
  ['M6', 'never heard: no load', LOAD, 'return limitA;', 'return NO_AMPS;', 'dlm/meters'],
  ['M6', 'a stranger is believed', 'runtime/identity-watch.js', 'said === known', 'true', FAULTS],
  ['M6', 'frozen values count on', 'meters/frozen.js', "? 'stuck' : 'lost'", "? 'stuck' : 'stuck'", FAULTS],
  ['M6', 'backwards values count', 'dlm/step-watch.js', 'reversed.length > 0 ?', 'false ?', FAULTS],
  ['M6', 'swapped phases count', 'dlm/step-watch.js', 'return isSwapped ?', 'return false ?', FAULTS],
  ['M6', 'power proves nothing', 'meters/belief.js', ' ?? powerFault(reading, phase)', '', FAULTS],
];
