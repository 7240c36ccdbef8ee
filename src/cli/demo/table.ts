/** The live table, as text: a picture in, lines out, each within the terminal's columns and not more than its rows. */
import { PHASE_NAMES, PHASES, type PhaseIndex } from '../../base/units.js';
import type { ChargePointView, CircuitView, MeterView, ReasonView } from './board.js';
import {
  dayClock,
  durationText,
  type LogLine,
  type Picture,
  plainText,
  type ProcessView,
  secondsText,
} from './picture.js';

export interface Surface {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

type Style = 'plain' | 'bold' | 'dim' | 'red' | 'yellow' | 'green';
/** A piece of a line in one style. */
type Piece = readonly [text: string, style: Style];
type Line = readonly Piece[];

const SGR = { plain: '', bold: '1', dim: '2', red: '1;31', yellow: '33', green: '32' } as const satisfies Record<
  Style,
  string
>;
const LOG_LINES_MAX = 20;
const BAR_CELLS = 16;
const ALARM_LINES_MAX = 2;
/** Current below this is none. */
const NO_CURRENT_A = 0.5;

/** Rows go to the log first when there are more, and are taken from it first when there are fewer. */
export function drawTable(picture: Picture, surface: Surface): string[] {
  const above = [titleLine(picture), presenceLine(picture), ...circuitLines(picture), ...chargePointLines(picture)];
  const alarms = alarmLines(picture);
  const keys = keyLines(picture.processes);
  const room = surface.rows - above.length - alarms.length - keys.length;
  const log = picture.log.slice(-LOG_LINES_MAX).slice(-Math.max(1, room)).map(logLine);
  const blank = Array.from({ length: Math.max(0, room - log.length) }, (): Line => []);
  const lines = room < 1 ? [...above, ...alarms, ...keys] : [...above, ...alarms, ...log, ...blank, ...keys];
  // The last column stays free: some terminals wrap as soon as it is written.
  const width = Math.max(1, surface.columns - 1);
  return lines.slice(0, surface.rows).map((line) => lineText(line, width, surface.colour));
}

function lineText(line: Line, width: number, colour: boolean): string {
  let room = width;
  let text = '';
  for (const [raw, style] of line) {
    const shown = cut(plainText(raw), room);
    room -= shown.length;
    text += colour && style !== 'plain' && shown !== '' ? `\x1b[${SGR[style]}m${shown}\x1b[0m` : shown;
  }
  return text;
}

/** Too long a text ends with "~". */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}~`;
}

function left(text: string, width: number): string {
  return cut(text, width).padEnd(width);
}

function right(text: string, width: number): string {
  return cut(text, width).padStart(width);
}

function titleLine({ siteName, dayMinute, factor, uptimeMs, board }: Picture): Line {
  const lapse = factor === 60 ? '1 s = 1 min' : `${factor} x as fast`;
  const online = board.site ? `${board.site.slavesOnline} of ${board.site.slavesKnown} online` : 'starting';
  return [
    [`evenkeel demo  ${siteName}`, 'bold'],
    [`   day ${dayClock(dayMinute)} (${lapse})   up ${durationText(uptimeMs)}   ${online}`, 'plain'],
  ];
}

/** Who is there: broker, master, meter. Without the first two, what stands below is old, and says so. */
function presenceLine({ board, brokerIsUp, nowMs }: Picture): Line {
  const { heardAtMs, presence, site, meters } = board;
  if (heardAtMs === undefined) return [['broker, master and meter are starting', 'yellow']];
  const age = `data ${secondsText(nowMs - heardAtMs)} old`;
  if (!brokerIsUp) return [[`broker DOWN   ${age}: this is how it was`, 'red']];
  const broker: Piece = ['broker up', 'green'];
  if (presence === undefined) return [broker, [`   master not heard yet   ${age}`, 'yellow']];
  if (presence !== 'online') return [broker, [`   master OFFLINE   ${age}: this is how it was`, 'red']];
  return [
    broker,
    [`   master up, epoch ${site?.epoch ?? '-'}`, 'green'],
    [`   ${age}`, 'plain'],
    ...[...meters.values()].map((meter) => meterPiece(meter, nowMs)),
  ];
}

function meterPiece({ id, online, ageMs, heardAtMs }: MeterView, nowMs: number): Piece {
  if (online) return [`   meter ${id} ${secondsText(ageMs ?? 0)} old`, 'green'];
  if (ageMs === null) return [`   meter ${id} not heard yet`, 'red'];
  return [`   meter ${id} LOST, ${secondsText(ageMs + nowMs - heardAtMs)} old`, 'red'];
}

function circuitLines(picture: Picture): Line[] {
  const header = `${left('CIRCUIT', 9)}PH ${right('NOW A', 7)} ${right('FUSE', 5)}  ${left('=building #cars', BAR_CELLS + 2)}`;
  const circuits = rootFirst([...picture.board.circuits.values()]);
  return [
    [[`${header} ${right('BUILDING', 8)} ${right('LIMITS', 6)} ${right('WORST CASE', 12)}`, 'dim']],
    ...circuits.flatMap((circuit) => PHASES.map((phase) => circuitLine(picture, circuit, phase))),
  ];
}

function rootFirst(circuits: readonly CircuitView[]): readonly CircuitView[] {
  return [...circuits.filter(({ parent }) => parent === null), ...circuits.filter(({ parent }) => parent !== null)];
}

function circuitLine({ board }: Picture, circuit: CircuitView, phase: PhaseIndex): Line {
  const flowA = board.flowA(circuit)?.[phase] ?? null;
  const limitA = circuit.limitA[phase];
  const isOver = flowA !== null && limitA !== null && flowA > limitA;
  const chargingA = board.chargingA(circuit.id)[phase] ?? 0;
  const building = circuit.parent === null ? amps(circuit.backgroundA?.[phase] ?? null, 1) : '';
  const worst = `${amps(circuit.exposureA[phase], 0)} of ${right(amps(circuit.capacityA[phase], 0), 2)}`;
  const rest = `${right(building, 8)} ${right(amps(circuit.sumOfLimitsA[phase], 0), 6)} ${right(worst, 12)}`;
  return [
    [`${left(phase === 0 ? circuit.id : '', 8)} ${PHASE_NAMES[phase]} `, phase === 0 ? 'bold' : 'plain'],
    [right(flowA === null ? '?' : amps(flowA, 1), 7), isOver || flowA === null ? 'red' : 'bold'],
    [` ${right(amps(limitA, 0), 5)}  `, 'plain'],
    [`[${bar(flowA, chargingA, limitA)}]`, isOver ? 'red' : 'plain'],
    [` ${rest}`, 'plain'],
    [isOver ? ' OVER' : '', 'red'],
  ];
}

/** What flows as a share of the fuse, the building's part first; feed-in is an empty bar. */
function bar(flowA: number | null, chargingA: number, limitA: number | null): string {
  if (flowA === null || !limitA) return '?'.repeat(BAR_CELLS);
  const cells = (amperes: number): number =>
    Math.min(BAR_CELLS, Math.max(0, Math.round((amperes / limitA) * BAR_CELLS)));
  const building = cells(flowA - chargingA);
  const all = Math.max(building, cells(flowA));
  return '='.repeat(building) + '#'.repeat(all - building) + '.'.repeat(BAR_CELLS - all);
}

function amps(value: number | null, decimals: number): string {
  return value === null ? '-' : (value + 0).toFixed(decimals);
}

function chargePointLines(picture: Picture): Line[] {
  const header = `${left('POINT', 9)}${left('STATE', 13)}${right('LIMIT', 6)} ${right('L1 A', 5)}${right('L2 A', 5)}${right('L3 A', 5)}`;
  const points = [...picture.board.chargePoints.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [
    [[`${header} ${right('LEASE', 7)}  WHY THIS LIMIT`, 'dim']],
    ...points.map((point) => chargePointLine(point, picture.nowMs)),
  ];
}

function chargePointLine(point: ChargePointView, nowMs: number): Line {
  const { id, state, online, limitA, currentA, leaseLeftMs, heardAtMs } = point;
  const currents = PHASES.map((phase) => right(flowing(currentA[phase]), 5)).join('');
  // A lease is renewed all the time while its slave is there; that of a silent one runs out.
  const leftMs = online ? leaseLeftMs : (leaseLeftMs ?? 0) - (nowMs - heardAtMs);
  return [
    [left(id, 8), 'bold'],
    [' ', 'plain'],
    [left(online ? state : absence(state), 13), online ? stateStyle(state) : 'red'],
    [right(`${amps(limitA, 0)} A`, 6), 'bold'],
    [` ${currents} ${right(leftMs === null ? '-' : secondsText(leftMs), 7)}  `, 'plain'],
    [reasonText(point.reason), online ? 'plain' : 'red'],
  ];
}

/** Of a slave that is not heard. */
export function absence(state: string): string {
  return state === 'Unknown' ? 'not yet heard' : 'SILENT';
}

function flowing(currentA: number | null): string {
  return currentA === null || currentA < NO_CURRENT_A ? '-' : currentA.toFixed(1);
}

function stateStyle(state: string): Style {
  if (state === 'Charging') return 'green';
  if (state === 'Faulted' || state === 'Unavailable') return 'red';
  return state === 'SuspendedEVSE' ? 'yellow' : 'plain';
}

/** The published text where it is short, else the same in fewer words. */
function reasonText({ kind, circuit, phase, text }: ReasonView): string {
  if (kind === 'step') return `${circuit} ${phase} full`;
  if (kind === 'waiting') return `waits for ${circuit} ${phase}`;
  if (kind === 'shortage') return `paused: ${circuit} ${phase} full`;
  if (kind === 'offline') return 'falls to its own limit';
  if (kind === 'startup') return 'start: waits for leases';
  if (kind === 'unsteady') return 'waits for steady room';
  if (kind === 'vehiclePaused') return 'vehicle does not charge';
  if (kind === 'declined') return 'does not charge, others do';
  return text;
}

function alarmLines({ board, brokerIsUp }: Picture): Line[] {
  if (!brokerIsUp || board.presence !== 'online') return [[['alarms not known', 'dim']]];
  const active = [...board.alarms.values()].filter((alarm) => alarm.active);
  if (active.length === 0) return [[['no alarm', 'dim']]];
  const more = active.length - ALARM_LINES_MAX;
  return active.slice(0, ALARM_LINES_MAX).map(({ code, text }, index) => {
    const others = more > 0 && index === ALARM_LINES_MAX - 1 ? ` (and ${more} more)` : '';
    return [[`ALARM ${code} ${text}${others}`, 'red']];
  });
}

function logLine({ clock, level, event, text }: LogLine): Line {
  const style = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'plain';
  return [
    [`${clock} `, 'dim'],
    [`${event.padEnd(11)} ${text}`, style],
  ];
}

/** Keys and process ids together: a key does what `kill -9 PID` does from elsewhere. */
function keyLines(processes: readonly ProcessView[]): Line[] {
  const isNumbered = ({ key }: ProcessView): boolean => /\d/.test(key);
  const named = processes.filter((process) => !isNumbered(process));
  return [
    [['kill -9: ', 'dim'], ...named.flatMap((process) => keyPieces(process, process.name)), ['q quits', 'bold']],
    [['cp: ', 'dim'], ...processes.filter(isNumbered).flatMap((process) => keyPieces(process, ''))],
  ];
}

function keyPieces({ key, pid }: ProcessView, name: string): Piece[] {
  const text = pid === undefined ? 'down' : `${pid}`;
  return [
    [key, 'bold'],
    [` ${name}${name && ' '}`, 'plain'],
    [text.padEnd(name ? 10 : 9), pid === undefined ? 'red' : 'plain'],
  ];
}
