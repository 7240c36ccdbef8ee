/** Rows 1 to 17: meters and their cables. */
import { mapPhases, type PhaseAmps } from '../../../base/units.js';
import type { LineFaults } from '../../../sim/virtual-bus.js';
import type { MeterFaults } from '../meter-device.js';
import { type Injector, type Mend, MINUTE_MS, SECOND_MS, type Strike } from './injector.js';

type Duration = Injector['lastsMs'];

/** Another device is taken for this one only when the line was dead before. */
const EXCHANGE_MS = 1_200;
const SWAPPED = ([l1, l2, l3]: PhaseAmps): PhaseAmps => [l2, l3, l1];
const BACKWARDS = (currentA: PhaseAmps): PhaseAmps => mapPhases((p) => -currentA[p]);
const BUSY_EXCEPTIONS = [4, 6, 11] as const;
const SENTINELS = [0xffff, 0x8000, 0x7fc0] as const;

function strike({ world, target }: Strike, faults: Partial<MeterFaults>): Mend {
  const mend = world.device(target).break(faults);
  world.renewLines();
  return () => {
    mend();
    world.renewLines();
  };
}

function onLine(row: number, name: string, what: string, lastsMs: Duration, line: Partial<LineFaults>): Injector {
  return { row, name, what, lastsMs, target: 'meter', begin: (at) => strike(at, { line }) };
}

function wired(row: number, name: string, what: string, wiring: MeterFaults['wiring']): Injector {
  const lastsMs = [MINUTE_MS, 5 * MINUTE_MS] as const;
  return { row, name, what, lastsMs, target: 'meter', isLie: true, begin: (at) => strike(at, { wiring }) };
}

export const METER_INJECTORS: readonly Injector[] = [
  onLine(1, 'meter-misses-one', 'one answer does not come', [200, 1_000], { isSilent: true }),
  onLine(2, 'meter-silent', 'no answers for seconds', [4 * SECOND_MS, MINUTE_MS], { isSilent: true }),
  {
    row: 3,
    name: 'meter-unknown-registers',
    what: 'exception 2: the map does not fit',
    lastsMs: [5 * SECOND_MS, MINUTE_MS],
    target: 'meter',
    begin: (at) => strike(at, { exception: 2 }),
  },
  {
    row: 4,
    name: 'meter-busy',
    what: 'exception 4, 6 or 11',
    lastsMs: [SECOND_MS, MINUTE_MS],
    target: 'meter',
    begin: (at) => strike(at, { exception: BUSY_EXCEPTIONS[at.rng.int(3)] ?? 6 }),
  },
  {
    row: 5,
    name: 'meter-no-value',
    what: 'sentinels instead of values',
    lastsMs: [SECOND_MS, 20 * SECOND_MS],
    target: 'meter',
    begin: (at) => {
      const sentinel = SENTINELS[at.rng.int(SENTINELS.length)] ?? 0xffff;
      return strike(at, { mangle: (words) => words.map((_, index) => (index % 2 === 0 ? sentinel : 0)) });
    },
  },
  {
    row: 6,
    name: 'meter-frozen',
    what: 'values stand still',
    lastsMs: [MINUTE_MS, 4 * MINUTE_MS],
    target: 'meter',
    isLie: true,
    begin: (at) => strike(at, { isFrozen: true }),
  },
  wired(7, 'meter-phases-swapped', 'the phases are connected in another order', SWAPPED),
  wired(8, 'meter-backwards', 'counts in the wrong direction', BACKWARDS),
  {
    row: 9,
    name: 'meter-stranger',
    what: 'another device answers',
    lastsMs: [5 * SECOND_MS, MINUTE_MS],
    target: 'meter',
    // Some models have no serial number to be asked for.
    isLie: true,
    begin: (at) => {
      const mend = strike(at, { line: { isSilent: true } });
      at.world.time.at(at.world.time.nowMs + EXCHANGE_MS, () => {
        if (at.world.time.nowMs < at.untilMs) strike(at, { line: {}, isStranger: true });
      });
      return mend;
    },
  },
  {
    row: 10,
    name: 'meter-word-order',
    what: 'the words of a value are swapped',
    lastsMs: [SECOND_MS, 20 * SECOND_MS],
    target: 'meter',
    begin: (at) => strike(at, { mangle: (words) => words.map((_, index) => words[index ^ 1] ?? 0) }),
  },
  onLine(11, 'meter-half-open', 'the connection is dead, and nobody is told', [5 * SECOND_MS, 20 * SECOND_MS], {
    isSilent: true,
  }),
  onLine(12, 'meter-refuses', 'connections are refused', [SECOND_MS, 40 * SECOND_MS], { isDown: true }),
  onLine(13, 'meter-one-client', 'slow, and serves one request at a time', [10 * SECOND_MS, MINUTE_MS], {
    latencyMs: 150,
  }),
  onLine(14, 'meter-noise', 'answers are damaged on the way', [30 * SECOND_MS, 2 * MINUTE_MS], { noise: 0.2 }),
  onLine(15, 'meter-late', 'answers come after the timeout', [SECOND_MS, 20 * SECOND_MS], { latencyMs: 1_300 }),
  onLine(16, 'meter-unplugged', 'the adapter is pulled', [SECOND_MS, 40 * SECOND_MS], { isDown: true }),
  onLine(17, 'meter-slow', '700 ms for each read', [20 * SECOND_MS, MINUTE_MS], { latencyMs: 700 }),
];
