/** The part of the page that reads without a script: verdict, how to play the run again, figures, tables. */
import type { BreakerMargin, FaultMark, Measures, RunLog, Violation } from '../../sim/world/run-log.js';
import { clockText } from './columns.js';
import { escaped, facts, spanText, table } from './html.js';

/** Who wants more of them plays the run again. */
const LISTED_MAX = 200;
/** Less than this of the way to the trip left: worth a look. */
const NARROW_MARGIN = 0.25;
const NOT_MEASURED = '<span title="not measured: other faults went on, or the run ended">&ndash;</span>';

export function headHtml(log: RunLog): string {
  return `<header>
<h1>${escaped(log.scenario)} <small>simulated site, seed ${log.seed}</small></h1>
${verdictHtml(log.violations)}
${runFacts(log)}
</header>
<div class="figures">
<section id="faults"><h2>Faults <small>${log.faults.length}</small></h2>
${faultsHtml(log.faults)}
</section>
<section id="measures"><h2>Measures</h2>
${measuresHtml(log.measures)}
${breakersHtml(log.measures.breakers)}
<h3>Counts</h3>
${facts(Object.entries(log.counts).map(([name, count]) => [name, count.toLocaleString('en-US')]))}
</section>
</div>`;
}

function verdictHtml(violations: readonly Violation[]): string {
  if (violations.length === 0) return '<p class="verdict good" role="status">&#10003; no violation</p>';
  const listed = violations.slice(0, LISTED_MAX).map(({ atMs, judge, text }) => {
    return `<li>${timeButton(atMs, atMs)} <strong>${escaped(judge)}</strong> ${escaped(text)}</li>`;
  });
  const more = violations.length - listed.length;
  return `<div class="verdict bad" role="status"><p>&#10007; ${violations.length} ${violations.length === 1 ? 'violation' : 'violations'}</p>
<ol>${listed.join('\n')}</ol>${more > 0 ? `<p>and ${more} more</p>` : ''}</div>`;
}

function runFacts(log: RunLog): string {
  return facts([
    ['play it again', `<code>${escaped(log.replay)}</code>`],
    ['digest', `<code>${escaped(log.digest)}</code>`],
    ['duration', `${clockText(log.durationMs)}, a sample every ${spanText(log.sampleEveryMs)}`],
    ['site', `${counted(log.circuits.length, 'circuit')}, ${counted(log.chargePoints.length, 'charge point')}`],
  ]);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function measuresHtml({
  unfairnessShare,
  limitChangesPerHour,
  pausesPerHour,
  mostStarts,
  energyKwh,
}: Measures): string {
  return facts([
    ['energy charged', `${energyKwh.toFixed(1)} kWh`],
    [
      'largest difference between equal vehicles',
      unfairnessShare === null ? 'none were equal' : percent(unfairnessShare),
    ],
    ['changes of the limit', `${limitChangesPerHour.toFixed(1)} per vehicle and hour`],
    ['pauses', `${pausesPerHour.toFixed(1)} per vehicle and hour`],
    ['most starts by a master', `${mostStarts} of one vehicle within an hour`],
  ]);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function breakersHtml(breakers: readonly BreakerMargin[]): string {
  if (breakers.length === 0) return '';
  const rows = breakers.map(({ circuit, margin, worstShare, longestOverMs }) => [
    escaped(circuit),
    margin < NARROW_MARGIN ? `<strong class="narrow">${percent(margin)}</strong>` : percent(margin),
    `${worstShare.toFixed(2)} &times; rated`,
    longestOverMs === 0 ? 'never' : spanText(longestOverMs),
  ]);
  const heads = ['circuit', 'left before it trips', 'most that flowed', 'longest above rated'];
  return `<h3>Breakers</h3>\n${table('breakers', heads, rows)}`;
}

function faultsHtml(faults: readonly FaultMark[]): string {
  if (faults.length === 0) return '<p>none</p>';
  const rows = [...faults]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map(({ row, fault, target, fromMs, toMs, recoveryMs }) => [
      timeButton(fromMs, toMs + (recoveryMs ?? 0)),
      clockText(toMs),
      String(row),
      escaped(fault),
      escaped(target),
      recoveryMs === null ? NOT_MEASURED : spanText(recoveryMs),
    ]);
  return table('faults', ['from', 'to', 'row', 'fault', 'target', 'recovery'], rows);
}

/** Brings the plots there. */
function timeButton(fromMs: number, toMs: number): string {
  return `<button type="button" class="time" data-from="${fromMs}" data-to="${toMs}">${clockText(fromMs)}</button>`;
}
