/** Why a limit is what it is: exactly one reason, and a true one. */
import t from 'tap';
import type { LimitReason } from '../../src/base/reason.js';
import { Allocator, allocate } from '../../src/dlm/allocate.js';
import { divide, fuse, type Scene, vehicle } from './scenes.js';

const RULES = { stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', rotationSeed: 0 } as const;
const circuit = (id: string, phase: 0 | 1 | 2): LimitReason => ({ kind: 'circuit', circuit: id, phase });

const ROWS: readonly (readonly [name: string, scene: Scene, reasons: readonly LimitReason[]])[] = [
  [
    'its own maximum; the other takes the rest of L1',
    { circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p', { maxA: 10 }), vehicle('b', '3p')] },
    [{ kind: 'maximum' }, circuit('main', 0)],
  ],
  [
    'the fuse further down, not the one at the root',
    {
      circuits: [fuse('main', 32), fuse('garage', [20, 16, 20], { parent: 'main' })],
      chargePoints: [vehicle('a', '3p', { circuit: 'garage' }), vehicle('b', '1p', { rotation: 'TRS', maxA: 10 })],
    },
    [circuit('garage', 1), { kind: 'maximum' }],
  ],
  [
    'the grid phase, not the connector phase',
    { circuits: [fuse('main', [32, 20, 32])], chargePoints: [vehicle('a', '1p', { rotation: 'STR' })] },
    [circuit('main', 1)],
  ],
  [
    'one step less than a neighbour: only the remainder',
    { circuits: [fuse('main', 21)], chargePoints: [vehicle('a', '3p'), vehicle('b', '3p')] },
    [circuit('main', 0), { kind: 'step', circuit: 'main', phase: 0 }],
  ],
  [
    'paused: no minimum left, and where',
    { circuits: [fuse('main', [40, 40, 8])], chargePoints: [vehicle('a', '3p'), vehicle('b', '3p')] },
    [circuit('main', 2), { kind: 'shortage', circuit: 'main', phase: 2, yieldsTo: ['a'] }],
  ],
  [
    'the imbalance between two phases',
    {
      circuits: [fuse('main', 63, { imbalanceLimitA: 20, backgroundA: [0, 5, 0] })],
      chargePoints: [vehicle('a', '1p')],
    },
    [{ kind: 'imbalance', circuit: 'main', phases: [0, 2] }],
  ],
  [
    'a maximum that is reached together with the fuse: its own',
    { circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p')] },
    [{ kind: 'maximum' }],
  ],
];

t.test('the reason of each limit', async (t) => {
  for (const [name, scene, reasons] of ROWS) {
    const { limits } = divide(scene);
    t.same(
      scene.chargePoints.map(({ id }) => limits.get(id)?.boundBy),
      reasons,
      name,
    );
  }
});

t.test('a shortage names so many of those served before as the caller asks for, the nearest ones', async (t) => {
  const circuits = [fuse('main', 20)];
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const chargePoints = ids.map((id, chargingS) => vehicle(id, '3p', { chargingS }));
  const request = { circuits, chargePoints, ...RULES };
  const yieldsTo = (most?: number): unknown => {
    const allocator = new Allocator(circuits, most === undefined ? {} : { yieldsToMax: most });
    const { limits } = allocator.allocate(request);
    return ids.slice(3).map((id) => {
      const reason = limits.get(id)?.boundBy;
      return reason?.kind === 'shortage' && reason.yieldsTo;
    });
  };
  t.same(
    [yieldsTo(), yieldsTo(2), yieldsTo(1), yieldsTo(0)],
    [
      [ids.slice(0, 3), ids.slice(0, 3)],
      [
        ['b', 'c'],
        ['b', 'c'],
      ],
      [['c'], ['c']],
      [[], []],
    ],
  );
});

t.test('an allocator that is asked again follows other ids, other circuits and another order', async (t) => {
  const circuits = [fuse('main', 40), fuse('x', 20, { parent: 'main' }), fuse('y', 21, { parent: 'main' })];
  const at = (id: string, circuit: string) => vehicle(id, '3p', { circuit });
  const allocator = new Allocator(circuits);
  const lists = [
    [at('a', 'x'), at('b', 'x'), at('c', 'y')],
    [at('c', 'y'), at('a', 'x'), at('b', 'x')],
    [at('a', 'y'), at('b', 'x'), at('c', 'y')],
    [at('a', 'y'), at('b', 'x'), at('d', 'y')],
    [at('a', 'y'), at('b', 'x')],
    [],
  ];
  for (const chargePoints of lists) {
    const request = { circuits, chargePoints, ...RULES };
    const answer = allocator.allocate(request);
    t.same([...answer.limits], [...allocate(request).limits]);
    t.same([...answer.limits.keys()], [...chargePoints.map(({ id }) => id)]);
  }
});

t.test('an answer can be read like any map, and is not changed by the next one', async (t) => {
  const circuits = [fuse('main', 32)];
  const allocator = new Allocator(circuits);
  const { limits } = allocator.allocate({ circuits, chargePoints: [vehicle('a', '3p'), vehicle('b', '3p')], ...RULES });
  allocator.allocate({ circuits, chargePoints: [vehicle('a', '3p')], ...RULES });
  const one = { limitA: 16, boundBy: circuit('main', 0) };
  const visited: unknown[] = [];
  limits.forEach((limit, id, map) => {
    visited.push([id, limit, map === limits]);
  });
  t.same([limits.size, limits.has('b'), limits.has('c'), limits.get('c')], [2, true, false, undefined]);
  t.same([...limits.entries()], [...limits]);
  t.same([...limits.values()], [one, one]);
  t.same(visited, [
    ['a', one, true],
    ['b', one, true],
  ]);
});

t.test('loads are told per circuit, those below included', async (t) => {
  const { circuits } = divide({
    circuits: [fuse('main', 32), fuse('garage', 20, { parent: 'main' })],
    chargePoints: [vehicle('a', '3p', { circuit: 'garage' }), vehicle('b', '1p', { rotation: 'STR', maxA: 10 })],
  });
  t.same(circuits.get('garage'), { loadA: [20, 20, 20], capacityA: [20, 20, 20] });
  t.same(circuits.get('main'), { loadA: [20, 30, 20], capacityA: [32, 32, 32] });
});

t.test('what is wrong in the tree is refused loudly', async (t) => {
  const rows: readonly (readonly [Scene, RegExp])[] = [
    [{ circuits: [fuse('main', 32), fuse('main', 16)], chargePoints: [] }, /unique/],
    [{ circuits: [fuse('a', 32), fuse('b', 16)], chargePoints: [] }, /exactly one root/],
    [{ circuits: [fuse('a', 32), fuse('b', 16, { parent: 'x' })], chargePoints: [] }, /parent of circuit b/],
    [{ circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p', { circuit: 'x' })] }, /circuit of a/],
    [
      { circuits: [fuse('main', 32)], chargePoints: [vehicle('a', '3p'), vehicle('a', '1p')] },
      /2 charge points have 1 ids/,
    ],
  ];
  for (const [scene, message] of rows) t.throws(() => divide(scene), { message });
});
