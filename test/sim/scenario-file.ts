/** What a scenario file turns into, where its configuration may stand, and files that are no scenario; the examples load. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { ok } from '../../src/base/result.js';
import { explainIssue } from '../../src/config/explain.js';
import { generateDay } from '../../src/sim/day/generate-profile.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { type Scenario, UNTOUCHED } from '../../src/sim/world/scenario.js';
import { INJECTORS } from '../../src/sim/world/faults/index.js';
import { parseScenario } from '../../src/sim/world/scenario-file.js';
import { CALM_NETWORK } from '../../src/sim/virtual-network.js';
import { mutated, mutation } from '../config/mutations.js';
import { edited } from '../config/support.js';
import { GOOD, goodScenario, OPTIONS, scenarioLines } from './scenario-support.js';

const ROOT = new URL('../../../', import.meta.url);
const EXAMPLES = new URL('etc/scenarios/', ROOT);
const LEAST = 'name: X\nconfigurationFile: site.yaml\n';

t.test('the least that a scenario needs, with every default', (t) => {
  const { config, ...others } = goodScenario(LEAST);
  t.equal(config.site.site, 'X');
  t.same(others, {
    name: 'X',
    hasStandby: false,
    isSigned: false,
    chargePoints: [
      { id: 'cp1', circuit: 'main', phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 6 },
    ],
    buildings: [],
    days: [],
    loads: [],
    visits: [],
    network: CALM_NETWORK,
    clockDriftMax: 0.005,
    meterLatencyMs: 5,
    meterRenewMs: 200,
    meterNoiseA: 0.1,
    meterRoundA: 0,
    ...UNTOUCHED,
    faults: [],
    durationMs: 600_000,
    calmFromMs: 0,
  });
  t.end();
});

const FULL = `name: "Every key: a value of its own"
durationMin: 40
standby: true
auth: on
clocks: { driftPercent: 2 }
network: { lossPercent: 7, duplicationPercent: 3, delayMinMs: 4, delayMaxMs: 90, tailPercent: 55, tailMs: 2000 }
meters: { latencyMs: 70, renewMs: 10000, noiseA: 0.4, roundA: 1 }
configuration:
  site: X
  circuits: [{ id: main, limitA: 63, meter: grid }, { id: evse, parent: main, limitA: 40 }, { id: shop, parent: main, limitA: 20 }]
  meters: [{ id: grid, model: siemens-pac2200, connection: "tcp://a" }]
  chargePoints: [{ id: cp1, circuit: evse, maxA: 20 }, { id: cp2, circuit: evse, phases: 1, rotation: STR }]
chargePoints:
  - { id: cp1, circuit: main, maxA: 25, minA: 7, disconnectedLimitA: 9, phases: 2, rotation: TRS }
building: [{ circuit: evse, lowA: [1, 2, 3], highA: 12, everyS: 2.5 }]
days: [{ circuit: main, start: "06:30", households: 3, plants: 1.5, loadFile: day.csv }]
loads: [{ circuit: shop, atS: 0, loadA: 4 }, { circuit: shop, atS: 90.5, loadA: [9, 0, 1] }]
solar: [{ circuit: main, atS: 60, powerW: 6000 }, { circuit: main, atS: 90, powerW: [3000, 0, 1] }]
vehicles:
  - { chargePoint: cp2, atS: 20.125 }
  - { chargePoint: cp1, atS: 100, leaveS: 9000 }
  - { chargePoint: cp1, atS: 0, leaveS: 99.999, phases: 1, minA: 8, maxA: 13, energyKwh: 0.5, reactionMs: 900, rampAPerS: 0.5, startS: 30, coolsEveryS: 600, coolsForS: 45.5, needsWakeUp: true }
faults:
  - { atS: 300, forS: 60, fault: meter-silent, target: grid }
  - { atS: 120.5, forS: 600, fault: charge-point-cut-off }
`;

const FULL_READ: Omit<Scenario, 'config'> = {
  name: 'Every key: a value of its own',
  hasStandby: true,
  isSigned: true,
  chargePoints: [
    { id: 'cp1', circuit: 'main', phases: 2, rotation: 'TRS', maxA: 25, minA: 7, disconnectedLimitA: 9 },
    { id: 'cp2', circuit: 'evse', phases: 1, rotation: 'STR', maxA: 32, minA: 6, disconnectedLimitA: 6 },
  ],
  buildings: [{ circuit: 'evse', lowA: [1, 2, 3], highA: [12, 12, 12], everyMs: 2500 }],
  days: [
    {
      circuit: 'main',
      startMinute: 390,
      building: { loadW: new Array(1440).fill(230), loadFactor: 3, pvW: generateDay(1).pvW, pvFactor: 1.5 },
    },
  ],
  loads: [
    { circuit: 'shop', atMs: 0, loadA: [4, 4, 4] },
    { circuit: 'shop', atMs: 90_500, loadA: [9, 0, 1] },
  ],
  visits: [
    {
      atMs: 0,
      leaveAtMs: 99_999,
      chargePoint: 'cp1',
      vehicle: {
        ...{ phases: 1, minA: 8, maxA: 13, demandWh: 500, reactionMs: 900, rampAPerS: 0.5 },
        ...{ startMs: 30_000, coolsEveryMs: 600_000, coolsForMs: 45_500, needsWakeUp: true },
      },
    },
    { atMs: 20_125, leaveAtMs: 2_400_000, chargePoint: 'cp2', vehicle: typical(1, 32) },
    { atMs: 100_000, leaveAtMs: 2_400_000, chargePoint: 'cp1', vehicle: typical(2, 25) },
  ],
  network: { loss: 0.07, duplication: 0.03, delayMinMs: 4, delayMaxMs: 90, tail: 0.55, tailMs: 2000 },
  clockDriftMax: 0.02,
  meterLatencyMs: 70,
  meterRenewMs: 10_000,
  meterNoiseA: 0.4,
  meterRoundA: 1,
  ...UNTOUCHED,
  solar: [
    { circuit: 'main', atMs: 60_000, powerW: [2000, 2000, 2000] },
    { circuit: 'main', atMs: 90_000, powerW: [3000, 0, 1] },
  ],
  faults: [
    { atMs: 120_500, forMs: 600_000, fault: 'charge-point-cut-off' },
    { atMs: 300_000, forMs: 60_000, fault: 'meter-silent', target: 'grid' },
  ],
  durationMs: 2_400_000,
  calmFromMs: 720_500,
};

function typical(phases: 1 | 2, maxA: number): Scenario['visits'][number]['vehicle'] {
  const kind = { phases, minA: 6, maxA, demandWh: Infinity, reactionMs: 2000, rampAPerS: 4 };
  return { ...kind, startMs: 0, coolsEveryMs: Infinity, coolsForMs: 30_000, needsWakeUp: false };
}

t.test('every key', (t) => {
  const { config, ...others } = goodScenario(FULL);
  t.equal(config.site.circuits.length, 3);
  t.same(others, FULL_READ);
  t.equal(goodScenario(edited(FULL, 'durationMin: 40\n', '')).durationMs, 1_320_500, '10 min after the last fault');
  t.end();
});

t.test('the configuration says whether datagrams are signed, where the scenario does not', (t) => {
  const signed = edited(GOOD, '  site: X\n', '  site: X\n  auth: on\n');
  t.equal(goodScenario(GOOD).isSigned, false);
  t.equal(goodScenario(signed).isSigned, true);
  t.equal(goodScenario(`auth: off\n${signed}`).isSigned, false);
  t.end();
});

t.test('the internal slave is a charge point as well', (t) => {
  const internal = (id: string, connector: string): string =>
    edited(GOOD, '  site: X\n', `  site: X\n  id: ${id}\n  driver: { type: virtual }\n${connector}`);
  const alone = internal('cp9', '  connector: { maxA: 10 }\n');
  const at9 = edited(alone, 'chargePoint: cp2, atS: 0', 'chargePoint: cp9, atS: 0');
  t.match(goodScenario(at9).chargePoints, [{ id: 'cp1' }, { id: 'cp2' }, { id: 'cp9', circuit: 'main', maxA: 10 }]);
  t.match(goodScenario(internal('cp2', '')).chargePoints, [{ id: 'cp1' }, { id: 'cp2', circuit: 'evse', phases: 1 }]);
  const listed = internal('cp2', '  connector: { maxA: 10, phases: 1 }\n');
  t.match(goodScenario(listed).chargePoints, [{ id: 'cp1' }, { id: 'cp2', maxA: 10 }]);
  t.same(scenarioLines(edited(listed, 'chargePoint: cp2, atS: 0', 'chargePoint: cp2, atS: 0, minA: 11')), [
    'f.yaml:24:39 vehicles[2].minA: expected at most maxA (10 A, its default), got 11 A',
  ]);
  t.end();
});

t.test('where the configuration stands', (t) => {
  const named = (name: string): string[] => scenarioLines(`name: X\nconfigurationFile: ${name}\n`);
  t.same(named('site.yaml'), []);
  t.same(named('other.yaml'), [
    'f.yaml:2:20 configurationFile: expected a file that can be read, got nothing (ENOENT)',
  ]);
  t.same(named('slave.yaml'), [
    'slave.yaml:1:7 role: expected master (the charge points are played with it), got "slave"',
  ]);
  t.same(named('tabs.yaml'), ['tabs.yaml:2:1 (file): expected spaces as indentation, got a tab']);
  t.same(named('7'), ['f.yaml:2:20 configurationFile: expected the name of a file such as site.yaml, got 7']);
  t.same(named('"a\\tb"'), [
    'f.yaml:2:20 configurationFile: expected the name of a file such as site.yaml, got "a\\tb"',
  ]);
  t.same(scenarioLines('name: X\n'), [
    'f.yaml:1:1 configuration: expected a configuration, or configurationFile with the name of its file, got nothing',
  ]);
  t.match(scenarioLines('name: X\nconfigurationFil: site.yaml\n'), [
    /^f.yaml:2:1 .*did you mean "configurationFile"\?$/,
  ]);
  t.match(scenarioLines('name: X\nconfiguration:\n'), [/^f.yaml:2:1 configuration: expected a group with the keys/]);
  t.end();
});

t.test('issues of both files at once, each with its own name', (t) => {
  const text = `name: 1
configurationFile: wrong.yaml
vehicles: [{ chargePoint: cp2, atS: 0 }]
building: [{ circuit: mian, highA: 2 }]
`;
  const lines = scenarioLines(text);
  t.match(lines, [
    /^f\.yaml:1:7 name: /,
    /^f\.yaml:3:27 vehicles\[0\]\.chargePoint: expected the id of a charge point \(cp1\), got "cp2"/,
    /^f\.yaml:4:23 building\[0\]\.circuit: expected the id of a circuit \(main\), got "mian"/,
    /^wrong\.yaml:3:17 circuits\[0\]\.limit: .*did you mean "limitA"/,
    /^wrong\.yaml:5:25 chargePoints\[0\]\.circuit: expected the id of a circuit \(main\), got "mian"/,
  ]);
  t.equal(lines.length, 5);
  t.end();
});

t.test('where the end is only known by default', (t) => {
  const text = edited(edited(GOOD, 'durationMin: 30\n', ''), 'atS: 700', 'atS: 960');
  t.same(scenarioLines(text), [
    'f.yaml:19:30 vehicles[1].atS: expected less than 960 s, where the run ends (durationMin 16, its default), got 960 s',
  ]);
  t.same(
    scenarioLines(edited(text, 'forS: 60, fault: meter-silent', 'forS: x, fault: meter-silent')),
    ['f.yaml:22:23 faults[0].forS: expected seconds, 0.1 to 604800, got "x"'],
    'nothing about an end that nobody knows',
  );
  t.end();
});

t.test('a fault that names nobody, where there is nobody', (t) => {
  const fault = (name: string): string => `faults:\n  - { atS: 1, forS: 1, fault: ${name} }\n`;
  t.same(scenarioLines(`${LEAST}${fault('meter-silent')}`), [
    'f.yaml:4:31 faults[0].fault: expected a fault that befalls no meter, as the configuration has none, got "meter-silent"',
  ]);
  const empty = 'name: X\nconfiguration:\n  site: X\n  circuits: [{ id: main, limitA: 35 }]\n';
  t.same(scenarioLines(`${empty}${fault('charge-point-cut-off')}`), [
    'f.yaml:6:31 faults[0].fault: expected a fault that befalls no charge point, as the configuration has none, got "charge-point-cut-off"',
  ]);
  t.same(scenarioLines(`${empty}${fault('master-killed')}`), []);
  t.same(scenarioLines(`${LEAST}${fault('charge-point-cut-off')}`), []);
  t.end();
});

t.test('files that are no scenario', (t) => {
  for (const text of ['', '# name: X\n', '- a\n', 'hello\n']) {
    t.match(scenarioLines(text), [/^f\.yaml:1:1 \(file\): expected a group with the keys name, durationMin/], text);
  }
  t.same(scenarioLines('name: a: b\n'), [
    'f.yaml:1:7 (file): expected one "key: value" on a line, got a second ":" or a "-" (quotes make it a text)',
  ]);
  const many = `${GOOD}${Array.from({ length: 500 }, (_, index) => `bad${index}: 1\n`).join('')}`;
  t.match([...scenarioLines(many).slice(-1)], [/fewer errors, got 500; the rest is not shown$/]);
  const crowd = Array.from({ length: 1001 }, () => '  - { atS: 1, forS: 1, fault: network-loss }\n').join('');
  t.match(scenarioLines(`${LEAST}faults:\n${crowd}`), [
    /faults: expected a list of faults, at most 1000, got a list of 1001$/,
  ]);
  t.end();
});

/** What the world takes for granted. */
function isSound({ visits, faults, buildings, chargePoints, durationMs, calmFromMs }: Scenario): boolean {
  const isFree = visits.every(({ chargePoint, atMs }, index) =>
    visits.slice(0, index).every((other) => other.chargePoint !== chargePoint || other.leaveAtMs < atMs),
  );
  return (
    isFree &&
    visits.every(
      ({ atMs, leaveAtMs, vehicle }) => atMs < leaveAtMs && leaveAtMs <= durationMs && vehicle.minA <= vehicle.maxA,
    ) &&
    faults.every(({ atMs, forMs }) => forMs > 0 && atMs + forMs <= calmFromMs && calmFromMs <= durationMs) &&
    buildings.every(({ lowA, highA }) => lowA.every((low, phase) => low <= (highA[phase] ?? 0))) &&
    chargePoints.every(({ minA, maxA, disconnectedLimitA }) => minA <= maxA && disconnectedLimitA <= maxA)
  );
}

const seed = Number(process.env['EVENKEEL_SEED'] ?? 20_251);
const numRuns = Number(process.env['EVENKEEL_RUNS'] ?? 500);
const REPLAY = `seed ${seed}; replay with EVENKEEL_SEED=${seed} node build/test/sim.test.js`;

/** Refused with issues that fit on a line, or sound. */
function isAnswered(text: string): 'refused' | 'sound' | false {
  const result = parseScenario(text, OPTIONS);
  if (result.ok) return isSound(result.value) && 'sound';
  const isLine = (line: string): boolean => /^f:\d+:\d+ [^\n\r\u2028]+$/.test(line);
  const lines = result.error.map((issue) => explainIssue('f', issue));
  return lines.length > 0 && lines.every(isLine) && 'refused';
}

t.test('no change to a scenario makes it throw', (t) => {
  const property = fc.property(
    fc.constantFrom<string>(GOOD, FULL),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
    (text, mutations) => isAnswered(mutated(text, mutations)) !== false,
  );
  t.comment(REPLAY);
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns }));
  t.end();
});

t.test('with other numbers it is refused, or sound', (t) => {
  const counts = { refused: 0, sound: 0 };
  const number = fc.record({
    which: fc.nat(1000),
    put: fc.constantFrom('0', '1', '8', '20', '99.9995', '300', '1799'),
  });
  const property = fc.property(
    fc.constantFrom<string>(GOOD, FULL),
    fc.array(number, { minLength: 1, maxLength: 3 }),
    (text, numbers) => {
      const changed = numbers.reduce((now, { which, put }) => {
        const all = [...now.matchAll(/(?<=[:[,] )[\d.]+/g)];
        const { index = 0, 0: old = '' } = all[which % all.length] ?? {};
        return mutated(now, [{ at: index, length: old.length, put }]);
      }, text);
      const answer = isAnswered(changed);
      if (answer) counts[answer] += 1;
      return answer !== false;
    },
  );
  t.comment(REPLAY);
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns }));
  t.ok(Math.min(counts.refused, counts.sound) > numRuns / 10, JSON.stringify(counts));
  t.end();
});

t.test('the examples load', (t) => {
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'));
  t.ok(names.length >= 4);
  for (const name of names) {
    const text = readFileSync(new URL(name, EXAMPLES), 'utf8');
    const readFile = (file: string) => ok(readFileSync(new URL(file, EXAMPLES), 'utf8'));
    t.same(scenarioLines(text, { meterModels: METER_MODELS, readFile, faults: INJECTORS }), [], name);
    t.match(text.split('\n')[0], /^# [A-Z].*/, `${name} begins with what it shows`);
  }
  t.end();
});

t.test('docs/scenarios.md is not stale', (t) => {
  const script = fileURLToPath(new URL('scripts/write-scenarios.mjs', ROOT));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  t.end();
});
