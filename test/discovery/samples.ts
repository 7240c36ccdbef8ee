/** Messages for the tests of the codec: fixed ones, the longest ones, and arbitrary ones. */
import fc from 'fast-check';
import type { Ask, Beacon, Grant, Message, Status, Tell } from '../../src/base/messages.js';
import { ERROR_CODES } from '../../src/base/error-codes.js';
import { CHARGE_POINT_STATES } from '../../src/base/messages.js';
import { BLOCK_FROM, BOOST_MAX_MS, CHARGE_MODES } from '../../src/base/operator-action.js';
import { ROTATIONS } from '../../src/base/rotation.js';

export const NETWORK = 0x01020304;
const U32 = 0xffffffff;

const ID = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-';
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

function textOf(characters: Iterable<string>, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
}

/** With the prototype of object literals, as messages have. */
function record<T>(
  model: { [K in keyof Required<T>]: fc.Arbitrary<Required<T>[K]> },
  optional: readonly (keyof T)[] = [],
) {
  const requiredKeys = (Object.keys(model) as (keyof T)[]).filter((key) => !optional.includes(key));
  return fc.record(model, { noNullPrototype: true, requiredKeys }) as fc.Arbitrary<T>;
}

const anId = textOf(ID, 1, 32).filter((id) => id !== '.' && id !== '..');
const aBootId = textOf('0123456789abcdef', 16, 16);
/** Values at the ends of the range come often. */
const anAmp = fc.oneof(
  fc.constantFrom(0, 0.01, 655.34, 655.35),
  fc.nat(65_535).map((hundredths) => hundredths / 100),
);
const aU32 = fc.oneof(fc.constantFrom(0, 1, U32 - 1, U32), fc.integer({ min: 0, max: U32 }));
const aNumber = fc.oneof(fc.constantFrom(1, U32), fc.integer({ min: 1, max: U32 }));
export const aTime = fc.oneof(fc.constantFrom(0, U32, U32 + 1, Number.MAX_SAFE_INTEGER), fc.maxSafeNat());
const aMask = fc.nat(7);

const aVersion = record({ revision: aU32, author: aBootId });
const aSession = fc.tuple(aBootId, aU32).map(([bootId, sessionId]) => `${bootId}/${sessionId}`);

const aBeacon: fc.Arbitrary<Beacon> = record<Beacon>(
  {
    type: fc.constant('beacon' as const),
    networkId: aU32,
    masterId: anId,
    bootId: aBootId,
    rank: fc.nat(255),
    epoch: aNumber,
    active: fc.boolean(),
    settings: aVersion,
  },
  ['settings'],
);

const aStatus: fc.Arbitrary<Status> = record<Status>(
  {
    type: fc.constant('status' as const),
    networkId: aU32,
    chargePointId: anId,
    bootId: aBootId,
    tauMs: aTime,
    accepted: record({ masterId: fc.oneof(fc.constant(''), anId), epoch: aU32, seq: aU32 }),
    enforcedA: anAmp,
    enforcedPhases: aMask,
    leaseLeftMs: aU32,
    disconnectedLimitA: anAmp,
    maxA: anAmp,
    minA: anAmp,
    state: fc.constantFrom(...CHARGE_POINT_STATES),
    currentA: fc.tuple(anAmp, anAmp, anAmp),
    phases: fc.constantFrom(1, 2, 3),
    rotation: fc.constantFrom(...ROTATIONS),
    usedPhases: aMask,
    sessionId: aU32,
    firmware: textOf(PRINTABLE, 0, 32),
    wakeUps: fc.nat(255),
    switchable: fc.integer({ min: 1, max: 15 }),
    switchedTo: fc.integer({ min: 1, max: 7 }),
    powerW: aU32,
    sessionWh: aU32,
    chargingS: aU32,
    pluggedInS: aU32,
    errorCode: fc.constantFrom(...ERROR_CODES),
  },
  ['wakeUps', 'switchable', 'switchedTo', 'powerW', 'sessionWh', 'chargingS', 'pluggedInS', 'errorCode'],
);

const aGrant: fc.Arbitrary<Grant> = record<Grant>(
  {
    type: fc.constant('grant' as const),
    networkId: aU32,
    masterId: anId,
    masterBootId: aBootId,
    chargePointId: anId,
    bootId: aBootId,
    tauMs: aTime,
    epoch: aNumber,
    seq: aNumber,
    limitA: anAmp,
    leaseMs: fc.oneof(fc.constantFrom(1, 60_000), fc.integer({ min: 1, max: 60_000 })),
    phases: aMask,
    wakeUp: fc.integer({ min: 1, max: 255 }),
    switchTo: fc.integer({ min: 1, max: 7 }),
  },
  ['wakeUp', 'switchTo'],
);

const anAsk: fc.Arbitrary<Ask> = record<Ask>({
  type: fc.constant('ask' as const),
  networkId: aU32,
  masterId: anId,
  bootId: aBootId,
  version: aVersion,
  part: fc.nat(0xffff),
});

const aCircuitsAmp = fc.nat(100_000).map((hundredths) => hundredths / 100);

const aTell: fc.Arbitrary<Tell> = record<Tell>(
  {
    type: fc.constant('tell' as const),
    networkId: aU32,
    masterId: anId,
    masterBootId: aBootId,
    bootId: aBootId,
    version: aVersion,
    part: fc.nat(0xffff),
    parts: fc.integer({ min: 1, max: 0xffff }),
    target: anId,
    section14a: fc.boolean(),
    operatorLimitA: fc.tuple(aCircuitsAmp, aCircuitsAmp, aCircuitsAmp),
    operatorA: anAmp,
    mode: fc.constantFrom(...CHARGE_MODES),
    isPaused: fc.boolean(),
    block: record<NonNullable<Tell['block']>>({ from: fc.constantFrom(...BLOCK_FROM), goesOn: aSession }, ['goesOn']),
    priority: record({ value: fc.integer({ min: 1, max: 100 }), session: aSession }),
    boost: record({ leftMs: fc.nat(BOOST_MAX_MS), session: aSession }),
  },
  ['target', 'section14a', 'operatorLimitA', 'operatorA', 'mode', 'isPaused', 'block', 'priority', 'boost'],
);

export const aMessage: fc.Arbitrary<Message> = fc.oneof(aBeacon, aStatus, aGrant, anAsk, aTell);

const LONG = 'x'.repeat(32);
const BOOT = 'ffffffffffffffff';

export const LONGEST_BEACON: Beacon = {
  type: 'beacon',
  networkId: NETWORK,
  masterId: LONG,
  bootId: BOOT,
  rank: 255,
  epoch: U32,
  active: true,
  settings: { revision: U32, author: BOOT },
};

export const LONGEST_STATUS: Status = {
  type: 'status',
  networkId: NETWORK,
  chargePointId: LONG,
  bootId: BOOT,
  tauMs: Number.MAX_SAFE_INTEGER,
  accepted: { masterId: LONG, epoch: U32, seq: U32 },
  enforcedA: 655.35,
  enforcedPhases: 7,
  leaseLeftMs: 60_000,
  disconnectedLimitA: 655.35,
  maxA: 655.35,
  minA: 655.35,
  state: 'Faulted',
  currentA: [655.35, 655.35, 655.35],
  phases: 3,
  rotation: 'TSR',
  usedPhases: 7,
  sessionId: U32,
  firmware: '~'.repeat(32),
  wakeUps: 255,
  switchable: 15,
  switchedTo: 7,
  powerW: U32,
  sessionWh: U32,
  chargingS: U32,
  pluggedInS: U32,
  errorCode: 'WeakSignal',
};

export const LONGEST_GRANT: Grant = {
  type: 'grant',
  networkId: NETWORK,
  masterId: LONG,
  masterBootId: BOOT,
  chargePointId: LONG,
  bootId: BOOT,
  tauMs: Number.MAX_SAFE_INTEGER,
  epoch: U32,
  seq: U32,
  limitA: 655.35,
  leaseMs: 60_000,
  phases: 7,
  wakeUp: 255,
  switchTo: 7,
};

export const LONGEST_ASK: Ask = {
  type: 'ask',
  networkId: NETWORK,
  masterId: LONG,
  bootId: BOOT,
  version: { revision: U32, author: BOOT },
  part: 0xffff,
};

const SESSION = `${BOOT}/${U32}`;

export const LONGEST_TELL: Tell = {
  type: 'tell',
  networkId: NETWORK,
  masterId: LONG,
  masterBootId: BOOT,
  bootId: BOOT,
  version: { revision: U32, author: BOOT },
  part: 0xffff,
  parts: 0xffff,
  target: LONG,
  section14a: true,
  operatorLimitA: [1000, 1000, 1000],
  operatorA: 655.35,
  mode: 'speed-priority',
  isPaused: true,
  block: { from: 'next', goesOn: SESSION },
  priority: { value: 100, session: SESSION },
  boost: { leftMs: BOOST_MAX_MS, session: SESSION },
};

export const SHORTEST: readonly Message[] = [
  { ...LONGEST_BEACON, masterId: 'm' },
  { ...LONGEST_STATUS, chargePointId: 'c', accepted: { masterId: '', epoch: 0, seq: 0 }, firmware: '' },
  { ...LONGEST_GRANT, masterId: 'm', chargePointId: 'c' },
  { ...LONGEST_ASK, masterId: 'm' },
  { ...LONGEST_TELL, masterId: 'm', target: 'c' },
];

export const LONGEST: readonly Message[] = [LONGEST_BEACON, LONGEST_STATUS, LONGEST_GRANT, LONGEST_ASK, LONGEST_TELL];

/** The seed of every random test of this folder. */
export const SEED = Number(process.env['EVENKEEL_SEED'] ?? 16_030);
export const REPLAY = `seed ${SEED}; replay: EVENKEEL_SEED=${SEED} node build/test/discovery.test.js`;
