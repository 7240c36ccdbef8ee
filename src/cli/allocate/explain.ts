/** The answer for people, at 80 columns: a line for each charge point with the reason, then the circuits as a tree. */
import { defined } from '../../base/assert.js';
import { type LimitReason, reasonText } from '../../base/reason.js';
import { hasPhase, maskToGrid } from '../../base/rotation.js';
import { mapPhases, type PhaseAmps, PHASE_NAMES, PHASES } from '../../base/units.js';
import type {
  AllocationAnswer,
  AllocationCandidate,
  AllocationCircuit,
  AllocationRequest,
  CircuitShare,
} from '../../dlm/allocate.js';

const WIDTH = 80;
const ID_WIDTH_MAX = 18;
const PHASES_WIDTH = 8;
const AMPS_WIDTH = 7;
const LIMIT_WIDTH = 9;
const CELL_WIDTH = 15;
const NAME_WIDTH_MIN = 26;
/** Deeper circuits are not indented any further, so that their text stays readable. */
const INDENTED_LEVELS_MAX = 8;

/** Lines of at most 80 characters, unless the numbers themselves need more. */
export function explainAnswer(request: AllocationRequest, answer: AllocationAnswer): readonly string[] {
  const lines = [
    ...chargePointLines(request.chargePoints, answer),
    '',
    ...circuitLines(request.circuits, answer),
    '',
    summary(answer),
  ];
  return lines.map((line) => line.trimEnd());
}

function chargePointLines(candidates: readonly AllocationCandidate[], answer: AllocationAnswer): string[] {
  const idWidth = Math.max('charge point'.length, ...[...new Set(candidates.map(({ id }) => shortId(id).length))]);
  const row = (cells: readonly [string, string, string, string, string]): string => {
    const [id, phases, min, max, limit] = cells;
    const numbers = `${min.padStart(AMPS_WIDTH)}${max.padStart(AMPS_WIDTH)}${limit.padStart(LIMIT_WIDTH)}`;
    return `${id.padEnd(idWidth)}  ${phases.padEnd(PHASES_WIDTH)}${numbers}  `;
  };
  const head = row(['charge point', 'phases', 'min A', 'max A', 'limit A']);
  return [
    `${head}why`,
    ...candidates.flatMap((candidate) => {
      const { limitA, boundBy } = defined(answer.limits.get(candidate.id), 'charge point in the answer');
      const [min, max, limit] = [numberText(candidate.minA), numberText(candidate.maxA), numberText(limitA)];
      const front = row([shortId(candidate.id), phasesOnGrid(candidate), min, max, limit]);
      return hanging(front, reasonText(withShortIds(boundBy)));
    }),
  ];
}

/** Ids often differ at their end only. What a terminal might obey is not shown. */
function shortId(id: string, widthMax = ID_WIDTH_MAX): string {
  const tail = Math.floor((widthMax - 2) / 2);
  const shown = id.length <= widthMax ? id : `${id.slice(0, widthMax - 2 - tail)}..${id.slice(-tail)}`;
  return shown.replace(/\p{C}/gu, '?');
}

function withShortIds(reason: LimitReason): LimitReason {
  const short = 'circuit' in reason ? { ...reason, circuit: shortId(reason.circuit) } : reason;
  return short.kind === 'shortage' ? { ...short, yieldsTo: short.yieldsTo.map((id) => shortId(id)) } : short;
}

function phasesOnGrid({ rotation, activePhases }: AllocationCandidate): string {
  const mask = maskToGrid(rotation, activePhases);
  return PHASES.filter((phase) => hasPhase(mask, phase))
    .map((phase) => PHASE_NAMES[phase])
    .join(' ');
}

function numberText(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** The words after `front`; what does not fit goes on below, under its beginning. */
function hanging(front: string, text: string): string[] {
  const indent = ' '.repeat(front.length);
  const lines = [front];
  let isEmpty = true;
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    const longer = isEmpty ? line + word : `${line} ${word}`;
    if (isEmpty || longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
    isEmpty = false;
  }
  return lines;
}

function circuitLines(circuits: readonly AllocationCircuit[], answer: AllocationAnswer): string[] {
  const rows = inTreeOrder(circuits).map(([circuit, depth]) => circuitRows(circuit, depth, answer));
  const cells = rows.flat().flatMap(({ cells = [] }) => cells);
  const cellWidth = cells.reduce((width, cell) => Math.max(width, cell.length + 2), CELL_WIDTH);
  const nameWidth = Math.max(NAME_WIDTH_MIN, WIDTH - 3 * cellWidth);
  const line = ({ indent, text, cells }: Row): string => {
    if (!cells) return `${indent}${text}`;
    return (
      `${indent}${shortId(text, nameWidth - indent.length)}`.padEnd(nameWidth) +
      cells.map((cell) => cell.padStart(cellWidth)).join('')
    );
  };
  return [line({ indent: '', text: 'circuit: load of capacity, A', cells: PHASE_NAMES }), ...rows.flat().map(line)];
}

interface Row {
  readonly indent: string;
  readonly text: string;
  readonly cells?: readonly string[];
}

/** Parents first, each followed by what it feeds. A chain may be as long as the request, so without recursion. */
function inTreeOrder(circuits: readonly AllocationCircuit[]): [AllocationCircuit, number][] {
  const fedBy = new Map<string | undefined, AllocationCircuit[]>();
  for (const circuit of circuits) {
    const siblings = fedBy.get(circuit.parent);
    if (siblings) siblings.push(circuit);
    else fedBy.set(circuit.parent, [circuit]);
  }
  const open: [AllocationCircuit, number][] = (fedBy.get(undefined) ?? []).map((root) => [root, 0]);
  const ordered: [AllocationCircuit, number][] = [];
  for (let next = open.pop(); next; next = open.pop()) {
    const [circuit, depth] = next;
    ordered.push(next);
    for (const child of (fedBy.get(circuit.id) ?? []).reverse()) open.push([child, depth + 1]);
  }
  return ordered;
}

function circuitRows(circuit: AllocationCircuit, depth: number, answer: AllocationAnswer): Row[] {
  const share = defined(answer.circuits.get(circuit.id), 'circuit in the answer');
  const { loadA, capacityA } = share;
  const indent = '  '.repeat(Math.min(depth, INDENTED_LEVELS_MAX));
  const ofCapacity = mapPhases((phase) => `${numberText(loadA[phase])} of ${numberText(capacityA[phase])}`);
  const detail = `${indent}  | `;
  return [
    { indent: depth > 0 ? `${indent.slice(2)}+ ` : '', text: circuit.id, cells: ofCapacity },
    ...(circuit.backgroundA.some((amps) => amps !== 0)
      ? [{ indent: detail, text: 'background', cells: circuit.backgroundA.map(numberText) }]
      : []),
    ...[powerText(share), imbalanceText(circuit, loadA)].flatMap((text) =>
      text === undefined ? [] : [{ indent: detail, text }],
    ),
  ];
}

function powerText({ loadW, capacityW }: Partial<CircuitShare>): string | undefined {
  return loadW === undefined || capacityW === undefined
    ? undefined
    : `power ${numberText(loadW)} of ${numberText(capacityW)} W`;
}

/** The largest difference, with the background in it. */
function imbalanceText({ imbalanceLimitA, backgroundA }: AllocationCircuit, loadA: PhaseAmps): string | undefined {
  if (imbalanceLimitA === undefined) return undefined;
  const totalA = mapPhases((phase) => loadA[phase] + backgroundA[phase]);
  const [low, high] = [Math.min(...totalA), Math.max(...totalA)];
  const between = `${PHASE_NAMES[PHASES[totalA.indexOf(high)] ?? 0]}-${PHASE_NAMES[PHASES[totalA.indexOf(low)] ?? 0]}`;
  const place = high > low ? ` ${between}` : '';
  return `imbalance${place} ${numberText(high - low)} of ${numberText(imbalanceLimitA)} A`;
}

function summary({ limits }: AllocationAnswer): string {
  const paused = [...limits.values()].filter(({ limitA }) => limitA === 0).length;
  return `charge points: ${limits.size}, with current: ${limits.size - paused}, paused: ${paused}`;
}
