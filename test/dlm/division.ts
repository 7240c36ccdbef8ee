/** The parts of the division, each against the plainest thing that does the same, and a divider that is used again. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { Divider } from '../../src/dlm/division/divider.js';
import { Kernel } from '../../src/dlm/division/kernel.js';
import { SlotHeap } from '../../src/dlm/division/slot-heap.js';
import { SortSpace, sortByKey, sortByKeys } from '../../src/dlm/division/sorting.js';
import { type FuseTree, fuseTree } from '../../src/dlm/division/tree.js';
import { type DivisionSample, divide, randomParents, randomSample } from '../helpers/division-samples.js';
import { unmeasured } from '../helpers/unmeasured.js';

const RUNS = Number(process.env['EVENKEEL_RUNS'] ?? 300);
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const REPLAY = 'replay one: EVENKEEL_SEED=n EVENKEEL_RUNS=1 node build/test/dlm.test.js';

/** `play` gives what is wrong, if anything is. */
function overSeeds(name: string, play: (rng: Rng) => string | undefined): void {
  t.test(name, async (t) => {
    t.comment(`seeds ${FIRST_SEED}..; ${REPLAY}`);
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      try {
        const flaw = play(seededRng(seed));
        if (flaw !== undefined) t.fail(`seed ${seed}: ${flaw}`);
      } catch (error) {
        t.fail(`seed ${seed}: ${error instanceof Error ? error.stack : error}`);
      }
    }
    t.pass(`${RUNS} runs`);
  });
}

/** Nothing where both are the same. */
function difference(what: string, found: Iterable<unknown>, expected: Iterable<unknown>): string | undefined {
  const [foundText, expectedText] = [[...found].join(' '), [...expected].join(' ')];
  return foundText === expectedText ? undefined : `${what}: expected ${expectedText}, got ${foundText}`;
}

const space = new SortSpace();

overSeeds('whole numbers are sorted, equal ones stay in order, the rest is left alone', (rng) => {
  const count = 1 + rng.int(200);
  const below = [2, 40, 2 ** 11, 2 ** 22, 2 ** 30 + 1][rng.int(5)] ?? 2;
  const keys = Int32Array.from({ length: count }, () => rng.int(below));
  const given = shuffled(rng, count);
  const from = rng.int(count);
  const to = from + rng.int(count - from + 1);
  const sorted = given.slice();
  sortByKey(sorted, from, to, keys, space);
  const middle = [...given.slice(from, to)].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  return difference('order', sorted, [...given.slice(0, from), ...middle, ...given.slice(to)]);
});

overSeeds('two keys, whole or of any sign: the second decides where the first is equal', (rng) => {
  const count = 1 + rng.int(200);
  const isWhole = rng.chance(0.5);
  const first = Float64Array.from({ length: count }, () => (isWhole ? rng.int(4) : rng.int(4) - 1.5));
  const below = rng.chance(0.9) ? 2 ** 31 : 2 ** 33;
  const some = (): number => (isWhole ? rng.int(below) : rng.between(-1e9, 1e9));
  const second = Float64Array.from({ length: count }, () => (rng.chance(0.3) ? 0 : some()));
  const given = shuffled(rng, count);
  const sorted = given.slice();
  const part = rng.int(count + 1);
  sortByKeys(sorted, part, first, second, space);
  const head = [...given.slice(0, part)].sort(
    (a, b) => (first[a] ?? 0) - (first[b] ?? 0) || (second[a] ?? 0) - (second[b] ?? 0),
  );
  return difference('order', sorted, [...head, ...given.slice(part)]);
});

function shuffled(rng: Rng, count: number): Int32Array {
  const order = Array.from({ length: count }, (_, index) => ({ index, place: rng.next() }));
  return Int32Array.from(
    order.sort((a, b) => a.place - b.place),
    ({ index }) => index,
  );
}

overSeeds('the slot on top of the heap has the lowest key', (rng) => {
  const slots = 1 + rng.int(40);
  const heap = new SlotHeap(slots);
  const keys = new Map<number, number>();
  for (let i = 0; i < 200; i++) {
    const what = rng.next();
    if (what < 0.02) {
      heap.clear();
      keys.clear();
    } else if (what < 0.65) {
      const [slot, key] = [rng.int(slots), rng.int(20)];
      heap.keyOf[slot] = key;
      heap.place(slot);
      keys.set(slot, key);
    } else if (what < 0.75) {
      const slot = rng.int(slots);
      heap.remove(slot);
      keys.delete(slot);
    } else if (keys.size > 0) {
      keys.delete(heap.top);
      heap.removeTop();
    }
    const lowest = Math.min(...keys.values());
    const near = Math.min(...[...keys].filter(([, key]) => key <= lowest + 1.5).map(([slot]) => slot));
    if (heap.firstNearTop(1.5) !== (keys.size === 0 ? -1 : near)) return `after ${i + 1} changes: not ${near}`;
    if (keys.size === 0 ? heap.top !== -1 : keys.get(heap.top) !== lowest || heap.keyOf[heap.top] !== lowest)
      return `after ${i + 1} changes: slot ${heap.top} on top of ${JSON.stringify([...keys])}`;
  }
  return undefined;
});

overSeeds('in the order of the tree all below a circuit follow it', (rng) => {
  const count = 1 + rng.int(60);
  const { parentOf, root } = randomParents(rng, count);
  const tree = fuseTree({ parentOf, root });
  if (tree.count !== count || tree.order[0] !== root) return `the root ${root} is not first: ${tree.order}`;
  for (let circuit = 0; circuit < count; circuit++) {
    const flaw = difference(`below ${circuit}`, inTreeBelow(tree, circuit), byParentsBelow(parentOf, circuit));
    if (flaw !== undefined) return flaw;
    if (tree.order[tree.placeOf[circuit] ?? -1] !== circuit) return `place of ${circuit}`;
  }
  return undefined;
});

function inTreeBelow({ order, placeOf, endOf }: FuseTree, circuit: number): readonly number[] {
  return [...order.slice(placeOf[circuit], endOf[circuit])].sort((a, b) => a - b);
}

/** The circuit itself too. */
function byParentsBelow(parentOf: Int32Array, circuit: number): readonly number[] {
  const isBelow = (index: number): boolean =>
    index === circuit || (parentOf[index] !== -1 && isBelow(parentOf[index] ?? 0));
  return [...parentOf.keys()].filter(isBelow);
}

t.test('a chain of a hundred thousand circuits', async (t) => {
  const count = 100_000;
  const parentOf = Int32Array.from({ length: count }, (_, circuit) => (circuit === count - 1 ? -1 : circuit + 1));
  const tree = fuseTree({ parentOf, root: count - 1 });
  t.same([tree.order[0], tree.order[1], tree.order[count - 1]], [count - 1, count - 2, 0]);
  t.ok(
    tree.endOf.every((end) => end === count),
    'everything below stands behind',
  );
  const divider = new Divider({ parentOf, root: count - 1 });
  const seat = { circuit: 0, phases: 7, minA: 6, maxA: 32, priority: 1, rank: 0, turn: 0 };
  divide(divider, {
    rules: { stepA: 1, sharing: 'equal', rotationSeed: 0 },
    circuits: Array.from({ length: count }, (_, circuit) => ({
      limitA: [circuit === 50_000 ? 13 : 63, 63, 63],
      backgroundA: [0, 0, 0],
    })),
    seats: [seat],
  });
  t.equal(divider.division.steps[0], 13);
  t.same(divider.bindingOf(0), { kind: 'circuit', circuit: 50_000, phase: 0 });
});

/** With a row and a column too many, which are removed again: the last ones take their places. */
function kernelOf(rng: Rng, matrix: readonly (readonly number[])[]): Kernel {
  const kernel = new Kernel();
  const size = matrix.length;
  for (let i = 0; i <= size; i++) {
    kernel.addRow();
    kernel.addColumn();
    for (let j = 0; j <= i; j++) {
      kernel.set(i, j, rng.next());
      kernel.set(j, i, rng.next());
    }
  }
  const [spareRow, spareColumn] = [rng.int(size + 1), rng.int(size + 1)];
  matrix.forEach((row, at) => {
    row.forEach((value, column) => {
      kernel.set(at === spareRow ? size : at, column === spareColumn ? size : column, value);
    });
  });
  kernel.removeColumn(spareColumn);
  kernel.removeRow(spareRow);
  return kernel;
}

overSeeds('systems of equations are solved, and the transposed ones', (rng) => {
  const size = rng.int(12);
  const isSparse = rng.chance(0.5);
  const matrix = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => {
      // The largest of each row stands off the diagonal: without a change of rows some have a pivot of 0.
      if (column === (row + 1) % size) return 20 + rng.int(10);
      return isSparse && (row === column || rng.chance(0.6)) ? 0 : rng.between(-1, 1);
    }),
  );
  const kernel = kernelOf(rng, matrix);
  const x = Float64Array.from({ length: size }, () => rng.int(20) - 10);
  const solved = x.map((_, row) => sum(x, (value, column) => value * (matrix[row]?.[column] ?? 0)));
  const transposed = x.map((_, column) => sum(x, (value, row) => value * (matrix[row]?.[column] ?? 0)));
  kernel.solve(solved);
  kernel.solveTransposed(transposed);
  const isRight = (found: Float64Array): boolean => found.every((value, at) => Math.abs(value - (x[at] ?? 0)) < 1e-9);
  return isRight(solved) && isRight(transposed) ? undefined : `expected ${x}, got ${solved} and ${transposed}`;
});

function sum(values: Float64Array, termOf: (value: number, index: number) => number): number {
  return values.reduce((total, value, index) => total + termOf(value, index), 0);
}

t.test('equations that depend on each other are refused', async (t) => {
  const kernel = new Kernel();
  for (const index of [0, 1]) {
    kernel.addRow();
    kernel.addColumn();
    for (let other = 0; other <= index; other++) {
      kernel.set(index, other, 1);
      kernel.set(other, index, 1);
    }
  }
  t.throws(() => kernel.solve(Float64Array.of(1, 1)), { message: /independent/ });
});

overSeeds('one class after the other under one fuse, however many there are', (rng) => {
  const classes = 1 + rng.int(8);
  const seats = Array.from({ length: 1 + rng.int(30) }, (_, turn) => ({
    circuit: 0,
    phases: 1,
    minA: 2,
    maxA: 2 + rng.int(12),
    priority: 1 + rng.int(classes) / 2,
    rank: 0,
    turn,
  }));
  const fuseA = 2 * seats.length + rng.int(6 * seats.length);
  const divider = new Divider({ parentOf: Int32Array.of(-1), root: 0 });
  divide(divider, {
    rules: { stepA: 1, sharing: 'priority', rotationSeed: 0 },
    circuits: [{ limitA: [fuseA, 0, 0], backgroundA: [0, 0, 0] }],
    seats,
  });
  const steps = divider.division.steps.subarray(0, seats.length);
  const priorities = [...new Set(seats.map(({ priority }) => priority))].sort((a, b) => a - b);
  let leftA = fuseA - 2 * seats.length;
  for (const priority of priorities) {
    const members = [...seats.keys()].filter((seat) => seats[seat]?.priority === priority);
    const roomA = members.reduce((total, seat) => total + (seats[seat]?.maxA ?? 0) - 2, 0);
    const takenA = members.reduce((total, seat) => total + (steps[seat] ?? 0) - 2, 0);
    if (takenA !== Math.min(roomA, leftA)) return `class ${priority} took ${takenA} A of ${leftA} A: ${steps}`;
    const lowestA = Math.min(
      ...members.filter((seat) => (steps[seat] ?? 0) < (seats[seat]?.maxA ?? 0)).map((seat) => steps[seat] ?? 0),
    );
    const highestA = Math.max(...members.map((seat) => steps[seat] ?? 0));
    if (highestA > lowestA + 1) return `class ${priority} is not shared out evenly: ${steps}`;
    leftA -= takenA;
  }
  return undefined;
});

overSeeds('a divider that has divided other samples gives the answers of a new one', (rng) => {
  const count = 1 + rng.int(6);
  const parents = randomParents(rng, count);
  const used = new Divider(parents);
  for (let i = 0; i < 8; i++) {
    const sample = randomSample(rng, count, 40);
    const fresh = new Divider(parents);
    divide(used, sample);
    divide(fresh, sample);
    const flaw = difference(`sample ${i}`, answersOf(used, sample), answersOf(fresh, sample));
    if (flaw !== undefined) return flaw;
  }
  return undefined;
});

function answersOf(divider: Divider, { seats }: DivisionSample): readonly string[] {
  const { steps, isAdmitted, shareOf, load } = divider.division;
  const seatTexts = seats.map((_, seat) => {
    const share = isAdmitted[seat] === 1 ? `${shareOf[seat]?.toFixed(6)} ${divider.isRemainder(seat)}` : 'paused';
    return `${steps[seat]} ${share} ${JSON.stringify(divider.bindingOf(seat))};`;
  });
  return [...seatTexts, ...load.map((value) => Math.round(value))].map(String);
}

t.test('where a step on one phase costs one on another, those who are alike take turns all the same', async (t) => {
  const divider = new Divider({ parentOf: Int32Array.of(-1), root: 0 });
  const models = [1, 2, 3];
  const seats = [...models, ...models].map((phases, turn) => ({
    phases,
    minA: 6,
    maxA: 32,
    circuit: 0,
    priority: 1,
    rank: 0,
    turn,
  }));
  const circuits: DivisionSample['circuits'] = [{ limitA: [25, 26, 0], backgroundA: [0, 0, 0] }];
  const sumsA = seats.map(() => 0);
  for (let rotationSeed = 0; rotationSeed < 40; rotationSeed++) {
    divide(divider, { rules: { stepA: 1, sharing: 'equal', rotationSeed }, circuits, seats });
    for (const seat of seats.keys()) sumsA[seat] = (sumsA[seat] ?? 0) + (divider.division.steps[seat] ?? 0);
    const differencesA = models.map((_, index) => Math.abs((sumsA[index] ?? 0) - (sumsA[index + 3] ?? 0)));
    if (Math.max(...differencesA) > 1) t.fail(`after seed ${rotationSeed}: ${sumsA}`);
  }
  t.ok(Math.min(...sumsA) > 40 * 6, `${sumsA}`);
});

t.test('a vehicle on no phase at all starts at a level where a power limit is full already', async (t) => {
  const rng = seededRng(561);
  const count = 1 + rng.int(40);
  const divider = new Divider(randomParents(rng, count));
  const sample = randomSample(rng, count, 600);
  divide(divider, sample);
  const { maxOf, shareOf, isAdmitted } = divider.division;
  const onNone = [...sample.seats.keys()].filter((seat) => sample.seats[seat]?.phases === 0 && isAdmitted[seat] === 1);
  t.ok(onNone.length > 0 && divider.division.hasPower);
  for (const seat of onNone) t.equal(shareOf[seat], maxOf[seat]);
});

const OTHER_PHASES = [
  [1, 2, 0],
  [2, 0, 1],
  [1, 0, 2],
  [0, 2, 1],
  [2, 1, 0],
] as const;
type Seats = DivisionSample['seats'];

function seatsOf(facts: readonly (readonly [circuit: number, phases: number, minA: number, maxA: number])[]): Seats {
  return facts.map(([circuit, phases, minA, maxA], turn) => {
    return { circuit, phases, minA, maxA, priority: 1, rank: turn, turn };
  });
}

t.test('two phases are equally far behind a third one: their names do not decide who is lifted', async (t) => {
  const circuits = [{ ...ofFuse(36), imbalanceLimitA: 6.5, limitW: 13_570 }];
  const seats = seatsOf([
    [0, 3, 6, 32],
    [0, 6, 6, 8],
    [0, 1, 6, 8],
    [0, 5, 6, 16],
    [0, 2, 6, 32],
  ]);
  const stepsFor = (named: Seats): readonly number[] =>
    stepsOf({ parentOf: Int32Array.of(-1), root: 0 }, circuits, named);
  for (const other of OTHER_PHASES) {
    const turned = (mask: number): number =>
      other.reduce<number>((sum, to, phase) => sum | (((mask >> phase) & 1) << to), 0);
    t.same(stepsFor(seats.map((seat) => ({ ...seat, phases: turned(seat.phases) }))), stepsFor(seats), `${other}`);
  }
});

t.test('several could move in twos: the order in which they are named does not decide', async (t) => {
  const [fuse, balanced] = [
    { ...ofFuse(40), limitW: 10_810 },
    { ...ofFuse(40), imbalanceLimitA: 0.7 },
  ];
  const seats = seatsOf([
    [1, 4, 0, 32],
    [1, 1, 0, 32],
    [2, 4, 0, 32],
    [0, 1, 0, 32],
    [0, 2, 0, 32],
  ]);
  const stepsFor = (named: Seats): readonly number[] =>
    stepsOf({ parentOf: Int32Array.of(1, 2, -1), root: 2 }, [fuse, balanced, balanced], named);
  t.same([...stepsFor([...seats].reverse())].reverse(), stepsFor(seats));
});

function ofFuse(limitA: number): DivisionSample['circuits'][number] {
  return { limitA: [limitA, limitA, limitA], backgroundA: [0, 0, 0] };
}

type Tree = ConstructorParameters<typeof Divider>[0];

function stepsOf(parents: Tree, circuits: DivisionSample['circuits'], seats: Seats): readonly number[] {
  const divider = new Divider(parents);
  divide(divider, { rules: { stepA: 1, sharing: 'equal', rotationSeed: 0 }, circuits, seats });
  return [...divider.division.steps.subarray(0, seats.length)];
}

const GARBAGE_CHILD = fileURLToPath(new URL('../helpers/garbage-child.js', import.meta.url));
const SEATS = 500;
const CALLS = 1_000;
/**
 * Per charge point and call: a number in a box has 16, an object has more. What there is are a few such boxes, and with an
 * imbalance limit some for each step of the search, as the compiler sees fit.
 */
const GARBAGE_MAX_BYTES = { fuses: 4, shortage: 4, imbalance: 12 } as const;

for (const what of ['fuses', 'shortage', 'imbalance'] as const) {
  t.test(`a prepared call makes no objects per charge point: ${what}`, async (t) => {
    const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
    const args = [...flags, GARBAGE_CHILD, what, String(SEATS), String(CALLS)];
    const [command, ...words] = unmeasured(process.execPath, args);
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    t.equal(status, 0, stderr);
    const { grownBytes, steps, kinds } = JSON.parse(stdout);
    t.equal(steps.length, SEATS);
    t.equal(kinds.includes('imbalance'), what === 'imbalance');
    const mostBytes = GARBAGE_MAX_BYTES[what] * SEATS * CALLS;
    t.ok(grownBytes > 0 && grownBytes < mostBytes, `${grownBytes / CALLS} bytes per call`);
  });
}
