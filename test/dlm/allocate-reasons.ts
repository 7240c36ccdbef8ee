/** Why a limit is what it is: exactly one reason, and a true one. */
import t from 'tap';
import type { LimitReason } from '../../src/base/reason.js';
import { divide, fuse, type Scene, vehicle } from './scenes.js';

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
  ];
  for (const [scene, message] of rows) t.throws(() => divide(scene), { message });
});
