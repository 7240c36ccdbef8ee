/** A wrong rotation loads the wrong fuse: all six, written out by hand, in both directions. */
import t from 'tap';
import {
  connectedMask,
  currentsToGrid,
  gridPhases,
  hasPhase,
  maskToGrid,
  networkOf,
  type PhaseCount,
  ROTATIONS,
  type Rotation,
  rotationOf,
  toGrid,
  wiringIn,
} from '../../src/base/rotation.js';
import { mapPhases, PHASES, type PerPhase, type PhaseIndex } from '../../src/base/units.js';

interface Row {
  /** The grid phase of connector L1, L2, L3. */
  readonly grid: PerPhase<PhaseIndex>;
  /** Where the connector's a, b, c end up on grid L1, L2, L3. */
  readonly onGrid: PerPhase<string>;
  /** Grid masks of a connector with one, two and three phases. */
  readonly masks: PerPhase<number>;
}

const ROWS: Readonly<Record<Rotation, Row>> = {
  RST: { grid: [0, 1, 2], onGrid: ['a', 'b', 'c'], masks: [0b001, 0b011, 0b111] },
  STR: { grid: [1, 2, 0], onGrid: ['c', 'a', 'b'], masks: [0b010, 0b110, 0b111] },
  TRS: { grid: [2, 0, 1], onGrid: ['b', 'c', 'a'], masks: [0b100, 0b101, 0b111] },
  RTS: { grid: [0, 2, 1], onGrid: ['a', 'c', 'b'], masks: [0b001, 0b101, 0b111] },
  SRT: { grid: [1, 0, 2], onGrid: ['b', 'a', 'c'], masks: [0b010, 0b011, 0b111] },
  TSR: { grid: [2, 1, 0], onGrid: ['c', 'b', 'a'], masks: [0b100, 0b110, 0b111] },
};

t.test('the six rotations', async (t) => {
  t.strictSame([...ROTATIONS].sort(), Object.keys(ROWS).sort(), 'six, and no other');
  for (const rotation of ROTATIONS) {
    const row = ROWS[rotation];
    t.strictSame(gridPhases(rotation), row.grid, `${rotation}: grid phase of each connector phase`);
    t.strictSame(toGrid(rotation, ['a', 'b', 'c']), row.onGrid, `${rotation}: values from connector to grid`);
    const grid = gridPhases(rotation);
    const back = mapPhases((phase) => row.onGrid[grid[phase]]);
    t.strictSame(back, ['a', 'b', 'c'], `${rotation}: and back from grid to connector`);
  }
});

t.test('masks', async (t) => {
  t.strictSame(
    [1, 2, 3].map((count) => connectedMask(count as PhaseCount)),
    [0b001, 0b011, 0b111],
  );
  for (const rotation of ROTATIONS) {
    for (const count of [1, 2, 3] as const) {
      const name = `${rotation} with ${count} phases`;
      t.equal(maskToGrid(rotation, connectedMask(count)), ROWS[rotation].masks[(count - 1) as PhaseIndex], name);
    }
    t.equal(maskToGrid(rotation, 0), 0, `${rotation}: nothing stays nothing`);
  }
  t.strictSame(
    PHASES.map((phase) => hasPhase(0b101, phase)),
    [true, false, true],
  );
});

t.test('a mask and the values that it selects move together', async (t) => {
  for (const rotation of ROTATIONS) {
    for (let mask = 0; mask < 8; mask++) {
      const selected = toGrid(
        rotation,
        mapPhases((phase) => hasPhase(mask, phase)),
      );
      const gridMask = maskToGrid(rotation, mask);
      t.strictSame(
        selected,
        mapPhases((phase) => hasPhase(gridMask, phase)),
        `${rotation} mask ${mask}`,
      );
    }
  }
});

t.test('in an IT network a vehicle on L1 loads two conductors by one current', async (t) => {
  t.equal(maskToGrid('IT-RST', 0b001), 0b011);
  t.equal(maskToGrid('IT-STR', 0b001), 0b110);
  t.equal(maskToGrid('IT-TRS', 0b001), 0b101);
  t.equal(maskToGrid('IT-STR', 0b111), 0b111);
  t.strictSame(currentsToGrid('IT-STR', [16, 0, 0]), [0, 16, 16]);
  t.strictSame(currentsToGrid('IT-STR', [10, 10, 10]), [10, 10, 10]);
  t.strictSame(currentsToGrid('STR', [16, 0, 0]), [0, 16, 0]);
  t.equal(rotationOf(wiringIn('IT', 'TSR')), 'TSR');
  t.equal(networkOf(wiringIn(undefined, 'TSR')), 'TN');
});
