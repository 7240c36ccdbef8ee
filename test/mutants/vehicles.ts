/** Mutants of how vehicles are served that take less, later or otherwise than they are offered. */
import type { Row } from './edit.js';

const APPETITE = 'dlm/group/appetite.js';
const CALM = 'dlm/group/calm.js';
const OFFERS = 'dlm/sharing/offers.js';
const LEFTOVER = 'dlm/group/leftover.js';
const REDISTRIBUTION = 'dlm/sharing/redistribution.js';

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
  [
    'K8',
    'the threshold is more than itself',
    LEFTOVER,
    '> rules.thresholdA + DUST_A',
    '>= rules.thresholdA',
    'dlm/leftover',
  ],
  ['K8', 'lowered before the hold time', LEFTOVER, 'nowMs - sinceMs < holdMs', 'false', 'dlm/leftover'],
  ['K8', 'lowered while it rises', LEFTOVER, ' || nowMs - roseAtMs < RISE_MS', '', 'dlm/leftover'],
  ['K8', 'a margin taken is not seen', LEFTOVER, 'if (isTaken)', 'if (false)', 'sim/redistribution'],
  ['K8', 'a constant share is lowered on', LEFTOVER, 'return hasFollowed', 'return false', 'dlm/leftover'],
  [
    'K8',
    'lowered for nobody',
    REDISTRIBUTION,
    'places.some((place) => isOnWay(snapshot, record, place))',
    'true',
    'dlm/redistribution',
  ],
  [
    'K8',
    'lowered for one that leaves a part',
    REDISTRIBUTION,
    'service.leftover.sinceMs === undefined && ',
    '',
    'dlm/redistribution',
  ],
  [
    'K8',
    'equal shares are not kept',
    REDISTRIBUTION,
    'redistribute !== false',
    'redistribute !== null',
    'sim/redistribution',
  ],
  [
    'K8',
    'a lowering outlasts its session',
    'dlm/group/service.js',
    '...NOT_YET_SERVED, servedSinceMs',
    '...NOT_YET_SERVED, leftover: service.leftover, servedSinceMs',
    'dlm/redistribution',
  ],
  ['K2', 'large raises wait too', 'dlm/group/calm.js', 'shareA - spareA >= grantedA + stepA', 'false', 'dlm/calm'],
];
