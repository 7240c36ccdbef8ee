import t from 'tap';
import { siteSlug, siteTopic, statusTopics, topicLevel } from '../../src/northbound/topics.js';
import { sampleChargePoint, SAMPLE_REASONS, sampleStatus } from '../helpers/sample-status.js';

const ROOT = 'evenkeel/car-park-north';

function payloads(status = sampleStatus()): Map<string, Record<string, unknown>> {
  return new Map(
    statusTopics(ROOT, status).map(({ topic, payload }) => [topic, JSON.parse(payload) as Record<string, unknown>]),
  );
}

t.test('site slug', (t) => {
  t.equal(siteSlug('Car park north'), 'car-park-north');
  t.equal(siteSlug('Hof 3 / Süd'), 'hof-3-s-d');
  t.equal(siteSlug('停车场'), '-', 'never empty');
  t.equal(siteTopic('evenkeel', 'Car park north'), ROOT);
  t.equal(siteTopic('a/b/', 'X'), 'a/b/x');
  t.end();
});

t.test('an id stays one level of a topic and can be told from every other', (t) => {
  t.equal(topicLevel('cp1.left_2-b'), 'cp1.left_2-b');
  t.equal(topicLevel('Säule 1'), 'Säule 1');
  t.equal(topicLevel('a/b+c#d%'), 'a%2Fb%2Bc%23d%25');
  t.equal(topicLevel('a\u0000b\n'), 'a%00b%0A');
  t.equal(topicLevel('a\ud800b'), 'a\ufffdb', 'half a character is not UTF-8');
  t.end();
});

t.test('the topics of a site', (t) => {
  const topics = [...payloads().keys()].filter((topic) => !topic.includes('because-'));
  t.same(topics, [
    `${ROOT}/site`,
    `${ROOT}/circuit/main`,
    `${ROOT}/circuit/garage`,
    `${ROOT}/chargepoint/cp1`,
    `${ROOT}/meter/grid`,
    `${ROOT}/source/input/circuit/relay`,
    `${ROOT}/source/schedule/circuit/garage`,
    `${ROOT}/alarm/METER_LOST`,
  ]);
  t.end();
});

t.test('payloads: units, decimals, null for what is not there', (t) => {
  const all = payloads();
  t.same(all.get(`${ROOT}/chargepoint/cp1`), {
    id: 'cp1',
    name: null,
    location: null,
    circuit: 'garage',
    state: 'Charging',
    errorCode: null,
    online: true,
    limitA: 10,
    exposureA: 16,
    currentA: [9.88, 0, 0],
    powerW: 2273,
    disconnectedLimitA: 6,
    neededA: 6,
    reason: {
      kind: 'circuit',
      circuit: 'garage',
      phase: 'L2',
      cause: { source: 'fuse', limitA: 25 },
      text: 'garage L2 full',
    },
    place: null,
    firmware: 'virtual 1.0',
    keyId: 1,
    sessionWh: 5520,
    chargingMs: 1_800_000,
    pluggedInMs: 2_400_001,
    leaseLeftMs: 13205,
    nextInMs: null,
    explanation: '10 A: garage L2 full; next: nothing, it has all that is there',
  });
  t.match(all.get(`${ROOT}/circuit/main`), { parent: null, measuredA: [37, 20, -1.24], capacityA: [63, 63, 63] });
  t.match(all.get(`${ROOT}/circuit/garage`), { parent: 'main', measuredA: null, backgroundA: null });
  t.match(all.get(`${ROOT}/meter/grid`), {
    ageMs: 250,
    currentA: [37, 20, -1.24],
    voltageV: [230.1, 230, null],
    powerW: [8510, 4599, -285],
    totalPowerW: 12825,
    damagedAnswers: 17,
    damagedPercent: 0.4,
  });
  t.match(all.get(`${ROOT}/site`), { time: '2026-06-01T12:00:00.000Z', uptimeMs: 61000, slavesKnown: 2 });
  const sums = { free: 0, occupied: 1, charging: 1, outOfService: 1, limiting: true };
  t.match(all.get(`${ROOT}/site`), { ...sums, totalPowerW: 2273, totalCurrentA: [9.88, 0, 0] });
  t.same(all.get(`${ROOT}/alarm/METER_LOST`), {
    active: true,
    text: 'heating: no answer',
    since: '2026-06-01T11:00:00.000Z',
  });
  t.end();
});

t.test('a source: where it stands, and what it says', (t) => {
  const all = payloads();
  t.same(all.get(`${ROOT}/source/input/circuit/relay`), {
    kind: 'input',
    id: 'relay',
    targetKind: 'circuit',
    target: 'garage',
    state: 'active',
    text: 'lowers garage by 16 A',
    since: '2026-06-01T11:57:00.000Z',
  });
  t.match(all.get(`${ROOT}/source/schedule/circuit/garage`), { state: 'active', since: null });
  const [first, ...others] = sampleStatus().sources;
  const sources = first ? [{ ...first, id: 'a/b', targetKind: 'chargePoint' as const }, ...others] : [];
  t.ok(payloads(sampleStatus({ sources })).has(`${ROOT}/source/input/chargepoint/a%2Fb`));
  t.end();
});

t.test('a time that is reckoned back from now is told once, however both clocks are read', (t) => {
  const { alarms, sources, wallMs } = sampleStatus();
  const told = [0, 0.3, 0.7, 1.2].map((laterMs) =>
    statusTopics(ROOT, {
      ...sampleStatus(),
      wallMs,
      alarms: alarms.map((alarm) => ({ ...alarm, sinceWallMs: alarm.sinceWallMs - laterMs })),
      sources: sources.map((source) => ({
        ...source,
        sinceWallMs: source.sinceWallMs && source.sinceWallMs - laterMs,
      })),
    }),
  );
  for (const each of told) t.same(each, told[0]);
  const stepped = alarms.map((alarm) => ({ ...alarm, sinceWallMs: alarm.sinceWallMs + 3_000 }));
  const essences = [sampleStatus(), sampleStatus({ alarms: stepped })].map((status) =>
    statusTopics(ROOT, status).map(({ essence }) => essence),
  );
  t.same(essences[0], essences[1], 'a clock that is set is no news of an alarm');
  t.end();
});

t.test('every kind of reason carries its own fields, phases by name', (t) => {
  const all = payloads();
  const reasonOf = (kind: string): unknown => all.get(`${ROOT}/chargepoint/because-${kind}`)?.['reason'];
  for (const kind of Object.keys(SAMPLE_REASONS)) t.match(reasonOf(kind), { kind, text: /\w/ });
  t.match(reasonOf('imbalance'), { circuit: 'main', phases: ['L1', 'L3'] });
  t.match(reasonOf('step'), { circuit: 'garage', phase: 'L2', cause: { source: 'fallback', limitA: 50 } });
  t.match(reasonOf('belowMinimum'), { cause: { source: 'operator', limitA: 5 }, minA: 6 });
  t.same(reasonOf('offline'), { kind: 'offline', text: 'not heard: what it may take stays reserved' });
  t.end();
});

t.test('numbers that are none, and a clock that makes no sense, become null', (t) => {
  const point = sampleChargePoint({ limitA: Number.NaN, currentA: [Number.POSITIVE_INFINITY, -0.001, 1] });
  const all = payloads(sampleStatus({ chargePoints: [point], wallMs: 1e300 }));
  t.match(all.get(`${ROOT}/chargepoint/cp1`), { limitA: null, currentA: [null, 0, 1] });
  t.match(all.get(`${ROOT}/site`), { time: null });
  t.end();
});

t.test('alarms that share a code share a message', (t) => {
  const alarms = [
    { code: 'METER_LOST', active: false, text: 'grid: back', sinceWallMs: 1_000 },
    { code: 'METER_LOST', active: true, text: 'heating: no answer', sinceWallMs: 3_000 },
    { code: 'METER_LOST', active: true, text: 'pv: no answer', sinceWallMs: 2_000 },
  ];
  const alarm = payloads(sampleStatus({ alarms })).get(`${ROOT}/alarm/METER_LOST`);
  t.same(alarm, { active: true, text: 'heating: no answer; pv: no answer', since: '1970-01-01T00:00:02.000Z' });
  const over = payloads(sampleStatus({ alarms: alarms.slice(0, 1) })).get(`${ROOT}/alarm/METER_LOST`);
  t.match(over, { active: false, text: 'grid: back' });
  t.end();
});

t.test('the essence leaves out what changes by itself', (t) => {
  const essences = (changes: Parameters<typeof sampleStatus>[0]): string[] =>
    statusTopics(ROOT, sampleStatus(changes)).map((message) => message.essence);
  const later = {
    wallMs: 1,
    uptimeMs: 1,
    sums: { ...sampleStatus().sums, powerW: 1, currentA: [1, 1, 1] as const },
    chargePoints: sampleStatus().chargePoints.map((point) => ({
      ...point,
      leaseLeftMs: 1,
      sessionWh: 1,
      chargingMs: 1,
      pluggedInMs: 1,
    })),
    meters: sampleStatus().meters.map((meter) => ({ ...meter, ageMs: 1 })),
  };
  t.same(essences(later), essences({}));
  t.not(essences({ chargePoints: [sampleChargePoint({ limitA: 9 })] })[3], essences({})[3]);
  t.end();
});
