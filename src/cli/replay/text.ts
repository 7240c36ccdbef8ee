/** What people read of a replay, in 80 columns. */
import { basename } from 'node:path';
import { reasonText, type LimitReason } from '../../base/reason.js';
import type { SegmentHead } from '../../runtime/recorder/lines.js';
import type { Fields } from '../../runtime/recorder/named.js';
import type { Difference } from '../../sim/replay/difference.js';
import { ampsOf, wrapped } from '../../cli/control/columns.js';
import type { Decision, PointChange } from './cycles.js';
import { clockText, dayText, zoneText } from './times.js';

export interface Verdict {
  readonly decisions: number;
  readonly inputs: number;
  /** In no segment, because they could not be written. */
  readonly missing: number;
}

/** Above everything else. */
export function titleLines(file: string, span: { readonly fromMs: number; readonly untilMs: number }): string[] {
  const { fromMs, untilMs } = span;
  return [...wrapped('', `${basename(file)}: ${dayText(fromMs)} to ${dayText(untilMs)} (${zoneText(fromMs)})`)];
}

export function runLines({ version, masterId, site }: SegmentHead, isStart: boolean, thisVersion: string): string[] {
  const name = typeof site === 'object' && site !== null && 'site' in site ? `${String(site.site)}: ` : '';
  const since = isStart ? 'from its start' : 'in the middle of its run';
  const other = version === thisVersion ? '' : `, recorded by evenkeel ${version}, decided again by ${thisVersion}`;
  return wrapped('', `${name}master ${masterId}, ${since}${other}`);
}

export function decisionLines(decision: Decision): string[] {
  const { wallMs, number, inputs, isRoleNew, role, epoch, changes, sent, renewed } = decision;
  const heard =
    [...inputs].map(([kind, count]) => (count > 1 ? `${kind} (${count})` : kind)).join(', ') || 'nothing heard';
  const office = isRoleNew ? [`  ${role}, epoch ${epoch}`] : [];
  return [
    ...wrapped(`${clockText(wallMs)}  #${number}  `, heard),
    ...office,
    ...changeLines(changes),
    ...sentLines(sent, renewed),
  ];
}

function changeLines(changes: readonly PointChange[]): string[] {
  const heads = changes.map(({ id, fromA, limitA }) => {
    const isMoved = fromA !== undefined && fromA !== limitA;
    return `  ${id}  ${isMoved ? `${ampsOf(fromA)} -> ` : ''}${ampsOf(limitA)} A`;
  });
  const width = Math.max(0, ...heads.map((head) => head.length)) + 2;
  return changes.flatMap(({ reason }, index) => wrapped((heads[index] ?? '').padEnd(width), reasonOf(reason)));
}

function sentLines(sent: readonly Decision['sent'][number][], renewed: number): string[] {
  const grants = sent.map(({ id, limitA }) => `${id} ${ampsOf(limitA)} A`).join(', ');
  const renewals = renewed > 0 ? `${renewed} renewed` : '';
  const text = [grants, renewals].filter((each) => each !== '').join('; ');
  return text === '' ? [] : wrapped('  sent  ', text);
}

function reasonOf(reason: LimitReason): string {
  return reasonText(reason) ?? JSON.stringify(reason);
}

export function differenceLines(difference: Difference, wallMs: number, decision: number): string[] {
  const { name, chargePoint, recorded, now } = difference;
  const what = chargePoint ?? WHAT[name] ?? name;
  const head = `DIFFERENT at ${clockText(wallMs)}, after decision ${decision}: ${what}`;
  return [head, ...wrapped('  recorded  ', saidText(name, recorded)), ...wrapped('  now       ', saidText(name, now))];
}

const WHAT: Readonly<Record<string, string>> = {
  timer: 'when the next cycle or BEACON is due',
  save: 'what is written to the state file',
  log: 'what is told in the log',
  cycle: 'the role of the master',
};

function saidText(name: string, fields: Fields | undefined): string {
  if (!fields) return 'nothing of this';
  const { limitA, reason, delayMs } = fields;
  const isReason = typeof reason === 'object' && reason !== null && 'kind' in reason;
  if (typeof limitA === 'number' && isReason) return `${ampsOf(limitA)} A, ${reasonOf(reason as LimitReason)}`;
  if (name === 'timer' && typeof delayMs === 'number') return `in ${delayMs} ms`;
  return Object.entries(fields)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

export function verdictText({ decisions, inputs, missing }: Verdict): string {
  const gap = missing > 0 ? `; ${missing} inputs were not recorded, what followed on them is not compared` : '';
  return `${decisions} decisions on ${inputs} inputs, all as recorded${gap}`;
}
