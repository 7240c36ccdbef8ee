/** What a simulated site came to, for a terminal: the verdict first, then the figures, in 80 columns. */
import { wrapped } from '../../cli/control/columns.js';
import type { BreakerMargin, FaultMark, RunLog } from '../../sim/world/run-log.js';

const PERCENT = 100;
/** Longest list of violations that a terminal shows. */
const SHOWN_MAX = 10;

export function verdictText(log: RunLog): string {
  return [
    ...violationLines(log),
    '',
    ...wrapped('', `${log.scenario}: ${minutes(log.durationMs)}, ${log.chargePoints.length} charge points`),
    ...breakerLines(log.measures.breakers),
    ...faultLines(log.faults),
    ...measureLines(log),
    '',
    `seed    ${log.seed}`,
    `digest  ${log.digest}`,
    `again   ${log.replay}`,
  ].join('\n');
}

function violationLines({ violations }: RunLog): readonly string[] {
  if (violations.length === 0) return ['no violation'];
  const shown = violations.slice(0, SHOWN_MAX);
  const rest = violations.length - shown.length;
  return [
    `${violations.length} ${violations.length === 1 ? 'violation' : 'violations'}`,
    ...shown.flatMap(({ atMs, judge, text }) => wrapped(`${clock(atMs)}  `, `${judge}: ${text}`)),
    ...(rest > 0 ? [`... and ${rest} more`] : []),
  ];
}

function breakerLines(breakers: readonly BreakerMargin[]): readonly string[] {
  const rows = breakers.map(({ circuit, margin, worstShare, longestOverMs }) => [
    circuit,
    `${(margin * PERCENT).toFixed(1)} %`,
    `${(worstShare * PERCENT).toFixed(1)} %`,
    `${(longestOverMs / 1000).toFixed(1)} s`,
  ]);
  return ['', ...table(['fuse', 'margin', 'most that flowed', 'longest above it'], rows)];
}

/** One row for each kind, with the median and the longest recovery. */
function faultLines(faults: readonly FaultMark[]): readonly string[] {
  if (faults.length === 0) return [];
  const names = [...new Set(faults.map(({ fault }) => fault))].sort();
  const rows = names.map((name) => {
    const own = faults.filter(({ fault }) => fault === name);
    const known = own.flatMap(({ recoveryMs }) => (recoveryMs === null ? [] : [recoveryMs])).sort((a, b) => a - b);
    const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`);
    return [name, `${own.length}`, seconds(known[known.length >> 1]), seconds(known.at(-1))];
  });
  return ['', ...table(['fault', 'times', 'well again after', 'at most'], rows)];
}

function measureLines({ measures, counts }: RunLog): readonly string[] {
  const { unfairnessShare, limitChangesPerHour, pausesPerHour, mostStarts, energyKwh } = measures;
  const unfair = unfairnessShare === null ? 'no two alike' : `${(unfairnessShare * PERCENT).toFixed(2)} %`;
  return [
    '',
    `energy charged             ${energyKwh.toFixed(1)} kWh`,
    `equal vehicles differ by   ${unfair}`,
    `per vehicle and calm hour  ${limitChangesPerHour.toFixed(1)} changes of the limit, ${pausesPerHour.toFixed(1)} pauses`,
    `most starts by a master    ${mostStarts} of one vehicle within an hour`,
    ...wrapped(
      'decided                    ',
      `${counts['cycles'] ?? 0} times, ${counts['datagrams'] ?? 0} datagrams, ${counts['samples'] ?? 0} meter samples`,
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return all.map(line);
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(0)} min`;
}

/** h:mm:ss from the start of the run. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => `${value % 60}`.padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
}
