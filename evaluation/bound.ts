/**
 * The most energy that anybody could deliver who knows in advance who comes, leaves and wants what, and what the building takes.
 * A linear program: no least current, no steps, no delays, so that it can only be too high. Longer blocks make it higher,
 * never lower: within a block only the sums count.
 */
import highsPackage, { type ModelData } from 'highs';
import { hasPhase } from '../src/base/rotation.js';
import { defined } from '../src/base/assert.js';
import { type Block, contestOf, roomsA } from './blocks.js';
import { type FlatSession, flatSessions } from './flat.js';
import { type EvaluationSite, VOLTAGE_V } from './site.js';

// The package's types describe its CommonJS build; its ES module exports the loader itself.
const highs = await (highsPackage as unknown as typeof highsPackage.default)();
const { infinity } = highs;

export interface Bound {
  readonly energyWh: number;
  /** How the months fell apart. */
  readonly programs: number;
  readonly largest: { readonly columns: number; readonly rows: number };
}

/** One program: blocks next to each other, whose sessions are in no other block. */
interface Window {
  readonly blocks: readonly Block[];
  readonly sessions: readonly number[];
}

export function clairvoyantBound(
  site: EvaluationSite,
  blockMinutes: number,
  progress: (text: string) => void = () => undefined,
): Bound {
  const sessions = flatSessions(site);
  const demandAh = Float64Array.from(
    sessions,
    ({ demandWh, chargePoint }) => demandWh / (VOLTAGE_V * chargePoint.vehicle.phases),
  );
  const { blocks, freeAh } = contestOf(sessions, roomsA(site), blockMinutes, demandAh);
  let energyWh = 0;
  sessions.forEach(({ chargePoint }, index) => {
    energyWh += (freeAh[index] ?? 0) * VOLTAGE_V * chargePoint.vehicle.phases;
  });
  const windows = windowsOf(blocks);
  let largest = { columns: 0, rows: 0 };
  for (const [index, window] of windows.entries()) {
    const program = programOf(
      window,
      sessions,
      demandAh.map((ah, at) => ah - (freeAh[at] ?? 0)),
    );
    if (program.numCols > largest.columns) largest = { columns: program.numCols, rows: program.numRows };
    energyWh += solved(program);
    progress(`window ${index + 1} of ${windows.length}, ${program.numCols} currents`);
  }
  return { energyWh, programs: windows.length, largest };
}

function windowsOf(blocks: readonly Block[]): Window[] {
  const lastBlock = new Map<number, number>();
  for (const [at, block] of blocks.entries()) for (const index of block.sessions) lastBlock.set(index, at);
  const windows: Window[] = [];
  let [first, end] = [0, 0];
  for (const [at, block] of blocks.entries()) {
    end = block.sessions.reduce((latest, index) => Math.max(latest, lastBlock.get(index) ?? at), end);
    if (at < end) continue;
    const own = blocks.slice(first, at + 1);
    windows.push({ blocks: own, sessions: [...new Set(own.flatMap(({ sessions }) => sessions))] });
    first = at + 1;
  }
  return windows;
}

/** Columns: ampere-hours of each session in each block. Rows: what a place carries, then what a session wants. */
function programOf(
  { blocks, sessions: own }: Window,
  sessions: readonly FlatSession[],
  leftAh: Float64Array,
): ModelData {
  const cost: number[] = [];
  const upper: number[] = [];
  const places: { room: number; columns: number[] }[] = [];
  const columnsOf = new Map(own.map((index) => [index, [] as number[]]));
  for (const block of blocks) {
    const first = cost.length;
    const members = block.sessions.map((index) => defined(sessions[index], 'session'));
    members.forEach(({ maxA, chargePoint }, at) => {
      columnsOf.get(block.sessions[at] ?? -1)?.push(cost.length);
      cost.push((chargePoint.vehicle.phases * VOLTAGE_V) / 1000);
      upper.push(maxA * block.hours);
    });
    for (const { phase, roomAh } of block.places) {
      const columns = members.flatMap(({ phases }, at) => (hasPhase(phases, phase) ? [first + at] : []));
      places.push({ room: roomAh, columns });
    }
  }
  const wants = own.map((index) => ({ room: leftAh[index] ?? 0, columns: columnsOf.get(index) ?? [] }));
  return modelInput(cost, upper, [...places, ...wants]);
}

function modelInput(cost: number[], upper: number[], rows: readonly { room: number; columns: number[] }[]): ModelData {
  const starts = [0];
  for (const { columns } of rows) starts.push((starts.at(-1) ?? 0) + columns.length);
  const indices = rows.flatMap(({ columns }) => columns);
  return {
    numCols: cost.length,
    numRows: rows.length,
    sense: highs.constants.objectiveSense.maximize,
    colCost: cost,
    colLower: cost.map(() => 0),
    colUpper: upper,
    rowLower: rows.map(() => -infinity),
    rowUpper: rows.map(({ room }) => room),
    matrix: {
      format: 'csr',
      numRows: rows.length,
      numCols: cost.length,
      starts,
      indices,
      values: indices.map(() => 1),
    },
  };
}

/** Watt-hours. */
function solved(program: ModelData): number {
  return highs.withModel((model) => {
    model.options.set({ output_flag: false });
    model.passModel(program);
    const { modelStatus } = model.run();
    if (modelStatus !== highs.constants.modelStatus.optimal) throw new Error(`HiGHS: model status ${modelStatus}`);
    return model.getObjectiveValue() * 1000;
  });
}
