/** The demo where no terminal is: plain lines, each complete in itself, so that they can be read in a log or by a script. */
import { PHASE_NAMES, PHASES } from '../../base/units.js';
import type { ChargePointView, CircuitView, Triple } from './board.js';
import { dayClock, type LogLine, type Picture, plainText, secondsText } from './picture.js';
import { absence } from './table.js';

const MARK = { debug: '', info: '', warn: 'WARN ', error: 'ERROR ' } as const satisfies Record<
  LogLine['level'],
  string
>;

/** "21:03:07 LIMIT        cp3 16 A -> 10 A: garage L2 full". */
export function eventLine({ clock, level, event, text }: LogLine): string {
  return plainText(`${clock} ${event.padEnd(12)} ${MARK[level]}${text}`);
}

/** One line for each circuit, one for all charge points; `clock` is the local time of day. */
export function summaryLines(picture: Picture, clock: string): string[] {
  const { board, dayMinute, brokerIsUp, nowMs } = picture;
  const isCurrent = brokerIsUp && board.presence === 'online';
  const age = board.heardAtMs === undefined ? 'no data yet' : `data ${secondsText(nowMs - board.heardAtMs)} old`;
  const trouble = brokerIsUp ? `master ${board.presence ?? 'not heard yet'}` : 'broker down';
  const head = `day ${dayClock(dayMinute)}${isCurrent ? '' : ` (${trouble}, ${age})`}`;
  const meters = [...board.meters.values()].map(({ id, online, ageMs }) => {
    return `meter ${id} ${online ? `${secondsText(ageMs ?? 0)} old` : 'lost'}`;
  });
  const points = [...board.chargePoints.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const lines = [
    ...[...board.circuits.values()].map((circuit) => `SITE         ${circuitText(picture, circuit)}`),
    `SITE         ${[head, ...meters].join('; ')}; ${points.map(pointText).join(', ')}`,
  ];
  return lines.map((line) => plainText(`${clock} ${line}`));
}

function circuitText({ board }: Picture, circuit: CircuitView): string {
  const flowA = board.flowA(circuit);
  const phases = PHASES.map((phase) => {
    const [now, limit] = [flowA?.[phase] ?? null, circuit.limitA[phase]];
    const mark = now !== null && limit !== null && now > limit ? ' OVER' : '';
    return `${PHASE_NAMES[phase]} ${now === null ? 'lost' : now.toFixed(1)}/${limit ?? '-'} A${mark}`;
  });
  const building = circuit.parent === null ? `; building ${tripleText(circuit.backgroundA)}` : '';
  const worst = `worst case ${tripleText(circuit.exposureA)} of ${tripleText(circuit.capacityA)}`;
  return `${circuit.id.padEnd(6)} ${phases.join('  ')}${building}; limits ${tripleText(circuit.sumOfLimitsA)}; ${worst}`;
}

function tripleText(values: Triple | null): string {
  return values === null ? '-' : values.map((value) => value?.toFixed(0) ?? '-').join('/');
}

function pointText({ id, state, online, limitA, currentA }: ChargePointView): string {
  if (!online) return `${id} ${absence(state)}`;
  if (state === 'Available') return `${id} free`;
  const drawnA = Math.max(...currentA.map((value) => value ?? 0));
  const phases = PHASES.filter((phase) => (currentA[phase] ?? 0) >= 0.5).map((phase) => PHASE_NAMES[phase]);
  const draws = phases.length > 0 ? `${drawnA.toFixed(1)} A on ${phases.join('+')}` : state;
  return `${id} limit ${limitA ?? '-'} A, ${draws}`;
}
