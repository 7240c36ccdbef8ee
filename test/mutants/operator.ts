/** Mutants of what people set while the master runs. */
import type { Row } from './edit.js';

const SETTINGS = 'dlm/limits/settings.js';
const TARGETS = 'dlm/sharing/targets.js';
const ROWS = 'sim/world/rows-operator';

export const OPERATOR_MUTANTS: readonly Row[] = [
  [
    'A3',
    'an operator limit that nobody heeds',
    'dlm/limits/limit-book.js',
    'settings.operatorLimitA(circuit.id) ??',
    'undefined ??',
    ROWS,
  ],
  ['A3', 'above the fuse', 'dlm/operator.js', 'asked[p] <= circuit.limitA[p]', 'true', ROWS],
  ['A3', 'forgotten at a restart', 'dlm/controller.js', 'if (memory?.settings)', 'if (false)', ROWS],
  [
    'A1',
    'a limit of a charge point that nobody heeds',
    TARGETS,
    'usableOf(snapshot, record).limitA',
    'facts.maxA',
    ROWS,
  ],
  ['A1', 'throttled below its minimum', TARGETS, 'cause && cause.limitA < minA', 'false', ROWS],
  ['B9', 'a priority for ever', SETTINGS, 'priority && priority.session !== session', 'false', ROWS],
  ['B10', 'a boost among equals', TARGETS, "isAnyBoosted(snapshot, served) ? 'priority' : ", '', ROWS],
  [
    'B10',
    'a boost without end',
    SETTINGS,
    'boost.session !== session || nowMs >= boost.untilMs',
    'boost.session !== session',
    ROWS,
  ],
  ['B10', 'a boost for whoever comes', SETTINGS, 'boost.session !== session || ', '', ROWS],
  ['G5', 'a block that ends the running session', SETTINGS, "block.from === 'next' && ", 'false && ', ROWS],
  ['G5', 'a block that lets all in', SETTINGS, 'session === block.goesOn', 'true', ROWS],
  ['G6', 'a pause that nobody heeds', SETTINGS, 'if (isPaused)', 'if (false)', ROWS],
  [
    'E7',
    'a calendar that nobody heeds',
    'dlm/limits/limit-book.js',
    'const scheduled = schedules.ofCircuit(circuit.id, nowMs);',
    'const scheduled = undefined;',
    'sim/world/clock',
  ],
  [
    'E10',
    'limits that add up',
    'dlm/limits/ceilings.js',
    'if (limitA[p] < lowest.limitA)',
    'if (true)',
    'sim/world/clock',
  ],
];
