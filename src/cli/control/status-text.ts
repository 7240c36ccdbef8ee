/** A snapshot of the site for people, in 80 columns: alarms first, then circuits, meters and charge points. */
import { durationText, ordinal } from '../../base/explain.js';
import { PHASE_NAMES, PHASES, PILOT_MIN_A } from '../../base/units.js';
import type {
  Alarm,
  ChargePointStatus,
  CircuitStatus,
  MeterStatus,
  OtherMasterStatus,
  QueuePlace,
  SiteStatus,
  SiteSums,
} from '../../ports/status-sink.js';
import { ampsOf, described, durationOf, kiloOf, namedText, phasesOf, wrapped } from './columns.js';
import type { WholeStatus } from './older.js';
import { silentLines, unreadLines } from './silent-text.js';

export function statusText(status: WholeStatus): string {
  const blocks = [
    headLines(status),
    sumLines(status.sums),
    alarmLines(status),
    circuitLines(status.circuits),
    status.meters.flatMap(meterLines),
    sourceLines(status),
    chargePointLines(status.chargePoints),
    sessionLines(status.chargePoints),
    silentLines(status),
    unreadLines(status),
  ];
  return blocks.flat().join('\n');
}

function headLines(status: Omit<SiteStatus, 'sums'>): string[] {
  const { site, role, epoch, slavesOnline, slavesKnown, version, masterId, networkId, uptimeMs, auth, otherMasters } =
    status;
  const heard = `${slavesOnline} of ${slavesKnown} charge points heard`;
  return [
    ...wrapped('', `${site}: ${role}, epoch ${epoch}, ${heard}, auth ${auth}`),
    ...wrapped('', `evenkeel ${version}, ${masterId}, network id ${networkId}, up ${durationOf(uptimeMs)}`),
    ...otherMasters.flatMap(otherMasterLines),
  ];
}

function otherMasterLines({ id, rank, epoch, active }: OtherMasterStatus): string[] {
  const role = active ? 'active' : rank > 0 ? 'standby' : 'passive';
  return wrapped('', `other master ${id}: ${role}, epoch ${epoch}`);
}

function sumLines(sums: SiteSums | undefined): string[] {
  if (!sums) return [];
  const { free, occupied, charging, outOfService, powerW, currentA, limiting } = sums;
  const out = outOfService > 0 ? ` (${outOfService} out of service)` : '';
  const drawn = `${kiloOf(powerW)} kW, ${phasesOf(currentA)} A`;
  const held = limiting ? ', less than the vehicles want' : '';
  return wrapped('', `${free} free, ${occupied} occupied${out}, ${charging} charging: ${drawn}${held}`);
}

/** Those that last first, each with since when. */
function alarmLines({ alarms, wallMs }: Pick<SiteStatus, 'alarms' | 'wallMs'>): string[] {
  const line = ({ code, text, active, sinceWallMs }: Alarm): string[] => {
    const ago = durationOf(Math.max(0, wallMs - sinceWallMs));
    return wrapped(
      active ? 'ALARM ' : '  was ',
      `${code} ${active ? 'for' : 'until'} ${ago}${active ? '' : ' ago'}: ${text}`,
    );
  };
  return [...alarms.filter(({ active }) => active), ...alarms.filter(({ active }) => !active)].flatMap(line);
}

const CIRCUIT_HEAD = ['circuit', '', 'capacity A', 'exposures A', 'limits A', 'measured A', 'fuse A'];

function circuitLines(circuits: readonly CircuitStatus[]): string[] {
  const rows = circuits.flatMap(({ id, limitA, capacityA, exposureA, sumOfLimitsA, measuredA }) =>
    PHASES.map((phase) => ({
      id: phase === 0 ? id : '',
      cells: [
        PHASE_NAMES[phase],
        ...[capacityA, exposureA, sumOfLimitsA].map((values) => ampsOf(values[phase])),
        measuredA === null ? '-' : ampsOf(measuredA[phase]),
        ampsOf(limitA[phase]),
      ],
    })),
  );
  return described(CIRCUIT_HEAD, rows);
}

function meterLines({ id, model, online, ageMs, currentA, damagedPercent }: MeterStatus): string[] {
  const age = ageMs === null ? 'no values yet' : `values ${durationOf(ageMs)} old`;
  const currents = currentA.map((value) => (value === null ? '-' : ampsOf(value))).join('/');
  const noise = (damagedPercent ?? 0) > 0 ? `, ${damagedPercent?.toFixed(1)} % of its answers damaged` : '';
  return wrapped(`meter ${id}: `, `${online ? `${currents} A` : `LOST, ${age}`} (${model})${noise}`);
}

const SOURCE_HEADS = { section14a: 'section 14a', input: 'input', schedule: 'schedule', operator: 'set' } as const;

/** Digital inputs, schedules, the grid operator, and what people have set. */
function sourceLines({ sources, wallMs }: Pick<SiteStatus, 'sources' | 'wallMs'>): string[] {
  return sources.flatMap(({ kind, id, state, sinceWallMs, text }) => {
    const since = sinceWallMs === null ? '' : ` for ${durationOf(Math.max(0, wallMs - sinceWallMs))}`;
    const isPlain = kind === 'operator' || (kind === 'schedule' && state !== 'lost') || state === 'awaited';
    const is = isPlain ? '' : `${state === 'lost' ? 'LOST' : state}${since}: `;
    return wrapped(`${SOURCE_HEADS[kind]} ${id}: `, `${is}${text}`);
  });
}

const POINT_HEAD = ['point', 'state', 'limit A', 'exp. A', 'draws A', 'lease'];

function chargePointLines(points: readonly ChargePointStatus[]): string[] {
  const rows = points.map((point) => ({
    id: point.id,
    cells: [
      point.online ? point.state : 'silent',
      ampsOf(point.limitA),
      ampsOf(point.exposureA),
      phasesOf(point.currentA),
      point.leaseLeftMs > 0 ? durationOf(point.leaseLeftMs) : '-',
    ],
    text: namedText(point, reasonOf(point)),
  }));
  return described(POINT_HEAD, rows, 'reason');
}

function reasonOf({ reasonText, neededA, queue, errorCode }: ChargePointStatus): string {
  const fault = errorCode === null ? '' : `; ${errorCode}`;
  const needs = neededA > PILOT_MIN_A ? `; needs ${ampsOf(neededA)} A` : '';
  return `${reasonText}${fault}${queue ? `; ${queueText(queue)}` : ''}${needs}`;
}

function queueText({ place, nextInMs }: QueuePlace): string {
  return `${ordinal(place)} in line${nextInMs === null ? '' : `, next change in ${durationText(nextInMs)}`}`;
}

const SESSION_HEAD = ['session', 'kW', 'kWh', 'charged', 'plugged in'];

/** Only of vehicles that are plugged in. */
function sessionLines(points: readonly ChargePointStatus[]): string[] {
  const rows = points
    .filter(({ pluggedInMs }) => pluggedInMs > 0)
    .map(({ id, powerW, sessionWh, chargingMs, pluggedInMs }) => ({
      id,
      cells: [kiloOf(powerW), kiloOf(sessionWh), durationOf(chargingMs), durationOf(pluggedInMs)],
    }));
  return rows.length > 0 ? described(SESSION_HEAD, rows) : [];
}
