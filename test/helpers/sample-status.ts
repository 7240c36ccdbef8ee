/** A site as the sinks see it, with every kind of reason on some charge point. */
import type { LimitReason } from '../../src/base/reason.js';
import { explanation } from '../../src/base/explain.js';
import { reasonText } from '../../src/base/reason.js';
import type { SlaveEntry, StatusAnswer, UnreadPeer } from '../../src/ports/commands.js';
import type { ChargePointStatus, SiteStatus } from '../../src/ports/status-sink.js';

/** One reason of each kind; the compiler keeps it complete. */
export const SAMPLE_REASONS: { readonly [Kind in LimitReason['kind']]: Extract<LimitReason, { kind: Kind }> } = {
  maximum: { kind: 'maximum', cause: { source: 'operator', limitA: 16 } },
  circuit: { kind: 'circuit', circuit: 'garage', phase: 1, cause: { source: 'fuse', limitA: 25 } },
  paused: { kind: 'paused' },
  blocked: { kind: 'blocked' },
  belowMinimum: { kind: 'belowMinimum', cause: { source: 'operator', limitA: 5 }, minA: 6 },
  power: {
    kind: 'power',
    circuit: 'main',
    power: { source: 'section14a', limitW: 7560 },
    reserve: { mode: 'DLB', reservedW: 4140, for: ['cp4'] },
  },
  imbalance: { kind: 'imbalance', circuit: 'main', phases: [0, 2] },
  shortage: {
    kind: 'shortage',
    circuit: 'garage',
    phase: 2,
    cause: { source: 'fuse', limitA: 25 },
    yieldsTo: ['cp1'],
  },
  step: { kind: 'step', circuit: 'garage', phase: 1, cause: { source: 'fallback', limitA: 50 } },
  waiting: { kind: 'waiting', circuit: 'garage', phase: 1 },
  startup: { kind: 'startup' },
  noVehicle: { kind: 'noVehicle' },
  switching: { kind: 'switching', phases: [1] },
  overdraw: { kind: 'overdraw' },
  unsteady: { kind: 'unsteady' },
  calming: { kind: 'calming', held: 'takenBack' },
  session: { kind: 'session', maxMin: 120 },
  vehiclePaused: { kind: 'vehiclePaused' },
  declined: { kind: 'declined', circuit: 'main', phase: 1 },
  unused: { kind: 'unused', drawnA: 13 },
  unavailable: { kind: 'unavailable' },
  offline: { kind: 'offline' },
  notAdopted: { kind: 'notAdopted' },
  passive: { kind: 'passive' },
  fallbackUnsafe: { kind: 'fallbackUnsafe', circuit: 'garage' },
};

export function sampleChargePoint(changes: Partial<ChargePointStatus> = {}): ChargePointStatus {
  const reason = changes.reason ?? SAMPLE_REASONS.circuit;
  return {
    id: 'cp1',
    name: null,
    location: null,
    circuit: 'garage',
    state: 'Charging',
    errorCode: null,
    online: true,
    limitA: 10,
    exposureA: 16,
    currentA: [9.8765, 0, 0.004],
    powerW: 2_272.52,
    sessionWh: 5_520.4,
    chargingMs: 1_800_000.2,
    pluggedInMs: 2_400_000.6,
    reason,
    reasonText: reasonText(reason),
    explanation: explanation(changes.limitA ?? 10, reason, {}),
    queue: null,
    leaseLeftMs: 13_204.7,
    disconnectedLimitA: 6,
    neededA: 6,
    firmware: 'virtual 1.0',
    keyId: 1,
    ...changes,
  };
}

export function sampleSlave(changes: Partial<SlaveEntry> = {}): SlaveEntry {
  return {
    id: 'cp1',
    name: null,
    location: null,
    membership: 'listed',
    circuit: 'garage',
    online: true,
    heardAgoMs: 200,
    disconnectedLimitA: 6,
    maxA: 32,
    phases: 3,
    rotation: 'STR',
    firmware: 'evenkeel 0.1.0 virtual',
    address: '192.168.100.131:16031',
    keptBecause: null,
    silentBecause: null,
    ...changes,
  };
}

export function sampleStatus(changes: Partial<SiteStatus> = {}): SiteStatus {
  return {
    site: 'Car park north',
    networkId: 0,
    masterId: 'master-1',
    role: 'active',
    otherMasters: [],
    epoch: 7,
    version: '0.1.0',
    auth: 'on',
    wallMs: Date.UTC(2026, 5, 1, 12, 0, 0),
    uptimeMs: 61_000,
    samplePeriodMs: 1_000,
    slavesOnline: 1,
    slavesKnown: 2,
    sums: {
      free: 0,
      occupied: 1,
      charging: 1,
      outOfService: 1,
      powerW: 2_272.52,
      currentA: [9.8765, 0, 0.004],
      limiting: true,
    },
    circuits: [
      {
        id: 'main',
        parent: null,
        meter: 'grid',
        limitA: [100, 100, 100],
        capacityA: [63, 63, 63],
        measuredA: [36.9999, 20, -1.239],
        backgroundA: [27.1, 20, 0],
        sumOfLimitsA: [10, 0, 0],
        exposureA: [16, 0, 0],
      },
      {
        id: 'garage',
        parent: 'main',
        meter: null,
        limitA: [63, 63, 63],
        capacityA: [63, 63, 63],
        measuredA: null,
        backgroundA: null,
        sumOfLimitsA: [10, 0, 0],
        exposureA: [16, 0, 0],
      },
    ],
    chargePoints: [
      sampleChargePoint(),
      ...Object.values(SAMPLE_REASONS).map((reason) => sampleChargePoint({ id: `because-${reason.kind}`, reason })),
      sampleChargePoint({ id: 'because-energy', reason: { kind: 'session', maxKwh: 10 } }),
    ],
    meters: [
      {
        id: 'grid',
        model: 'siemens-pac2200',
        online: true,
        ageMs: 250.2,
        currentA: [36.9999, 20, -1.239],
        voltageV: [230.14, 229.96, null],
        powerW: [8510.4, 4599.2, -285],
        totalPowerW: 12_824.6,
        damagedAnswers: 17,
        damagedPercent: 0.4166,
      },
    ],
    sources: [
      {
        kind: 'input',
        id: 'relay',
        targetKind: 'circuit',
        target: 'garage',
        state: 'active',
        sinceWallMs: Date.UTC(2026, 5, 1, 11, 57),
        text: 'lowers garage by 16 A',
      },
      {
        kind: 'schedule',
        id: 'garage',
        targetKind: 'circuit',
        target: 'garage',
        state: 'active',
        sinceWallMs: null,
        text: '40 A until Mo 20:00 (Mo-Fr 06:00-20:00)',
      },
      {
        kind: 'operator',
        id: 'cp2',
        targetKind: 'chargePoint',
        target: 'cp2',
        state: 'active',
        sinceWallMs: null,
        text: 'operator limit 10 A',
      },
    ],
    alarms: [{ code: 'METER_LOST', active: true, text: 'heating: no answer', sinceWallMs: Date.UTC(2026, 5, 1, 11) }],
    ...changes,
  };
}

/** The same as the control socket gives it. */
export function sampleAnswer(changes: Partial<StatusAnswer> = {}): StatusAnswer {
  const { unread = [], silent = [], ...status } = changes;
  return { ...sampleStatus(status), unread, silent };
}

export function sampleUnread(changes: Partial<UnreadPeer> = {}): UnreadPeer {
  return {
    address: '10.0.0.33:16031',
    host: '10.0.0.33',
    why: 'bad tag',
    claims: { kind: 'charge point', id: 'cp3' },
    networkId: 0,
    count: 17,
    heardAgoMs: 400,
    ...changes,
  };
}
