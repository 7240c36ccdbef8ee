/**
 * The exact max-min share, by a sequence of linear programs that HiGHS solves: the level of all that are open is raised as far as it
 * goes, those who cannot exceed it stay there, the others go on. Nothing is assumed about the constraints but that they are linear.
 */
import highsPackage, { type Model as HighsModel } from 'highs';
import { type Model, type Place, roomA, type Seat } from './model.js';

// The package's types describe its CommonJS build; its ES module exports the loader itself.
const loadHighs = highsPackage as unknown as typeof highsPackage.default;
const highs = await loadHighs();
const { infinity } = highs;
const { maximize } = highs.constants.objectiveSense;
const { optimal } = highs.constants.modelStatus;

/** More than this above the level is above it; the solver is a thousand times finer. */
const ABOVE_A = 1e-5;
/** How much play the levels found so far leave to the levels to come. */
const PLAY_A = 1e-8;
/** Raising many by a little shows more at once than raising one as far as it goes. */
const RISE_A = 1;

const solver = highs.createModel();
solver.options.set({ output_flag: false, presolve: 'off', primal_feasibility_tolerance: 1e-9 });

/** In steps: room that is a whole number but for the division by the step. */
const ROOM_HAIR = 1e-9;

/** How many programs were solved, for the report of a run. */
export const solved = { lps: 0, milps: 0 };

/**
 * Columns: the level, the currents in the order of `seats`, and by how much each rises above the level at least.
 * Rows: places, then "current - level - rise >= 0" for each.
 */
interface Program {
  readonly seats: readonly Seat[];
  readonly stepA: number;
  readonly firstLink: number;
}

/** The share in amperes of each of `admitted`, by index of the charge point. */
export function sharesOf(model: Model, admitted: readonly Seat[]): ReadonlyMap<number, number> {
  const shares = new Map<number, number>();
  if (admitted.length === 0) return shares;
  const program = load(model, admitted);
  const classes =
    model.sharing === 'equal' ? [0] : [...new Set(admitted.map((seat) => seat.priority))].sort((a, b) => a - b);
  for (const priority of classes) {
    let open: readonly Seat[] = admitted.filter((seat) => model.sharing === 'equal' || seat.priority === priority);
    while (open.length > 0) open = raiseLevel(program, open, shares);
  }
  return shares;
}

function load({ places, stepA }: Model, seats: readonly Seat[]): Program {
  const used = places.filter(({ weights }) => seats.some(({ index }) => (weights[index] ?? 0) > 0));
  const rows = used.map((place) => entriesOf(place, seats));
  const links = seats.map((_, i) => ({ indices: [0, i + 1, seats.length + i + 1], values: [-1, 1, -1] }));
  const none = seats.map(() => 0);
  const all = [...rows, ...links];
  const starts = [0];
  for (const { indices } of all) starts.push((starts.at(-1) ?? 0) + indices.length);
  solver.passModel({
    numCols: 2 * seats.length + 1,
    numRows: all.length,
    sense: maximize,
    colCost: [0, ...none, ...none],
    colLower: [-infinity, ...seats.map(({ min }) => min * stepA), ...none],
    colUpper: [infinity, ...seats.map(({ max }) => max * stepA), ...none],
    rowLower: all.map(() => -infinity),
    rowUpper: [...used.map(roomA), ...links.map(() => infinity)],
    matrix: {
      format: 'csr',
      numRows: all.length,
      numCols: 2 * seats.length + 1,
      starts,
      indices: all.flatMap(({ indices }) => indices),
      values: all.flatMap(({ values }) => values),
    },
  });
  return { seats, stepA, firstLink: used.length };
}

function entriesOf({ weights }: Place, seats: readonly Seat[]): { indices: number[]; values: number[] } {
  const entries = seats.flatMap(({ index }, i) => {
    const weight = weights[index] ?? 0;
    return weight === 0 ? [] : [{ column: i + 1, weight }];
  });
  return { indices: entries.map(({ column }) => column), values: entries.map(({ weight }) => weight) };
}

/** One level: raises the open, fixes those who stay, and returns the others. */
function raiseLevel(program: Program, open: readonly Seat[], shares: Map<number, number>): readonly Seat[] {
  const levelA = highestLevel(program, open);
  const stuck = whoIsStuck(program, open, levelA);
  if (stuck.length === 0) throw new Error(`the judge makes no progress at ${levelA} A`);
  for (const seat of stuck) {
    shares.set(seat.index, levelA);
    // No bound above: it cannot exceed its level while nobody has less, and a bound would leave the solver no play.
    solver.changeColBounds(columnOf(program, seat), levelA - PLAY_A, seat.max * program.stepA);
  }
  return open.filter((seat) => !stuck.includes(seat));
}

/** The most that all of `open` can have together, with no rise above it. */
function highestLevel(program: Program, open: readonly Seat[]): number {
  const { seats, firstLink } = program;
  seats.forEach((seat, i) => {
    solver.changeRowBounds(firstLink + i, open.includes(seat) ? 0 : -infinity, infinity);
  });
  setRising(program, []);
  solver.changeColCost(0, 1);
  solver.changeColBounds(0, -infinity, infinity);
  return run()[0] ?? Number.NaN;
}

/** Who cannot exceed the level: the sum of the rises is made as large as it can be, until nobody of the rest rises. */
function whoIsStuck(program: Program, open: readonly Seat[], levelA: number): readonly Seat[] {
  solver.changeColCost(0, 0);
  solver.changeColBounds(0, levelA - PLAY_A / 10, levelA - PLAY_A / 10);
  for (let rest = open; ; ) {
    setRising(program, rest);
    const values = run();
    const still = rest.filter((seat) => (values[program.seats.length + columnOf(program, seat)] ?? 0) <= ABOVE_A);
    if (still.length === 0 || still.length === rest.length) return still;
    rest = still;
  }
}

/** Whose rise counts; the others need not rise. */
function setRising({ seats }: Program, rising: readonly Seat[]): void {
  const own = seats.map((seat) => (rising.includes(seat) ? 1 : 0));
  const columns = { kind: 'range', from: seats.length + 1, to: 2 * seats.length } as const;
  solver.changeColsCost(columns, own);
  const lower = seats.map(() => 0);
  const upper = own.map((each) => each * RISE_A);
  solver.changeColsBounds(columns, lower, upper);
}

function columnOf({ seats }: Program, seat: Seat): number {
  return seats.indexOf(seat) + 1;
}

function run(): Float64Array {
  solved.lps += 1;
  const { modelStatus } = solver.run();
  if (modelStatus !== optimal) throw new Error(`HiGHS: model status ${modelStatus}`);
  return solver.getSolution().colValue;
}

/** The least d for which whole steps exist that keep every place and give each its floor less d (by index). */
export function leastShortfall(model: Model, admitted: readonly Seat[], floors: ReadonlyMap<number, number>): number {
  solved.milps += 1;
  const used = model.places.filter(({ weights }) => admitted.some(({ index }) => (weights[index] ?? 0) !== 0));
  return highs.withModel((whole: HighsModel) => {
    whole.options.set({ output_flag: false });
    whole.addVars([0, ...admitted.map(({ min }) => min)], [infinity, ...admitted.map(({ max }) => max)]);
    whole.changeColCost(0, 1);
    for (let column = 0; column <= admitted.length; column++) {
      whole.changeColIntegrality(column, highs.constants.variableType.integer);
    }
    for (const place of used)
      whole.addRow(-infinity, roomA(place) / model.stepA + ROOM_HAIR, entriesOf(place, admitted));
    admitted.forEach(({ index }, i) => {
      whole.addRow(floors.get(index) ?? 0, infinity, { indices: [0, i + 1], values: [1, 1] });
    });
    if (whole.run().modelStatus !== optimal) throw new Error(`HiGHS: model status ${whole.getModelStatus()}`);
    return Math.round(whole.getObjectiveValue());
  });
}
