/** Mutants of how vehicles are served that take less, later or otherwise than they are offered. */
import type { Row } from './edit.js';

const APPETITE = 'dlm/group/appetite.js';
const CALM = 'dlm/group/calm.js';
const OFFERS = 'dlm/sharing/offers.js';

export const VEHICLE_MUTANTS: readonly Row[] = [
  ['K1', 'an offer is refused at once', APPETITE, 'const OFFER_MS = 60_000;', 'const OFFER_MS = 0;', 'dlm/appetite'],
  ['K1', 'asks with what others draw', APPETITE, 'nextA <= spareA', 'true', 'dlm/appetite'],
  ['K1', 'never asks again', APPETITE, '(isAskDue(before, nowMs) && ', '(false && ', 'dlm/appetite'],
  [
    'K1',
    'who leaves a part needs more',
    'dlm/sharing/unused.js',
    'return drawnA + SPARE_A < account.enforced.limitA',
    'return false',
    'dlm/unused',
  ],
  ['K1', 'no next step', APPETITE, 'if (nextA !== undefined && mayAsk', 'if (false && mayAsk', 'dlm/appetite'],
  ['K1', 'what still flows is taken', APPETITE, 'drawnA <= offeredA + FOLLOWED_A', 'true', 'dlm/appetite'],
  ['K2', 'starts whenever there is room', CALM, 'return stopsMs.length > 1 && ', 'return false && ', 'dlm/calm'],
  ['K2', 'starts without end', CALM, 'stopsMs.length === STOPS_MAX && ', 'false && ', 'dlm/calm'],
  ['K2', 'turns are stops', 'dlm/decide.js', 'isTurn || isArrival || ', 'isArrival || ', 'dlm/calm'],
  ['K4', 'a slow meter is now', 'dlm/load/metering.js', 'if (movedAtMs >= sampledAtMs)', 'if (true)', 'sim/cars'],
  ['K5', 'nobody is let go first', 'dlm/sharing/turns.js', '? LOOK_FIRST :', '? 0 :', 'dlm/cars'],
  [
    'K7',
    'a withdrawal is not ended',
    OFFERS,
    'return status?.state === ',
    'return false && status?.state === ',
    'dlm/cars',
  ],
  [
    'H',
    'any claim is a load',
    'dlm/group/believed.js',
    'PLAUSIBLE_MULTIPLE = 1.5',
    'PLAUSIBLE_MULTIPLE = 100',
    'dlm/regressions',
  ],
  [
    'H',
    'any disconnected limit',
    'dlm/group/believed.js',
    'within(status.disconnectedLimitA)',
    'status.disconnectedLimitA',
    'dlm/regressions',
  ],
  [
    'H',
    'any enforced limit',
    'dlm/group/believed.js',
    '[within(status.enforcedA)',
    '[status.enforcedA',
    'dlm/regressions',
  ],
  ['H', 'any maximum', 'dlm/group/believed.js', 'status.maxA <= mostA', 'true', 'dlm/regressions'],
];
