/** Mutants of what people and the grid operator set while the master runs, and of modes. */
import type { Row } from './edit.js';

const SETTINGS = 'dlm/limits/settings.js';
const TARGETS = 'dlm/sharing/targets.js';
const ROWS = 'sim/world/rows-operator';
const GRID = 'sim/world/section-14a';
const SHOWN = 'sim/world/sources';
const TEXT = 'cli/control-text';
const MODES = 'sim/world/modes';
const SECTION_14A = 'dlm/limits/section-14a.js';
const POWER = 'dlm/load/power.js';
const RESERVE = 'dlm/sharing/idle-reserve.js';

export const OPERATOR_MUTANTS: readonly Row[] = [
  ['E4', 'any status is an answer', 'transports/http-level.js', 'statusCode !== 200', 'false', 'transports/http-level'],
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
  ['E11', 'a grid operator that nobody heeds', 'dlm/load/capacity.js', 'lowerPower(byLimit, byDraw)', 'byLimit', GRID],
  [
    'E12',
    'surplus of a meter that counts backwards',
    POWER,
    'proven.includes(p) ? loadA[p] :',
    'true ? loadA[p] :',
    GRID,
  ],
  ['E12', 'surplus that may be gone is used', POWER, 'Math.max(0, surplusW - openW)', 'surplusW', 'dlm/power'],
  ['E13', 'no failsafe', SECTION_14A, '>= failsafeAfterMs', '>= Number.POSITIVE_INFINITY', GRID],
  ['E13', 'what came of it is not written down', SECTION_14A, 'this.#afterAtMs = nowMs + AFTER_MS;', '', GRID],
  ['F1', 'nothing is kept for one that is not heard', RESERVE, 'Math.max(0, keptA[p] - exposureA[p])', '0', MODES],
  [
    'F2',
    'nothing is kept for an idle one',
    RESERVE,
    'record.isOnline(nowMs) && !record.isDuplicate(nowMs)',
    'false',
    MODES,
  ],
  ['F5', 'a lost meter hides the house', 'dlm/load/capacity.js', 'isLost && fallbackW !== undefined', 'false', MODES],
  ['E4', 'a lost input is shown like others', 'dlm/limits/source-list.js', 'lost !== undefined ?', 'false ?', SHOWN],
  [
    'E4',
    'a lost input does not stand out',
    'cli/control/status-text.js',
    "state === 'lost' ? 'LOST' : state",
    'state',
    TEXT,
  ],
  ['E4', 'a source quotes a line of its own', 'cli/control/columns.js', 'harmless(text).split', 'text.split', TEXT],
  ['E4', 'since when is never noted', 'dlm/limits/inputs.js', 'told: now, sinceMs: nowMs', 'told: now', SHOWN],
  [
    'E9',
    'a bad clock is shown like a good one',
    'dlm/limits/schedules.js',
    "isKnown ? 'active'",
    "true ? 'active'",
    SHOWN,
  ],
  [
    'E13',
    'a loss begins anew with the failsafe',
    SECTION_14A,
    'sinceMs: this.#lostSinceMs, text',
    'sinceMs: this.#toldAtMs, text',
    SHOWN,
  ],
  [
    'H6',
    'alarms are told each second',
    'northbound/topics.js',
    'Math.round(wallMs / 1000) * 1000',
    'wallMs',
    'northbound/topics',
  ],
];
