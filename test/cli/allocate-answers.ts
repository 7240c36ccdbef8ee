/** What `evenkeel allocate` prints: the answer as JSON and as a table. And how a stream becomes lines. */
import t from 'tap';
import type { LimitReason } from '../../src/base/reason.js';
import { seededRng } from '../../src/base/rng.js';
import { compactAnswer, prettyAnswer } from '../../src/cli/allocate/answer.js';
import { explainAnswer } from '../../src/cli/allocate/explain.js';
import { LineSplitter } from '../../src/cli/allocate/lines.js';
import { readRequest } from '../../src/cli/allocate/request.js';
import { circuit, site, chargePoint } from '../helpers/site.js';
import { Rig } from '../dlm/rig.js';
import { type AllocationAnswer, type AllocationRequest, allocate, type CircuitShare } from '../../src/dlm/allocate.js';

function requestOf(circuits: readonly object[], chargePoints: readonly object[]): AllocationRequest {
  return readRequest(JSON.stringify({ circuits, chargePoints }));
}

function pointOf(id: string, more: object = {}): object {
  return { id, circuit: 'main', phases: 3, rotation: 'RST', minA: 6, maxA: 32, ...more };
}

const SHARE: CircuitShare = { loadA: [0.1 + 0.2, 6, 1 / 3], capacityA: [63 - 10.2, 0, 1e6] };

/** An answer that gives everybody 6 A for these reasons. */
function answerWith(request: AllocationRequest, reasons: readonly LimitReason[]): AllocationAnswer {
  const limits = request.chargePoints.map(
    ({ id }, index) => [id, { limitA: 6, boundBy: reasons[index] ?? { kind: 'maximum' } }] as const,
  );
  const circuits = request.circuits.map(
    ({ id, limitW }) =>
      [id, { ...SHARE, ...(limitW !== undefined && { loadW: 230 * 6, capacityW: limitW - 0.1 }) }] as const,
  );
  return { limits: new Map(limits), circuits: new Map(circuits) };
}

const MAIN = { id: 'main', limitA: [63, 63, 63] };

t.test('what may be left out, and how phases are counted', async (t) => {
  const { circuits, chargePoints, ...rules } = requestOf(
    [MAIN],
    [
      pointOf('a'),
      pointOf('b', { phases: 1, rotation: 'STR' }),
      pointOf('c', { phases: 2, activePhases: [false, true] }),
      pointOf('d', { activePhases: [true, false, true], priority: 2, connectedAtS: 3, chargingS: 1.5 }),
    ],
  );
  t.same(rules, { stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', rotationSeed: 0 });
  t.same(circuits, [{ ...MAIN, backgroundA: [0, 0, 0] }]);
  t.same(
    chargePoints.map(({ activePhases, priority, connectedAtS, chargingS }) => [
      activePhases,
      priority,
      connectedAtS,
      chargingS,
    ]),
    [
      [0b111, 1, 0, 0],
      [0b001, 1, 0, 0],
      [0b010, 1, 0, 0],
      [0b101, 2, 3, 1.5],
    ],
  );
});

t.test('the answer to the last character', async (t) => {
  const request = requestOf(
    [{ ...MAIN, limitW: 9000, backgroundA: [10, 0, -0.5] }],
    [...'abcdefg'].map((id) => pointOf(id)),
  );
  const answer = answerWith(request, [
    { kind: 'circuit', circuit: 'main', phase: 1 },
    { kind: 'imbalance', circuit: 'main', phases: [0, 2] },
    { kind: 'shortage', circuit: 'main', phase: 2, yieldsTo: ['a', 'b'] },
    { kind: 'shortage', circuit: 'main', yieldsTo: [] },
    { kind: 'power', circuit: 'main' },
    { kind: 'shortage', circuit: 'main', phases: [1, 0], yieldsTo: [] },
  ]);
  const bound = [
    '{"kind":"circuit","circuit":"main","phase":"L2"}',
    '{"kind":"imbalance","circuit":"main","phases":["L1","L3"]}',
    '{"kind":"shortage","circuit":"main","phase":"L3","yieldsTo":["a","b"]}',
    '{"kind":"shortage","circuit":"main","yieldsTo":[]}',
    '{"kind":"power","circuit":"main"}',
    '{"kind":"shortage","circuit":"main","phases":["L2","L1"],"yieldsTo":[]}',
    '{"kind":"maximum"}',
  ];
  const limits = bound.map((reason, index) => `"${'abcdefg'[index]}":{"limitA":6,"boundBy":${reason}}`).join();
  const circuit = '"main":{"loadA":[0.3,6,0.333333],"capacityA":[52.8,0,1000000],"loadW":1380,"capacityW":8999.9}';
  t.equal([...compactAnswer(answer)].join(''), `{"limits":{${limits}},"circuits":{${circuit}}}`);
  t.same(JSON.parse([...prettyAnswer(answer)].join('\n')), JSON.parse([...compactAnswer(answer)].join('')));
  t.equal(
    [...prettyAnswer(answerWith(requestOf([MAIN], []), []))].join('\n'),
    '{\n  "limits": {},\n  "circuits": {\n    "main": {\n      "loadA": [0.3, 6, 0.333333],\n      "capacityA": [52.8, 0, 1000000]\n    }\n  }\n}',
  );
});

t.test('ids that mean something to objects, and ids that are numbers', async (t) => {
  const ids = ['__proto__', 'constructor', 'toString', '10', '2', 'hasOwnProperty', 'ä"\\', ' '];
  const request = requestOf(
    ids.map((id, index) => ({ ...MAIN, id, ...(index > 0 && { parent: ids[index - 1] }) })),
    ids.map((id) => pointOf(id, { circuit: id, maxA: 7 })),
  );
  const text = [...compactAnswer(allocate(request))].join('');
  const keys = [...text.matchAll(/"((?:[^"\\]|\\.)+)":\{"limitA":7/g)].map(
    ([, key]) => JSON.parse(`"${key}"`) as string,
  );
  t.same(keys, ids, 'each once, in the order of the request');
  const { limits, circuits } = JSON.parse(text) as Record<'limits' | 'circuits', object>;
  t.same(Object.keys(limits).sort(), [...ids].sort());
  t.same(Object.keys(circuits).sort(), [...ids].sort());
  t.equal(({} as Record<string, unknown>)['limitA'], undefined);
});

const TABLE = `charge point        phases    min A  max A  limit A  why
a                   L1 L2 L3      6     32        6  its own maximum
DE*ABC*E..*GARAGE1  L2 L3         6   20.5        6  paused, sub-dist..h-garage
                                                     L3 has no minimum left,
                                                     yields to a and 1 more

circuit: load of capacity, A                    L1             L2             L3
main                                   0.3 of 52.8         6 of 0   0.33 of 1000
  | background                                10.2              0              0
  | power 1380 of 8999.9 W
  | imbalance L1-L3 10.17 of 20 A
+ sub-distribution..he-north-garage    0.3 of 52.8         6 of 0   0.33 of 1000

charge points: 2, with current: 2, paused: 0`;

t.test('F4: export makes no room behind a fuse, for planners as in the daemon', async (t) => {
  const exportA = [-10, -10, -10] as const;
  const fuse = { id: 'main', limitA: [20, 20, 20] as const };
  const planned = allocate(requestOf([{ ...fuse, backgroundA: exportA, limitW: 20_000 }], [pointOf('a')]));
  t.equal(planned.limits.get('a')?.limitA, 20, '30 A are more than the fuse carries');
  t.match(planned.circuits.get('main'), { capacityA: [20, 20, 20], capacityW: 20_000 });
  const metered = circuit({ ...fuse, meter: 'grid', meterLocation: 'excluding' });
  const rig = new Rig({
    site: site({ circuits: [metered], chargePoints: [chargePoint({ id: 'a' })], autoAdopt: false }),
  });
  rig.slave('a').plugIn();
  rig.hearMeter('grid', exportA);
  rig.run(30_000);
  t.equal(rig.limits, '20');
  const uneven = requestOf(
    [{ ...fuse, backgroundA: [0, -15, -15], imbalanceLimitA: 16 }],
    [pointOf('a', { phases: 1 })],
  );
  t.equal(allocate(uneven).limits.get('a')?.limitA, 16, 'nor does it count as a difference');
});

t.test('example 64: export lifts a power limit where that is said, for planners as in the daemon', async (t) => {
  const [fuse, backgroundA] = [{ id: 'main', limitA: [63, 63, 63] as const }, [-10, -10, -10] as const];
  const planned = { ...fuse, backgroundA, limitW: 13_800 };
  const limitOf = (more: object) =>
    allocate(requestOf([{ ...planned, ...more }], [pointOf('a')])).limits.get('a')?.limitA;
  t.equal(limitOf({}), 20);
  t.equal(limitOf({ exportMakesRoom: true }), 30);
  t.equal(limitOf({ exportMakesRoom: true, backgroundA: [-30, 10, 10] }), 23, 'energy counts: 10 A in sum');
  t.equal(limitOf({ exportMakesRoom: true, limitA: [25, 25, 25] }), 25, 'never above a fuse');
});

t.test('B11: in an IT network a single-phase vehicle loads two conductors', async (t) => {
  const single = { phases: 1 };
  const points = [pointOf('a', single), pointOf('b', { ...single, rotation: 'STR' })];
  const main = { id: 'main', limitA: [32, 32, 32] };
  const request = readRequest(JSON.stringify({ network: 'IT', circuits: [main], chargePoints: points }));
  const { limits, circuits } = allocate(request);
  t.same([limits.get('a')?.limitA, limits.get('b')?.limitA], [16, 16]);
  t.same(circuits.get('main')?.loadA, [16, 32, 16]);
  const ofPower = { network: 'IT', circuits: [{ ...main, limitW: 7968 }], chargePoints: [pointOf('c')] };
  t.equal(allocate(readRequest(JSON.stringify(ofPower))).limits.get('c')?.limitA, 20, 'sqrt(3) x 230 V x 20 A');
});

t.test('the table for people', async (t) => {
  const garage = 'sub-distribution-of-the-north-garage-the-north-garage';
  const request = requestOf(
    [
      { ...MAIN, backgroundA: [10.2, 0, -0.5], imbalanceLimitA: 20, limitW: 9000 },
      { ...MAIN, id: garage, parent: 'main' },
    ],
    [pointOf('a'), pointOf('DE*ABC*E1234567890*GARAGE1', { phases: 2, rotation: 'STR', maxA: 20.5 })],
  );
  const yieldsTo = ['a', 'b'];
  const answer = answerWith(request, [{ kind: 'maximum' }, { kind: 'shortage', circuit: garage, phase: 2, yieldsTo }]);
  const small = [...answer.circuits].map(
    ([id, circuit]) => [id, { ...circuit, capacityA: [52.8, 0, 1000] as const }] as const,
  );
  t.equal(explainAnswer(request, { ...answer, circuits: new Map(small) }).join('\n'), TABLE);
});

t.test('the table keeps to 80 columns, and to a chain of circuits as long as may be', async (t) => {
  const rng = seededRng(3);
  const circuits = Array.from({ length: 1000 }, (_, index) => ({
    ...MAIN,
    id: index === 0 ? 'main' : `${'\u202ecircuit '.repeat(7)}${index}`.slice(-64),
    ...(index === 1 && { parent: 'main' }),
    ...(index > 1 && { parent: `${'\u202ecircuit '.repeat(7)}${index - 1}`.slice(-64) }),
    backgroundA: [rng.int(100_000), -0.25, 7],
    imbalanceLimitA: 12.345,
  }));
  const points = circuits.map(({ id }, index) => pointOf(`${'charge point '.repeat(4)}${index}`, { circuit: id }));
  const request = requestOf(circuits, points);
  const lines = explainAnswer(request, allocate(request));
  t.same(
    lines.filter((line) => line.length > 80 || line !== line.trimEnd() || /\p{C}/u.test(line)),
    [],
  );
  for (const { id } of circuits) if (!lines.some((line) => line.includes(id.slice(-3)))) t.fail(id);
});

t.test('a stream in any pieces gives the same lines', async (t) => {
  const text = 'one\n\ntwo, which is too long\r\nthree\nvier ü\n\nlast';
  const expected = ['one', '', undefined, 'three', 'vier ü', '', 'last'];
  const bytes = Buffer.from(text);
  for (let seed = 1; seed <= 500; seed++) {
    const rng = seededRng(seed);
    const splitter = new LineSplitter(10);
    const lines: (string | undefined)[] = [];
    const keep = (found: Iterable<Uint8Array | undefined>): void => {
      for (const line of found) lines.push(line && Buffer.from(line).toString());
    };
    for (let at = 0; at < bytes.length; ) {
      const next = Math.min(bytes.length, at + rng.int(12));
      keep(splitter.push(bytes.subarray(at, next)));
      at = next;
    }
    keep(splitter.end());
    if (JSON.stringify(lines) !== JSON.stringify(expected)) t.same(lines, expected, `seed ${seed}`);
  }
  const long = new LineSplitter(1e6);
  const piece = Buffer.alloc(300_000, 'x');
  for (let i = 0; i < 3; i++) t.same([...long.push(piece)], []);
  t.same(
    [...long.push(Buffer.from('\n'))].map((line) => line?.length),
    [900_000],
  );
  t.same([...long.end()], []);
});
