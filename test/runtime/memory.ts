/** What is kept over a restart: written and read back, and refused as a whole when anything in it is wrong. */
import t from 'tap';
import type { Memory } from '../../src/dlm/group/memory.js';
import { memoryText, parseMemory } from '../../src/runtime/memory.js';

const SLAVE = { id: 'cp1', adopted: false, maxA: 32, disconnectedLimitA: 6, phases: 3, rotation: 'STR' } as const;
const SESSION = {
  bootId: '00000000000000ab',
  sessionId: 3,
  tauMs: 7_000,
  pluggedInMs: 5_000.5,
  chargingMs: 4_000,
  energyWh: 12.5,
  isCharging: true,
  powerW: 11_040,
};
const MEMORY: Memory = {
  epoch: 7,
  leaseMs: 15_000,
  settings: {
    circuits: [{ id: 'garage', operatorLimitA: [10, 20, 30] }],
    chargePoints: [
      { id: 'cp1', isPaused: true, block: { from: 'next', goesOn: '00000000000000ff/3' } },
      { id: 'cp2', operatorA: 16, priority: { value: 2, session: 'x/1' }, boost: { leftMs: 1000, session: 'x/1' } },
    ],
  },
  slaves: [
    { ...SLAVE, session: SESSION, rest: 'paused' },
    { ...SLAVE, id: 'cp2', phases: 1, adopted: true },
  ],
};

t.test('what is written is what is read', async (t) => {
  const parsed = parseMemory(memoryText(MEMORY));
  t.match(parsed, { ok: true, value: MEMORY });
  t.match(parseMemory(memoryText({ ...MEMORY, slaves: [] })), { ok: true, value: { epoch: 7, slaves: [] } });
  t.match(JSON.parse(memoryText(MEMORY)), { format: 1 }, 'with the version of its format');
  const { settings: _, ...older } = MEMORY;
  t.match(parseMemory(memoryText(older)), { ok: true, value: older }, 'a file of an older version');
});

t.test('no file is no error', async (t) => {
  t.same(parseMemory(undefined), { ok: true, value: undefined });
});

t.test('anything wrong: nothing of it is used', async (t) => {
  const written = JSON.parse(memoryText(MEMORY));
  const withSlave = (facts: object): string => JSON.stringify({ ...written, slaves: [SLAVE, { ...SLAVE, ...facts }] });
  const rows: readonly (readonly [string, string])[] = [
    ['an empty file', ''],
    ['half a file', memoryText(MEMORY).slice(0, 60)],
    ['another kind of JSON', '[]'],
    ['null', 'null'],
    ['a number', '7'],
    ['zeros after a power cut', '\u0000'.repeat(200)],
    ['a rest of no kind', withSlave({ rest: 'asleep' })],
    ['a later format', JSON.stringify({ ...written, format: 2 })],
    ['no epoch', JSON.stringify({ ...written, epoch: undefined })],
    ['a negative epoch', JSON.stringify({ ...written, epoch: -1 })],
    ['an epoch that cannot be counted up', JSON.stringify({ ...written, epoch: 0xffffffff })],
    ['an epoch as text', JSON.stringify({ ...written, epoch: '7' })],
    ['no lease', JSON.stringify({ ...written, leaseMs: 0 })],
    ['a lease beyond the longest', JSON.stringify({ ...written, leaseMs: 60_001 })],
    ['slaves that are no list', JSON.stringify({ ...written, slaves: {} })],
    ['a slave that is none', JSON.stringify({ ...written, slaves: [SLAVE, null] })],
    ['a slave without a name', withSlave({ id: undefined })],
    ['a slave with a path for a name', withSlave({ id: '../cp1' })],
    ['nobody knows whether it is adopted', withSlave({ adopted: undefined })],
    ['a negative maximum', withSlave({ maxA: -1 })],
    ['a maximum that is no number', withSlave({ maxA: null })],
    ['a disconnected limit beyond reason', withSlave({ disconnectedLimitA: 1001 })],
    ['four phases', withSlave({ phases: 4 })],
    ['no phases', withSlave({ phases: 0 })],
    ['a rotation that does not exist', withSlave({ rotation: 'RRR' })],
    ['a session of no start', withSlave({ session: { ...SESSION, bootId: 'x' } })],
    ['energy below 0', withSlave({ session: { ...SESSION, energyWh: -1 } })],
    ['half a session', withSlave({ session: { sessionId: 3 } })],
  ];
  for (const [name, text] of rows) {
    const parsed = parseMemory(text);
    t.match(parsed, { ok: false, error: /state file/ }, name);
  }
});
