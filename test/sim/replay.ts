/**
 * What a master heard on a hostile network is recorded, in many short segments, and run again: the same decisions, and at the beginning of
 * each segment the same state as the recorded one. So whatever state the core has and does not carry shows here.
 */
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import type { OperatorAction } from '../../src/base/operator-action.js';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { perPhase } from '../../src/base/units.js';
import { TYPICAL_VEHICLE } from '../../src/chargers/vehicle.js';
import type { Site } from '../../src/dlm/types.js';
import { LineReader, parseHead, type SegmentHead, type Step } from '../../src/runtime/recorder/lines.js';
import type { PollerEvent } from '../../src/runtime/poller.js';
import type { Fields } from '../../src/runtime/recorder/named.js';
import type { InputNews } from '../../src/runtime/recorder/types.js';
import { playRecording } from '../../src/sim/replay/play.js';
import { type Replayed, Replayer } from '../../src/sim/replay/replayer.js';
import { VirtualGroup } from '../../src/sim/virtual-group.js';
import { CALM_NETWORK } from '../../src/sim/virtual-network.js';
import { MemoryReel, type MemorySegment } from '../helpers/memory-reel.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

const RUNS = Math.min(Number(process.env['EVENKEEL_RUNS'] ?? 4), 500);
const FIRST_SEED = Number(process.env['EVENKEEL_SEED'] ?? 1);
const RUN_MS = 6 * 60_000;
const LISTED = ['a', 'b', 'c'];
const UNLISTED = ['x', 'y'];

const INPUT = { activeLevel: 'high', debounceMs: 100, effect: { kind: 'offset', offsetA: [9, 6, 3] } } as const;

function siteOf(leaseMs: number): Site {
  return site({
    leaseMs,
    circuits: [
      circuit({ id: 'main', limitA: perPhase(40), meter: 'grid', fallbackA: perPhase(25), limitW: 24_000 }),
      circuit({ id: 'garage', parent: 'main', limitA: perPhase(28), imbalanceLimitA: 16 }),
    ],
    chargePoints: LISTED.map((id) => chargePoint({ id, circuit: 'garage' })),
    inputs: [
      { ...INPUT, id: 'relay', target: { kind: 'circuit', id: 'garage' } },
      { ...INPUT, id: 'door', maxAgeMs: 20_000, target: { kind: 'chargePoint', id: 'a' } },
    ],
    defaultCircuit: 'garage',
    autoAdopt: false,
    allocation: { stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', dwellMs: 60_000, steadyMs: 300_000 },
  });
}

function meterEvent(rng: Rng, nowMs: number): PollerEvent {
  const meterId = 'grid';
  const currentA = [rng.between(-5, 30), rng.between(0, 25), rng.between(0, 20)] as const;
  const what = rng.int(60);
  if (what === 0) return { kind: 'lost', meterId, reason: 'no answer' };
  if (what === 1) return { kind: 'suspect', meterId };
  if (what === 2) return { kind: 'overload', meterId, currentA };
  if (what === 3) return { kind: 'stuck', meterId, isStuck: rng.chance(0.5) };
  if (what === 4) return { kind: 'recovered', meterId };
  const voltageV = [rng.between(222, 228), rng.between(222, 245), null] as const;
  const reading = { currentA, voltageV, powerW: [null, null, null], totalPowerW: 1 } as const;
  return {
    kind: 'sample',
    meterId,
    reading,
    sampledAtMs: nowMs - rng.between(1, 80),
    updateMs: 200,
    periodMs: 250,
    movedAtMs: nowMs,
  };
}

const ACTIONS: readonly OperatorAction[] = [
  { what: 'pause' },
  { what: 'resume' },
  { what: 'block', from: 'next' },
  { what: 'unblock' },
  { what: 'operatorLimit', limitA: 10 },
  { what: 'operatorLimit', limitA: null },
  { what: 'boost', forMs: 30_000 },
  { what: 'priority', priority: 2 },
];
function inputNews(rng: Rng): InputNews {
  const id = rng.chance(0.5) ? 'relay' : 'door';
  if (rng.chance(0.2)) return { kind: 'input', id, level: 'lost', reason: 'no answer' };
  return { kind: 'input', id, level: rng.chance(0.3) ? 'high' : 'low' };
}

function somethingHappens(group: VirtualGroup, rng: Rng, ids: readonly string[]): void {
  const id = ids[rng.int(ids.length)] ?? 'a';
  const what = rng.int(12);
  if (what === 0) group.crashMaster();
  else if (what === 1) group.rebootSlave(id);
  else if (what < 4) group.partition(id, rng.chance(0.5));
  else if (what === 4) void group.master.commands.adopt(id);
  else if (what === 5) void group.master.commands.clear();
  else if (what === 7) void group.master.commands.set(id, ACTIONS[rng.int(ACTIONS.length)] ?? { what: 'resume' });
  else if (what === 6) group.partMasters(rng.chance(0.5));
  else if (group.slave(id).charger.snapshot(0).state === 'Available')
    group.plugIn(id, { ...TYPICAL_VEHICLE, phases: 3, maxA: 32 });
  else group.unplug(id);
  if (!group.isMasterUp('master')) group.startMaster(rng.chance(0.7));
}

/** A run on a hostile network, and what was recorded of it. */
function recorded(seed: number, linesMax: number, runMs = RUN_MS): MemoryReel {
  const rng = seededRng(seed);
  const group = new VirtualGroup(siteOf(rng.chance(0.5) ? 6_000 : 15_000), rng);
  const reel = new MemoryReel(linesMax);
  group.reel = reel;
  const ids = [...LISTED, ...UNLISTED];
  for (const id of ids) group.addSlave({ id, phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 5 });
  group.startMaster();
  group.network.faults = { ...CALM_NETWORK, loss: rng.between(0, 0.2), duplication: 0.1, tail: 0.1, tailMs: 9_000 };
  if (rng.chance(0.5)) group.startMaster(true, 'standby');
  while (group.time.nowMs < runMs) {
    group.run(rng.between(100, 400));
    group.master.hearMeter(meterEvent(rng, group.masterNowMs));
    if (rng.chance(0.05)) group.master.hear(inputNews(rng));
    if (rng.chance(0.03)) somethingHappens(group, rng, ids);
  }
  return reel;
}

/** Ends at the first difference; then the state that it has come to. */
function replay({ head, lines }: MemorySegment, change: (step: Step) => Step = (step) => step) {
  const parsed = parseHead(head);
  if (!parsed.ok) throw new Error(parsed.error);
  const [replayer, reader] = [new Replayer(parsed.value), new LineReader(parsed.value.atUs)];
  let last: Replayed | undefined;
  let cycles = 0;
  for (const line of lines) {
    const step = reader.step(line);
    if (!step.ok) throw new Error(step.error);
    last = replayer.play(change(step.value));
    cycles += last.outputs.filter(({ name }) => name === 'cycle').length;
    if (last.difference) break;
  }
  return { difference: last?.difference, state: replayer.state, cycles };
}

t.test('a recorded run is decided again as it was, from each of its segments', async (t: Test) => {
  let [cycles, segments] = [0, 0];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const { segments: parts } = recorded(seed, 200);
    for (const [index, part] of parts.entries()) {
      const replayed = replay(part);
      const again = `segment ${index}; again: EVENKEEL_SEED=${seed} EVENKEEL_RUNS=1`;
      if (replayed.difference) t.same(replayed.difference, undefined, again);
      const next = parts[index + 1];
      const state = next && (JSON.parse(next.head) as { state: string | null }).state;
      const isSame = !state || isDeepStrictEqual(JSON.parse(replayed.state ?? ''), JSON.parse(state));
      if (!isSame) t.same(replayed.state, state, `state after ${again}`);
      if (!t.passing()) return;
      cycles += replayed.cycles;
      segments += 1;
    }
  }
  t.comment(`${cycles} decisions in ${segments} segments`);
  t.ok(cycles > RUNS * 300, 'there was something to decide');
});

/** One segment, from the start. */
function oneSegment(seed: number): MemorySegment {
  const [segment] = recorded(seed, 2_000, 90_000).segments;
  if (!segment) throw new Error('nothing was recorded');
  return segment;
}

t.test('another fuse: the first limit that differs is shown, with both reasons', async (t: Test) => {
  const { head, lines } = oneSegment(6);
  const other = head.replace('"limitA":[28,28,28]', '"limitA":[26,26,26]');
  t.not(other, head);
  const { difference } = replay({ head: other, lines });
  t.match(difference, { name: 'cycle', chargePoint: /^[abc]$/ });
  t.match(difference?.recorded, { limitA: Number, reason: { kind: String } });
  t.match(difference?.now, { limitA: Number, reason: { kind: String } });
});

/** The recorded outputs of the `nth` kind so named, changed. */
function withChanged(name: RegExp, nth: number, change: Fields | undefined): (step: Step) => Step {
  let seen = 0;
  return (step) => ({
    ...step,
    outputs: step.outputs.flatMap((output) => {
      if (!name.test(output.name)) return [output];
      seen += 1;
      if (seen !== nth) return [output];
      return change ? [{ ...output, fields: { ...output.fields, ...change } }] : [];
    }),
  });
}

t.test('whatever was recorded otherwise is found', async (t: Test) => {
  const segment = oneSegment(2);
  t.equal(replay(segment).difference, undefined);
  const rows: [RegExp, Fields | undefined, string][] = [
    [/^grant /, { limitA: 7.5 }, 'the limit of a grant'],
    [/^grant /, { seq: 99 }, 'its number'],
    [/^grant /, undefined, 'a grant that was not sent'],
    [/^cycle$/, { '= a': { limitA: 31, reason: { kind: 'maximum' } } }, 'what a charge point may draw'],
    [/^cycle$/, { epoch: 77 }, 'the epoch'],
    [/^beacon$/, { active: false }, 'a BEACON'],
    [/^timer$/, { delayMs: 3 }, 'when the next cycle is due'],
    [/^save$/, { text: '{}' }, 'what is kept over a restart'],
    [/^log$/, { event: 'CRASH' }, 'an event of the log'],
    [/^log$/, undefined, 'an event that was not told'],
  ];
  for (const [name, change, what] of rows) {
    const nth = name.test('save') ? 1 : 3;
    t.ok(replay(segment, withChanged(name, nth, change)).difference, what);
  }
  t.equal(
    replay(segment, withChanged(/^log$/, 3, { message: 'other words' })).difference,
    undefined,
    'words may change',
  );
});

t.test('a clock that is asked more often than when it was recorded', async (t: Test) => {
  const segment = oneSegment(3);
  const fewer = (step: Step): Step => ({ ...step, timesUs: step.timesUs.slice(0, 1) });
  t.equal(replay(segment, fewer).difference, undefined, 'in virtual time nothing takes time');
});

t.test('an input of another kind, or before the start, is no crash of the program', async (t: Test) => {
  const segment = oneSegment(6);
  const strange = (step: Step): Step =>
    step.input.name === 'tick' ? { ...step, input: { name: 'warp', fields: {} } } : step;
  t.match(replay(segment, strange).difference, {
    name: 'crash',
    now: { message: 'expected a known input, got "warp"' },
  });
});

t.test('a head that no master can begin with is told, whatever is wrong with it', (t: Test) => {
  const { head } = oneSegment(5);
  const good = parseHead(head);
  if (!good.ok) throw new Error(good.error);
  const heads: readonly Partial<SegmentHead>[] = [
    { site: {} },
    { site: { ...(good.value.site as Site), chargePoints: 7 } },
    { site: { ...(good.value.site as Site), leaseMs: -1 } },
    { state: 'x' },
    { state: '[[[' },
  ];
  for (const facts of heads) {
    const segment = { number: 3, head: { ...good.value, state: '{}', ...facts }, isTorn: false, steps: () => [] };
    const played = [...playRecording([segment], '1')].at(-1);
    t.match(played, { kind: 'unreadable', error: /^segment 3/ }, JSON.stringify(facts));
  }
  t.end();
});
