/** The tree of circuits: paths to the root, whatever the order of the configuration. */
import t from 'tap';
import { buildTopology } from '../../src/dlm/topology.js';

t.test('paths lead to the root', async (t) => {
  const tree = buildTopology([
    { id: 'leaf', parent: 'middle' },
    { id: 'root' },
    { id: 'middle', parent: 'root' },
    { id: 'other', parent: 'root' },
  ]);
  t.same(tree.pathOf, [[0, 2, 1], [1], [2, 1], [3, 1]]);
  t.same([tree.count, tree.root, tree.indexOf.get('middle'), tree.indexOf.get('none')], [4, 1, 2, undefined]);
});

t.test('what is no tree is refused', async (t) => {
  const rows = [
    [[], /exactly one root/],
    [[{ id: 'a' }, { id: 'b' }], /exactly one root/],
    [[{ id: 'a' }, { id: 'a', parent: 'a' }], /unique/],
    [[{ id: 'a' }, { id: 'b', parent: 'x' }], /parent of circuit b/],
    [
      [
        { id: 'a', parent: 'b' },
        { id: 'b', parent: 'a' },
      ],
      /exactly one root/,
    ],
    [[{ id: 'r' }, { id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }], /without a cycle/],
  ] as const;
  for (const [circuits, message] of rows) t.throws(() => buildTopology(circuits), { message });
});

t.test('a long chain', async (t) => {
  const chain = Array.from({ length: 100 }, (_, i) => (i === 0 ? { id: 'c0' } : { id: `c${i}`, parent: `c${i - 1}` }));
  t.equal(buildTopology(chain).pathOf[99]?.length, 100);
});
