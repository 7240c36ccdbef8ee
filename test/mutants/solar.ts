/** Mutants of PV surplus, and of contracts that export lifts. */
import type { Row } from './edit.js';

const SCENES = 'sim/world/solar';
const MODES = 'sim/world/solar-modes';
const SURPLUS = 'dlm/sharing/surplus.js';

export const SOLAR_MUTANTS: readonly Row[] = [
  ['F6', 'a cloud pauses at once', 'dlm/group/on-surplus.js', 'isOn ? stopAfterMs : startAfterMs', '0', SCENES],
  ['F6', 'a surplus that limits nobody', 'dlm/sharing/snapshot.js', 'surplus && surplus.limitA <', 'false &&', SCENES],
  ['F6', 'a lack of watts lowers', SURPLUS, 'availableW < grantedW &&', 'false &&', SCENES],
  ['F6', 'clouds count as no pause', SURPLUS, 'calm: hasStopped ? afterStop(calm, nowMs) : calm', 'calm', MODES],
  ['F7', 'all of a surplus that is too small', SURPLUS, 'new Set(green)', 'new Set(able)', SCENES],
  ['F7', 'less than a minimum for those that are on', SURPLUS, 'Math.max(availableW, leastW)', 'availableW', SCENES],
  ['F8', 'green priority pauses', SURPLUS, "if (modeOf(snapshot, record) === 'green-priority')", 'if (false)', SCENES],
  [
    'F10',
    'what fast ones draw is surplus, too',
    'dlm/sharing/surplus-power.js',
    ' - wattsOf(snapshot, othersA)',
    '',
    SCENES,
  ],
  [
    'F10',
    'a mode that is forgotten at a restart',
    'runtime/memory.js',
    'mode: z.optional(z.enum(CHARGE_MODES)),',
    '',
    MODES,
  ],
  [
    'F12',
    'export that nobody has proven',
    'dlm/load/power.js',
    'proven.includes(p) ? loadA[p] : Math.max(0, loadA[p])',
    'loadA[p]',
    SCENES,
  ],
  ['F12', 'a contract that nothing lifts', 'dlm/load/capacity.js', ', meter?.provenPhases', '', SCENES],
];
