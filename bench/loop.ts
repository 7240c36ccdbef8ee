/** What one cycle computes: the decision, the division in it, and the datagrams, without any socket. */
import type { Message } from '../src/base/messages.js';
import { Channel } from '../src/discovery/auth.js';
import { decode, encode, PADDED_BYTES } from '../src/discovery/codec.js';
import { siteKeyRing } from '../src/discovery/keys.js';
import { Allocator } from '../src/dlm/allocate.js';
import { nodeMac } from '../src/transports/node-mac.js';
import { beaconOf, grantOf, statusOf } from '../test/helpers/messages.js';
import { DecisionBench, requestOf, siteOf } from './decision.js';
import { median, pause, quantile } from './numbers.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';

const SIZES = [10, 50, 200, 1000, 5000] as const;
const CALLS = 200;
/** Of the largest site fewer: each waits for the datagrams of all its slaves. */
const LARGE = 1000;
const CALLS_LARGE = 60;
const WARM_UP_CALLS = 30;
const CODEC_BATCHES = 200;
const CODEC_BATCH = 500;

export const loop: Topic = {
  name: 'loop',
  about: 'computing time of one decision and of the codec',
  async run(_workshop, progress) {
    const rows: Table['rows'][number][] = [];
    for (const count of SIZES) {
      progress(`${count} charge points`);
      await pause(0);
      rows.push(sizeRow(count));
    }
    progress('datagrams');
    return [decisionTable(rows), codecTable()];
  },
};

function sizeRow(count: number): Table['rows'][number] {
  const site = siteOf(count);
  const bench = new DecisionBench(site);
  const request = requestOf(site);
  const allocator = new Allocator(request.circuits);
  const calls = count > LARGE ? CALLS_LARGE : CALLS;
  const decideMs = repeated(calls, () => bench.cycle());
  const circuitsMs = repeated(calls, () => bench.circuits());
  const allocateMs = repeated(calls, () => timed(() => allocator.allocate(request)));
  return [count, ...[decideMs, circuitsMs, allocateMs].flatMap((values) => [median(values), quantile(values, 0.99)])];
}

function repeated(calls: number, callMs: () => number): readonly number[] {
  const timesMs = Array.from({ length: WARM_UP_CALLS + calls }, callMs);
  return timesMs.slice(WARM_UP_CALLS);
}

function timed(call: () => unknown): number {
  const startedMs = performance.now();
  call();
  return performance.now() - startedMs;
}

function decisionTable(rows: Table['rows']): Table {
  return {
    title: `loop: one decision for N charge points, ${CALLS} calls (${CALLS_LARGE} above ${LARGE}) after ${WARM_UP_CALLS} to warm up, ms`,
    columns: [
      { head: 'N' },
      ...['decide', 'p99', 'circuits', 'p99', 'allocate', 'p99'].map((head) => ({ head, digits: 3 })),
    ],
    rows,
    targets: [],
    notes: [
      'decide: Controller.decide() with everything in it. circuits: the sums and capacities of all circuits, for people. Baseline: the division alone, of the same site; the topic allocate has more of it.',
    ],
  };
}

const MASTER = { masterId: 'gateway-3f9a1c', masterBootId: '0123456789abcdef' };
const SLAVE = { bootId: 'fedcba9876543210', tauMs: 86_400_000 };
const BEACON = beaconOf(MASTER.masterId, { bootId: MASTER.masterBootId, epoch: 7 });
const GRANT = grantOf('garage-17', { ...MASTER, ...SLAVE, epoch: 7, seq: 12_345, limitA: 13 });
const STATUS = statusOf('garage-17', {
  ...SLAVE,
  accepted: { masterId: MASTER.masterId, epoch: 7, seq: 12_345 },
  enforcedA: 13,
  leaseLeftMs: 14_000,
  currentA: [12.9, 12.8, 12.9],
  usedPhases: 7,
  sessionId: 42,
  firmware: 'evenkeel 0.1.0',
});

const PEER = { host: '127.0.0.1', port: 1, via: '' };

function codecTable(): Table {
  const text = JSON.stringify(STATUS);
  const rows = [BEACON, STATUS, GRANT].flatMap((message) => {
    const bytes = encode(message, 1);
    return [
      perCall(`encode ${message.type.toUpperCase()}`, bytes.length, () => encode(message, 1)),
      perCall(`decode ${message.type.toUpperCase()}`, bytes.length, () => decode(bytes, 0)),
    ];
  });
  const site = { id: 1, key: new Uint8Array(16) };
  const auth = { keys: siteKeyRing([site], nodeMac), mac: nodeMac };
  const { networkId } = STATUS;
  const signed = new Channel({ networkId, bootId: STATUS.bootId, hears: [], auth });
  const receiver = new Channel({ networkId, bootId: STATUS.bootId, hears: ['grant'], auth });
  const grant = signed.seal(GRANT, 1);
  // The key is derived once and kept.
  receiver.open(grant, PEER, 0);
  return {
    title: `loop: one datagram, ${CODEC_BATCHES} batches of ${CODEC_BATCH} calls, µs per call`,
    columns: [{ head: 'call' }, { head: 'bytes' }, { head: 'median', digits: 2 }, { head: 'p99', digits: 2 }],
    rows: [
      ...rows,
      perCall('encode STATUS, signed', PADDED_BYTES, () => signed.seal(STATUS, 1)),
      perCall('decode GRANT, signed', grant.length, () => receiver.open(grant, PEER, 0)),
      perCall('JSON.stringify STATUS (baseline)', text.length, () => JSON.stringify(STATUS)),
      perCall('JSON.parse STATUS (baseline)', text.length, () => JSON.parse(text) as Message),
    ],
    targets: [],
    notes: [],
  };
}

function perCall(name: string, bytes: number, call: () => unknown): Table['rows'][number] {
  const batch = (): void => {
    for (let index = 0; index < CODEC_BATCH; index++) call();
  };
  batch();
  const timesUs = Array.from({ length: CODEC_BATCHES }, () => (timed(batch) / CODEC_BATCH) * 1000);
  return [name, bytes, median(timesUs), quantile(timesUs, 0.99)];
}
