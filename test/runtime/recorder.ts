/** The lines of a recording: said short, read whole, and told clearly where they are none. */
import t from 'tap';
import type { Status } from '../../src/base/messages.js';
import { LineReader, LineWriter, parseHead, type Step } from '../../src/runtime/recorder/lines.js';
import { type Fields, inputOf, namedInput, namedOutput } from '../../src/runtime/recorder/named.js';
import { blockBytes, parseTitle, readArea, ringLayout, titleBytes } from '../../src/runtime/recorder/ring.js';
import { MemoryReel } from '../helpers/memory-reel.js';
import { Tape } from '../../src/runtime/recorder/tape.js';
import type { MasterInput } from '../../src/runtime/recorder/types.js';
import { beaconOf, statusOf } from '../helpers/messages.js';
import { circuit, site } from '../helpers/site.js';

const STATUS = statusOf('cp1', {
  tauMs: 1_000_000,
  accepted: { masterId: 'm', epoch: 1, seq: 4 },
  enforcedA: 10,
  leaseLeftMs: 14_000,
  currentA: [9.5, 0, 0],
  usedPhases: 1,
  sessionId: 3,
  firmware: 'v5 ü',
});

const FROM = { host: '::1', port: 16031, via: '' };

function stepOf(status: Status, timesUs: readonly number[]): Step {
  const log = { kind: 'log', level: 'info', event: 'LIMIT', message: 'cp1 0 A -> 10 A' } as const;
  const input = namedInput({ kind: 'message', message: status, keyId: 1, from: FROM });
  return { input, timesUs, outputs: [namedOutput(log)] };
}

t.test('lines are read as they were written, and the second is shorter than the first', (t) => {
  const steps = [
    stepOf(STATUS, [5, 5, 9]),
    stepOf({ ...STATUS, tauMs: 1_001_003, accepted: { ...STATUS.accepted, seq: 5 } }, [1_000_000]),
    stepOf({ ...STATUS, tauMs: 17, bootId: 'fedcba9876543210', currentA: [0, 0, 1] }, []),
    { input: namedInput({ kind: 'saved', error: 'disk full' }), timesUs: [2_000_000], outputs: [] },
    { input: namedInput({ kind: 'saved', error: undefined }), timesUs: [], outputs: [] },
  ];
  const writer = new LineWriter(0);
  const lines = steps.map((step) => writer.line(step));
  t.ok((lines[1] ?? '').length < 100, 'short');
  const reader = new LineReader(0);
  for (const [index, line] of lines.entries()) {
    const read = reader.step(line);
    t.ok(read.ok && JSON.stringify(read.value) === JSON.stringify(steps[index]), line);
  }
  t.end();
});

const CURRENTS = [9.5, null, -3] as const;
const READING = {
  currentA: CURRENTS,
  voltageV: [null, null, null],
  powerW: [null, null, null],
  totalPowerW: null,
} as const;
const MEMORY = { epoch: 3, leaseMs: 15_000, slaves: [] };

/** Of each kind some; the compiler keeps it complete. */
const INPUTS: { readonly [K in MasterInput['kind']]: readonly Extract<MasterInput, { readonly kind: K }>[] } = {
  load: [
    { kind: 'load', memory: MEMORY, isMemoryLost: false },
    { kind: 'load', memory: undefined, isMemoryLost: true },
  ],
  start: [{ kind: 'start' }],
  input: [
    { kind: 'input', id: 'relay', level: 'high' },
    { kind: 'input', id: 'tariff', level: 'lost', reason: 'broker gone' },
  ],
  message: [
    { kind: 'message', message: STATUS, keyId: 1, from: FROM },
    { kind: 'message', message: beaconOf('m'), keyId: 0, from: { host: '10.0.0.1', port: 16032, via: 'eth0' } },
  ],
  meter: [
    { kind: 'meter', event: { kind: 'lost', meterId: 'grid', reason: 'no answer' } },
    { kind: 'meter', event: { kind: 'overload', meterId: 'grid', currentA: CURRENTS } },
    {
      kind: 'meter',
      event: {
        kind: 'sample',
        meterId: 'grid',
        reading: READING,
        sampledAtMs: 5,
        updateMs: 200,
        periodMs: 250,
        movedAtMs: 5,
      },
    },
  ],
  tick: [
    { kind: 'tick', mayWait: true, wallMs: 1_790_000_000_000 },
    { kind: 'tick', mayWait: false, wallMs: 1_790_000_001_000.5 },
  ],
  beacon: [{ kind: 'beacon' }],
  saved: [
    { kind: 'saved', error: 'disk full' },
    { kind: 'saved', error: undefined },
  ],
  command: [
    { kind: 'command', name: 'adopt', id: 'cp1' },
    { kind: 'command', name: 'clear' },
    { kind: 'command', name: 'set', id: 'cp1', action: { what: 'operatorLimit', limitA: [10, 20, 30] } },
    { kind: 'command', name: 'set', id: 'cp1', action: { what: 'boost', forMs: null } },
  ],
};

t.test('each kind of input is recorded, and read as it was', (t) => {
  const writer = new LineWriter(0);
  const reader = new LineReader(0);
  for (const input of Object.values(INPUTS).flat()) {
    const read = reader.step(writer.line({ input: namedInput(input), timesUs: [], outputs: [] }));
    t.same(read.ok && inputOf(read.value.input), input);
  }
  for (const name of ['warp', 'message', 'status', 'ticks', 'toString']) t.notOk(inputOf({ name, fields: {} }), name);
  const mayBeNull: null extends Fields[string] ? true : false = false;
  t.notOk(mayBeNull, 'a line says null of what is gone');
  t.end();
});

t.test('what is no line, and no head', (t) => {
  const reader = new LineReader(0);
  t.match(reader.step('{"a":1}'), { error: 'expected [name, fields, times, outputs], got "{\\"a\\":1}"' });
  t.match(reader.step('["tick",{},["x"],[]]'), { error: /^expected an input with its outputs, got/ });
  t.match(reader.step(`["${'x'.repeat(100)}"`), { error: /x{20}\.\.\."$/ });
  t.match(parseHead('[]'), { error: 'expected the head of a segment, got "[]"' });
  t.match(parseHead('{"format":1,"version":"0.1.0"}'), {
    error: /^expected all fields of the head .*, got format, version$/,
  });
  t.match(parseHead('{"format":7}'), { error: /^expected records of format 1, got format 7/ });
  t.end();
});

t.test('a title, and blocks of which the last is torn', (t) => {
  const layout = ringLayout(4);
  t.same(parseTitle(titleBytes(layout)), { ok: true, value: layout });
  const payload = (size: number): Uint8Array => new Uint8Array(size).fill(size);
  const blocks = [blockBytes(9, 0, payload(30)), blockBytes(9, 1, payload(20))];
  const area = Buffer.concat([...blocks, blockBytes(9, 2, payload(50)).subarray(0, 60)]);
  t.match(readArea(area), { segment: 9, payloads: [payload(30), payload(20)], isTorn: true });
  const old = Buffer.concat([...blocks, blockBytes(1, 2, payload(50))]);
  t.match(readArea(old), { segment: 9, payloads: [payload(30), payload(20)], isTorn: false }, 'of an older segment');
  t.equal(readArea(Buffer.alloc(1000)), undefined);
  t.equal(readArea(blockBytes(9, 1, payload(3))), undefined, 'a segment begins with its first block');
  t.end();
});

t.test('the tape: a calendar that is set is told, and a crash begins no segment', (t) => {
  const reel = new MemoryReel(1);
  let [nowMs, wallMs] = [1_000, 50_000];
  const clock = { monotonicMs: () => nowMs, wallMs: () => wallMs };
  const of = { site: site({ circuits: [circuit({ id: 'main' })] }), version: '1', masterId: 'm', bootId: 'b', rank: 0 };
  const tape = new Tape({ ...of, isLasting: false, clock }, reel);
  const tick = (message?: string): void => {
    nowMs += 1_000.000_7;
    wallMs += 1_000;
    tape.begin({ kind: 'tick', mayWait: true, wallMs });
    t.equal(tape.time(nowMs), Math.floor(nowMs * 1000) / 1000);
    if (message !== undefined) tape.output({ kind: 'crash', message });
    tape.end(() => '{}');
  };
  tick('broken');
  t.equal(reel.segments.length, 1);
  wallMs += 86_400_000;
  tick();
  t.match(reel.segments[0]?.lines[1], /\["wall",\{"wallMs":86452000\}\]/);
  t.equal(reel.segments.length, 2);
  t.match(JSON.parse(reel.segments[1]?.head ?? ''), { wallMs: 86_452_000, inputsBefore: 2, state: '{}' });
  tape.output({ kind: 'timer', delayMs: 1 });
  t.equal(reel.segments[1]?.lines.length, 0, 'nothing between inputs');
  t.end();
});
