/** Mutants of the meters: what a sample is worth, and what a circuit can carry by it. */
import type { Row } from './edit.js';

const CAPACITY = 'dlm/load/capacity.js';
const REPORTED = 'dlm/load/reported-draw.js';
const LOAD = 'dlm/load/metered-load.js';
const POWER = 'dlm/load/power.js';
const PROMPT = 'dlm/load/prompt-level.js';
const STANDING = 'dlm/load/standing-phase.js';
const DECIDE = 'dlm/decide.js';
const FAULTS = 'meters/faults';
const RTU_BUS = 'transports/rtu-bus.js';
const SERIAL_LINE = 'transports/serial-line.js';
const CLOSING = 'transports/serial-closing';

const VOLTAGE = 'dlm/load/measured-voltage.js';

export const METER_MUTANTS: readonly Row[] = [
  [
    'M5',
    'a voltage falls at once',
    VOLTAGE,
    'nowMs - this.#lowerFromMs >= FALL_HOLD_MS',
    'true',
    'dlm/measured-voltage',
  ],
  ['M5', 'a volt of noise counts', VOLTAGE, 'before - FALL_V', 'before - 0', 'dlm/measured-voltage'],
  ['M6', 'a lost meter hides a rise', VOLTAGE, 'this.#isHeard ? levelV :', 'true ? levelV :', 'sim/world/power-limits'],
  [
    'A10',
    'a replay without voltages',
    'runtime/recorder/named.js',
    'voltageV: [shownV, null, null]',
    'voltageV: [null, null, null]',
    'sim/replay',
  ],
  ['A10', 'a contract at 230 V', CAPACITY, 'if (voltageV !== undefined)', 'if (false)', 'sim/world/power-limits'],
  ['M5', 'a fall counts at once', LOAD, 'FALL_HOLD_MS = 5_000', 'FALL_HOLD_MS = 0', 'dlm/capacity'],
  ['M5', 'missed samples hide a fall', LOAD, 'nowMs - last.atMs <= 2 * periodMs', 'true', 'dlm/meters'],
  ['M5', 'a slow meter is held too short', LOAD, 'updateMs + 3 * periodMs', '0', 'dlm/meters'],
  ['M5', 'old samples raise', LOAD, 'this.#isDoubtful || isOld', 'this.#isDoubtful', FAULTS],
  ['M5', 'doubtful samples raise', LOAD, 'this.#isDoubtful || isOld', 'isOld', FAULTS],
  [
    'M5',
    'no allowance for ages',
    DECIDE,
    '{ raisableA, power } = capacityOf(snapshot, circuit);\n        const sumA = sums.sumForCircuit(circuit);\n        for (const phase of',
    '{ capacityA: raisableA, power } = capacityOf(snapshot, circuit);\n        const sumA = sums.sumForCircuit(circuit);\n        for (const phase of',
    'dlm/meters',
  ],
  ['M5', 'no new values, more room', STANDING, 'moves ? restA : ', 'true ? restA : ', 'dlm/meters'],
  ['M5', 'a rise is never taken back', STANDING, 'Math.min(this.#lastA, restA)', 'restA', 'dlm/meters'],
  ['M5', 'a rise is taken back for ever', STANDING, 'if (!this.#isSettled && ', 'if (false && ', 'dlm/meters'],
  [
    'M5',
    'nothing is held over a loss',
    LOAD,
    'this.#isHeard = false;\n        this.#isDoubtful',
    'this.#held = [];\n        this.#isHeard = false;\n        this.#isDoubtful',
    'dlm/meters',
  ],
  [
    'M5',
    'before its first word it drew that',
    REPORTED,
    'this.#isCovered(Math.min(fromMs, nowMs - FALL_HOLD_MS), nowMs)',
    'true',
    'dlm/meters',
  ],
  ['M5', 'the first words after a gap count', REPORTED, 'nowMs - FALL_HOLD_MS', 'nowMs', 'dlm/meters'],
  ['M6', 'what a frozen meter missed counts', 'dlm/load/step-watch.js', '=== movedAtMs &&', '=== -1 &&', 'dlm/meters'],
  [
    'M6',
    'a blind phase counts',
    'dlm/load/metering.js',
    'if (this.#isBlind(index, nowMs))',
    'if (false)',
    'dlm/meters',
  ],
  [
    'M5',
    'what it drew before is forgotten',
    REPORTED,
    'if ((this.#atMs[index] ?? fromMs) <= fromMs)',
    'if (true)',
    'dlm/meters',
  ],
  ['M5', 'one fall proves a meter', PROMPT, 'this.#witnesses >= WITNESSES', 'this.#witnesses >= 1', 'dlm/prompt'],
  ['M5', 'late falls prove as much', PROMPT, 'this.#witnesses -= WITNESSES_MAX', 'void 0', 'dlm/prompt'],
  ['M5', 'a row of late falls is none', PROMPT, 'fall?.wasMissing === true || isMissing(', 'isMissing(', 'dlm/prompt'],
  ['M5', 'no meter takes a mean', 'dlm/load/prompt-watch.js', '[0, 200]', '[0]', 'dlm/prompt'],
  ['M5', 'old values are new ones', PROMPT, 'currentA[p] !== last.currentA[p]', 'true', 'dlm/prompt'],
  [
    'M5',
    'values are of when they were asked',
    PROMPT,
    'mostSince(last.sampledAtMs',
    'mostSince(sampledAtMs',
    'dlm/prompt',
  ],
  ['M5', 'another meter is believed', 'dlm/load/metering.js', 'this.#prompt.delete(index);', '', 'dlm/prompt'],
  ['M5', 'prompt meters raise', LOAD, 'mostA[p] - sample.leastA[p]', 'drawnA[p] - sample.leastA[p]', 'dlm/prompt'],
  ['M5', 'unseen load is none', CAPACITY, 'this.isIncluding(index) ? NO_FLOW', 'true ? NO_FLOW', 'dlm/meters'],
  ['M5', 'a true overload is garbage', 'dlm/load/metering.js', 'this.#book.addOverload(', 'void (', FAULTS],
  ['M6', 'no fallback', CAPACITY, 'isLost && !ignored[p] &&', 'false &&', 'dlm/capacity'],
  ['M6', 'lost above: no load', CAPACITY, 'meter.assumedA(this.#limitA(index))', 'NO_AMPS', 'dlm/regressions'],
  ['M6', 'never heard: no load', LOAD, 'return limitA;', 'return NO_AMPS;', 'dlm/meters'],
  ['M6', 'a stranger is believed', 'runtime/identity-watch.js', 'said === known', 'true', FAULTS],
  ['M6', 'frozen values count on', 'meters/frozen.js', "? 'stuck' : 'lost'", "? 'stuck' : 'stuck'", FAULTS],
  ['M6', 'backwards values count', 'dlm/load/step-watch.js', 'reversed.length > 0 ?', 'false ?', FAULTS],
  ['M6', 'swapped phases count', 'dlm/load/step-watch.js', 'countsA = isSwapped ?', 'countsA = false ?', FAULTS],
  ['M6', 'power proves nothing', 'meters/belief.js', ' ?? powerFault(reading, phase)', '', FAULTS],
  // The traps of serial lines (0009).
  [
    'RTU',
    'silence without a deadline',
    RTU_BUS,
    'if (this.#nowMs + restMs >= deadlineMs)',
    'if (false)',
    'transports/rtu-silence',
  ],
  ['RTU', 'closed under a read', SERIAL_LINE, 'await this.#reading.catch(() => { });', '', CLOSING],
  [
    'RTU',
    'asks the poller of a closed port',
    SERIAL_LINE,
    'if (!this.#isOver)\n                    await this.#readable()',
    'await this.#readable()',
    CLOSING,
  ],
  ['RTU', 'a port that fails stays locked', SERIAL_LINE, 'await port?.close().catch(() => { });', '', CLOSING],
  [
    'W',
    'power is not in the ledger',
    DECIDE,
    'power ? evenWithin(roomOn(power, sumA, ownA, phases), ownA, phases) : Number.POSITIVE_INFINITY',
    'Number.POSITIVE_INFINITY',
    'dlm/power',
  ],
  ['W', 'room in W divided, although some is counted', POWER, 'above === 0 || ', 'true || ', 'dlm/power'],
  ['W', 'power is not divided', 'dlm/sharing/targets.js', '...(power && {', '...(false && {', 'dlm/power'],
  ['W', 'export makes room in W', POWER, 'Math.max(0, loadA[p])', 'loadA[p]', 'dlm/power'],
  [
    'W',
    'too many W are not urgent',
    CAPACITY,
    '(power !== undefined && exceedsPower',
    '(false && exceedsPower',
    'dlm/power',
  ],
  [
    'D4',
    'a lost meter shows no difference',
    CAPACITY,
    'lostDifferenceA: own.lostDifferenceA',
    'lostDifferenceA: 0',
    'sim/world/rows-acceptance',
  ],
];
