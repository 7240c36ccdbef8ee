/** The ring file of the recorder: it wraps, it is gone on with, and whatever happens to its end, what is before can be replayed. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { EventCode } from '../../src/base/events.js';
import { type Rng, seededRng } from '../../src/base/rng.js';
import { perPhase } from '../../src/base/units.js';
import { TYPICAL_VEHICLE } from '../../src/chargers/vehicle.js';
import { withRecording } from '../../src/cli/replay/source.js';
import { RecorderFile } from '../../src/daemon/recorder-file.js';
import { areaOffset, ringLayout } from '../../src/runtime/recorder/ring.js';
import { type Played, playRecording } from '../../src/sim/replay/play.js';
import { VirtualGroup } from '../../src/sim/virtual-group.js';
import { folder } from '../helpers/daemon-process.js';
import { circuit, site } from '../helpers/site.js';

const MB = 1024 * 1024;
const POLL_MS = 20;
/** So many places of a recording are damaged. */
const PLACES = Math.min(Number(process.env['EVENKEEL_RUNS'] ?? 4), 200);

interface Ring {
  readonly reel: RecorderFile;
  readonly told: [EventCode, string][];
}

function ringIn(file: string, maxMb: number): Ring {
  const told: [EventCode, string][] = [];
  const logger = { log: (_: unknown, event: EventCode, message: string) => void told.push([event, message]) };
  // The test says when it is written.
  const timers = { after: () => () => {} };
  return { reel: new RecorderFile({ file, maxMb, timers, logger }), told };
}

function newGroup(rng: Rng): VirtualGroup {
  const main = circuit({ id: 'main', limitA: perPhase(40), meter: 'grid' });
  const group = new VirtualGroup(site({ circuits: [main] }), rng);
  for (const id of ['a', 'b']) {
    group.addSlave({ id, phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 6 });
    group.plugIn(id, { ...TYPICAL_VEHICLE, phases: 3, maxA: 32 });
  }
  return group;
}

/** A meter that fills the file: fifty samples in a second, no two alike. */
async function run(group: VirtualGroup, rng: Rng, seconds: number, reel: RecorderFile): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    for (let poll = 0; poll < 1000 / POLL_MS; poll++) {
      group.run(POLL_MS);
      const currentA = [rng.between(10, 30), rng.between(10, 30), rng.between(10, 30)] as const;
      const reading = { currentA, voltageV: currentA, powerW: currentA, totalPowerW: 0 };
      const sampledAtMs = group.masterNowMs - rng.next();
      group.master.hearMeter({
        kind: 'sample',
        meterId: 'grid',
        reading,
        sampledAtMs,
        updateMs: 20,
        periodMs: POLL_MS,
        movedAtMs: sampledAtMs,
      });
    }
    if (second % 2 === 1) await reel.flush();
  }
}

async function played(file: string): Promise<readonly Played[]> {
  return await withRecording(file, async (segments) => [...playRecording(segments, 'virtual')]);
}

function cycles(all: readonly Played[]): number {
  const isCycle = (each: Played): boolean =>
    each.kind === 'step' && each.replayed.outputs.some(({ name }) => name === 'cycle');
  return all.filter(isCycle).length;
}

function others(all: readonly Played[]): readonly Played[] {
  return all.filter((each) => each.kind !== 'step' || each.replayed.difference !== undefined);
}

t.test('it wraps: the last minutes can be decided again, whatever went before', async (t: Test) => {
  const file = join(folder(t), 'recorder.ring');
  const rng = seededRng(1);
  const { reel, told } = ringIn(file, 1);
  const group = newGroup(rng);
  group.reel = reel;
  group.startMaster();
  await run(group, rng, 400, reel);
  await reel.close();
  t.same(told, [['RECORDER', `inputs are recorded in ${file}, 1 MB at most`]]);
  t.ok(statSync(file).size <= MB, `${statSync(file).size} bytes`);
  const all = await played(file);
  t.match(others(all), [{ kind: 'run', isStart: false }], 'it begins in the middle, and nothing is missing or differs');
  t.equal(others(all).length, 1);
  t.ok(cycles(all) > 150 && cycles(all) < 350, `${cycles(all)} cycles of 400 are left`);
  await t.test('what is damaged ends a segment, and the next one is good', (t) => damaged(t, file, all));
  await t.test('another start goes on after it', (t) => goneOnWith(t, file, all));
  await t.test('another size begins anew', async (t) => {
    const other = ringIn(file, 2);
    other.reel.begin('{}');
    await other.reel.close();
    t.ok(statSync(file).size < 1000);
  });
});

/** At any place: cut off there, or one byte another one. */
async function damaged(t: Test, file: string, whole: readonly Played[]): Promise<void> {
  const bytes = readFileSync(file);
  const copy = join(folder(t), 'damaged.ring');
  const rng = seededRng(2);
  for (let index = 0; index < PLACES; index++) {
    const at = 64 + rng.int(bytes.length - 64);
    const changed = rng.chance(0.5) ? bytes.subarray(0, at) : Buffer.from(bytes);
    if (changed.length === bytes.length) changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
    writeFileSync(copy, changed);
    const all = await played(copy);
    const wrong = others(all).filter(({ kind }) => kind === 'step' || kind === 'unreadable');
    t.same(wrong, [], `byte ${at} of ${changed.length}`);
    t.ok(cycles(all) <= cycles(whole));
  }
}

async function goneOnWith(t: Test, file: string, before: readonly Played[]): Promise<void> {
  const rng = seededRng(3);
  const { reel } = ringIn(file, 1);
  const group = newGroup(rng);
  group.reel = reel;
  group.startMaster();
  await run(group, rng, 20, reel);
  await reel.close();
  const all = await played(file);
  t.match(others(all), [
    { kind: 'run', isStart: false },
    { kind: 'run', isStart: true },
  ]);
  t.ok(cycles(all) > cycles(before) - 60, 'one area of eight was written over');
}

t.test('what could not be written is missing, and the recording goes on behind it', async (t: Test) => {
  const file = join(folder(t), 'recorder.ring');
  const rng = seededRng(4);
  const { reel, told } = ringIn(file, 1);
  const group = newGroup(rng);
  let isResting = false;
  // As if the disk had failed for a while: the reel says that a new segment is due, and forgets.
  group.reel = {
    get isDue() {
      return reel.isDue || isResting;
    },
    begin: (head) => {
      isResting = false;
      reel.begin(head);
    },
    write: (line) => {
      if (!isResting) reel.write(line);
    },
  };
  group.startMaster();
  await run(group, rng, 10, reel);
  isResting = true;
  await run(group, rng, 4, reel);
  await reel.close();
  t.equal(told.length, 1);
  const all = await played(file);
  t.match(others(all), [{ kind: 'run', isStart: true }, { kind: 'missing' }]);
});

t.test('every area has its place in the file, which is never larger than it may be', async (t: Test) => {
  for (const maxMb of [1, 2, 16, 17, 1024]) {
    const layout = ringLayout(maxMb);
    const end = areaOffset(layout, layout.areas - 1) + layout.areaBytes;
    t.ok(end <= maxMb * MB && end > maxMb * MB - 1024, `${maxMb} MB: ${end} bytes`);
    t.equal(areaOffset(layout, layout.areas), areaOffset(layout, 0));
  }
});
