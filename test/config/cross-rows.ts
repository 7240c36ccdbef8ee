/** Entries that do not fit together: one row for each cross check, then several at once. */
import t from 'tap';
import { edited, GOOD, GOOD_SLAVE, issueLines, type Row } from './support.js';

const ROWS: readonly Row[] = [
  [
    'a lease that does not outlive two lost renewals',
    'networkId: 7\n',
    'networkId: 7\nsamplePeriodMs: 5001\n',
    '3:17 samplePeriodMs: expected at most a third of leaseMs (15000), so that a limit outlives two lost renewals, got 5001',
  ],
  [
    'a margin above its threshold',
    'log: { level: info }',
    'allocation: { redistribute: { thresholdA: 2, marginA: 2.5 } }',
    '33:43 allocation.redistribute.thresholdA: expected at least marginA (2.5 A), got 2 A',
  ],
  [
    'a margin above the threshold that is left out',
    'log: { level: info }',
    'allocation: { redistribute: { marginA: 3 } }',
    '33:40 allocation.redistribute.marginA: expected at most thresholdA (2 A, its default), got 3 A',
  ],
  [
    'two roots',
    '    parent: main\n',
    '',
    '9:5 circuits[1].parent: expected the id of a circuit (only the root has no parent, and that is "main" on line 4), got nothing',
  ],
  [
    'an unknown parent',
    'parent: main',
    'parent: mein',
    '10:13 circuits[1].parent: expected the id of a circuit (main, evse), got "mein"; did you mean "main"?',
  ],
  [
    'an unknown meter is also an unused one',
    'meter: grid',
    'meter: gird',
    '6:12 circuits[0].meter: expected the id of a meter (grid), got "gird"; did you mean "grid"?',
    '14:9 meters[0].id: expected a circuit with "meter: grid", got none, so nobody reads this meter',
  ],
  [
    'the circuit of a charge point',
    'circuit: evse\n    minA: 6',
    'circuit: evs\n    minA: 6',
    '25:14 chargePoints[0].circuit: expected the id of a circuit (main, evse), got "evs"; did you mean "evse"?',
  ],
  [
    'the circuit of new slaves',
    '  circuit: evse\nchargePoints',
    '  circuit: north\nchargePoints',
    '22:12 discovery.circuit: expected the id of a circuit (main, evse), got "north"',
  ],
  [
    'an unknown meter model',
    'siemens-pac2200',
    'siemens-pac220',
    '15:12 meters[0].model: expected a known meter model (siemens-pac2200, janitza-umg96, one-phase, total-only), got "siemens-pac220"; did you mean "siemens-pac2200"?',
  ],
  [
    'a unit that no serial line has',
    'tcp://192.168.0.20\n',
    'rtu:/dev/ttyS0\n    unit: 0\n',
    '17:11 meters[0].unit: expected a unit of a serial line, 1 to 247, got 0',
  ],
  [
    'one line with two settings',
    'parent: main\n    limitA: 63\n    operatorLimitA: 50\nmeters:\n',
    `parent: main\n    limitA: 63\n    operatorLimitA: 50\n    meter: evse\nmeters:\n  - { id: evse, model: siemens-pac2200, unit: 2, connection: "rtu+tcp://192.168.0.20:502" }\n`,
    '18:17 meters[1].connection: expected the same settings as on line 15, where it is 192.168.0.20 port 502 (RTU over TCP), got 192.168.0.20 port 502',
  ],
  [
    'a cycle without a root',
    '- id: main\n',
    '- id: main\n    parent: evse\n',
    '5:13 circuits[0].parent: expected a circuit that is not fed by this one, or none for the root, got the cycle main -> evse -> main',
  ],
  [
    'a circuit below a cycle, and charge points below that',
    'parent: main\n',
    'parent: low\n    limitA: 63\n  - id: low\n    parent: high\n    limitA: 63\n  - id: high\n    parent: low\n',
    '13:13 circuits[2].parent: expected a circuit that is not fed by this one, got the cycle low -> high -> low',
  ],
  [
    'a misspelt parent makes no second root',
    'parent: main',
    'parnet: main',
    '10:5 circuits[1].parnet: expected one of the keys id, parent, limitA, operatorLimitA, schedule, limitW, contractW, exportMakesRoom, dlb, alm, section14a, headroomA, meter, meterLocation, fallbackA, backgroundMaxA, imbalanceLimitA, redistribute, fuse, got "parnet"; did you mean "parent"?',
  ],
  [
    'a circuit that feeds itself',
    'parent: main',
    'parent: evse',
    '10:13 circuits[1].parent: expected a circuit that is not fed by this one, got the cycle evse -> evse',
  ],
  [
    'the same circuit twice',
    'meters:\n',
    '  - id: evse\n    parent: main\n    limitA: 10\nmeters:\n',
    '13:9 circuits[2].id: expected an id of its own, got "evse", which is taken on line 9',
  ],
  [
    'the same charge point twice',
    'id: cp2',
    'id: cp1',
    '28:9 chargePoints[1].id: expected an id of its own, got "cp1", which is taken on line 24',
  ],
  [
    'the same meter twice',
    'discovery:\n',
    '  - { id: grid, model: janitza-umg96, connection: tcp://b }\ndiscovery:\n',
    '20:11 meters[1].id: expected an id of its own, got "grid", which is taken on line 14',
  ],
  [
    'an operator above the installation',
    'operatorLimitA: 50',
    'operatorLimitA: 64',
    '12:21 circuits[1].operatorLimitA: expected at most limitA, 63 A on each phase, got 64 A',
  ],
  [
    'an operator above the installation on two phases',
    'operatorLimitA: 50',
    'operatorLimitA: [64, 63, 64]',
    '12:21 circuits[1].operatorLimitA: expected at most limitA, 63 A on L1 and L3, got 64 A',
  ],
  ['everything at its bounds', 'maxA: 32', 'maxA: 6\n    disconnectedLimitA: 6'],
  [
    'a minimum above the maximum',
    'minA: 6\n    maxA: 32',
    'minA: 16\n    maxA: 10',
    '27:11 chargePoints[0].maxA: expected at least minA (16 A), got 10 A',
  ],
  [
    'a contract where nothing is metered',
    'operatorLimitA: 50',
    'operatorLimitA: 50\n    contractW: 9200',
    '13:16 circuits[1].contractW: expected a circuit with a meter, because a contract is kept there (limitW needs none), got no meter',
  ],
  ['a contract at a meter, a power limit anywhere', 'limitA: 63', 'limitA: 63\n    limitW: 9200'],
  [
    'a minimum above the maximum that is not written',
    'minA: 6\n    maxA: 32',
    'minA: 40',
    '26:11 chargePoints[0].minA: expected at most maxA (32 A, its default), got 40 A',
  ],
  [
    'a disconnected limit above the maximum',
    'maxA: 32',
    'maxA: 32\n    disconnectedLimitA: 33',
    '27:11 chargePoints[0].maxA: expected at least disconnectedLimitA (33 A), got 32 A',
  ],
  [
    'one meter for two circuits',
    'parent: main',
    'parent: main\n    meter: grid',
    '11:12 circuits[1].meter: expected a meter of its own, got "grid", the meter of circuit "main" on line 6',
  ],
  [
    'a meter without a circuit',
    '    meter: grid\n',
    '',
    '13:9 meters[0].id: expected a circuit with "meter: grid", got none, so nobody reads this meter',
  ],
  [
    'values that are too old before the next reading',
    'maxAgeMs: 3000',
    'maxAgeMs: 250',
    '19:15 meters[0].maxAgeMs: expected more than pollPeriodMs (250 ms), got 250 ms',
    '19:15 meters[0].maxAgeMs: expected at least timeoutMs (500 ms), got 250 ms',
  ],
  [
    'a request that may take longer than values live',
    'timeoutMs: 500\n    maxAgeMs: 3000',
    'timeoutMs: 4000',
    '18:16 meters[0].timeoutMs: expected at most maxAgeMs (3000 ms, its default), got 4000 ms',
  ],
  [
    'nowhere to look for slaves',
    'broadcast: true',
    'broadcast: false',
    '21:14 discovery.broadcast: expected true, or at least one entry in addresses, got false',
  ],
  [
    'a fallback that does not fit beside the building',
    'fallbackA: 50',
    'fallbackA: 81\n    headroomA: [0, 0, 0.5]',
    '7:16 circuits[0].fallbackA: expected at most 80 A on L1 and L2 (limitA 100 A - headroomA 0 A - backgroundMaxA 20 A), or 9999 to ignore the loss of the meter, got 81 A',
    '7:16 circuits[0].fallbackA: expected at most 79.5 A on L3 (limitA 100 A - headroomA 0.5 A - backgroundMaxA 20 A), or 9999 to ignore the loss of the meter, got 81 A',
  ],
  ['a fallback that ignores the loss', 'fallbackA: 50', 'fallbackA: 9999'],
  [
    'a building that may take all, with charging stopped',
    'fallbackA: 50\n    backgroundMaxA: 20',
    'fallbackA: 0\n    headroomA: 20\n    backgroundMaxA: 88',
  ],
  [
    'I4: disconnected limits above the fuse, on the phase of the rotated connector only',
    'limitA: 63\n    operatorLimitA: 50',
    'limitA: 10',
    '11:13 circuits[1].limitA: expected at least 12 A on L2 of circuit evse (2 charge points take 12 A without a master; lower disconnectedLimitA to 5 A or less, or to 0 A for the largest 1, or raise limitA to 12 A), got 10 A',
  ],
  [
    'I4: with the building, at the circuit above',
    'backgroundMaxA: 20',
    'backgroundMaxA: [20, 50, 95]\n    headroomA: 5',
    '5:13 circuits[0].limitA: expected at least 101 A on L3 of circuit main (1 charge point takes 6 A without a master + backgroundMaxA 95 A; lower disconnectedLimitA to 5 A or less, or lower backgroundMaxA to 94 A, or raise limitA to 101 A), got 100 A',
    '7:16 circuits[0].fallbackA: expected at most 45 A on L2 (limitA 100 A - headroomA 5 A - backgroundMaxA 50 A), or 9999 to ignore the loss of the meter, got 50 A',
    '7:16 circuits[0].fallbackA: expected at most 0 A on L3 (limitA 100 A - headroomA 5 A - backgroundMaxA 95 A), or 9999 to ignore the loss of the meter, got 50 A',
  ],
  [
    'I4: the building alone',
    'fallbackA: 50\n    backgroundMaxA: 20',
    'backgroundMaxA: 101',
    '5:13 circuits[0].limitA: expected at least 107 A on L1 and L3 of circuit main (1 charge point takes 6 A without a master + backgroundMaxA 101 A; lower backgroundMaxA to 94 A, or raise limitA to 107 A), got 100 A',
    '5:13 circuits[0].limitA: expected at least 113 A on L2 of circuit main (2 charge points take 12 A without a master + backgroundMaxA 101 A; lower backgroundMaxA to 88 A, or raise limitA to 113 A), got 100 A',
  ],
  [
    'I4: nothing left for them',
    'limitA: 63\n    operatorLimitA: 50',
    'limitA: [0.5, 12, 6]',
    '11:13 circuits[1].limitA: expected at least 6 A on L1 of circuit evse (1 charge point takes 6 A without a master; lower disconnectedLimitA to 0 A, or raise limitA to 6 A), got 0.5 A',
  ],
];

t.test('entries that do not fit together', (t) => {
  for (const [what, from, to, ...lines] of ROWS) {
    const expected = lines.map((line) => `f.yaml:${line}`);
    t.same(issueLines(edited(GOOD, from, to)), expected, what);
  }
  t.end();
});

t.test('a larger fuse below a smaller one is no error', (t) => {
  t.same(issueLines(edited(GOOD, 'limitA: 63', 'limitA: 125')), []);
  t.end();
});

t.test('a slave whose numbers do not fit together', (t) => {
  t.same(issueLines(edited(GOOD_SLAVE, 'minA: 6', 'minA: 20, disconnectedLimitA: 17')), [
    'f.yaml:3:20 connector.maxA: expected at least minA (20 A), got 16 A',
    'f.yaml:3:20 connector.maxA: expected at least disconnectedLimitA (17 A), got 16 A',
  ]);
  t.end();
});

t.test('a slave that could never meet a master', (t) => {
  t.same(issueLines(`${GOOD_SLAVE}discovery: { broadcast: false }\n`), [
    'f.yaml:5:25 discovery.broadcast: expected true, or at least one entry in masters, got false',
  ]);
  t.same(issueLines(`${GOOD_SLAVE}discovery: { masters: ["10.0.0.1:x"] }\n`), [
    'f.yaml:5:24 discovery.masters[0]: expected HOST or HOST:PORT such as 192.168.0.20:16031, got "10.0.0.1:x"',
  ]);
  const five = issueLines(`${GOOD_SLAVE}discovery: { masters: [a, b, c, d, e] }\n`);
  t.match(five, [/^f\.yaml:5:23 discovery\.masters: expected a list of masters, at most 4, got /]);
  t.end();
});

t.test('half of an internal slave', (t) => {
  const has = '(a master with an internal slave has id and driver)';
  const none = (key: string): string =>
    `f.yaml:1:1 ${key}: expected ${key === 'id' ? 'an id' : 'a group with the key type'} ${has}, got nothing`;
  t.same(issueLines(`${GOOD}id: cp1\n`), [none('driver')]);
  t.same(issueLines(`${GOOD}driver: { type: virtual }\n`), [none('id')]);
  t.same(issueLines(`${GOOD}connector: { maxA: 16 }\n`), [none('id'), none('driver')]);
  t.same(
    issueLines(`${GOOD}id: cp1\ndrvier: { type: virtual }\n`).map((line) => line.slice(0, 20)),
    ['f.yaml:35:1 drvier: '],
  );
  t.end();
});

t.test('an internal slave that is not what the master lists', (t) => {
  const internal = (connector: string): string =>
    `${GOOD}id: cp2\ndriver: { type: virtual }\nconnector: ${connector}\n`;
  t.same(issueLines(internal('{ phases: 1, rotation: STR, maxA: 20 }')), []);
  const asListed = 'as chargePoints lists "cp2" (connector may be left out)';
  t.same(issueLines(internal('{ phases: 3, disconnectedLimitA: 8, maxA: 7 }')), [
    `f.yaml:36:12 connector.rotation: expected STR, ${asListed}, got RST`,
    `f.yaml:36:22 connector.phases: expected 1, ${asListed}, got 3`,
    `f.yaml:36:45 connector.disconnectedLimitA: expected 6, ${asListed}, got 8`,
    'f.yaml:36:54 connector.maxA: expected at least disconnectedLimitA (8 A), got 7 A',
  ]);
  t.end();
});

const MANY = `site: Test
circuits:
  - id: main
    limitA: 63 A
    operatorLimitA: 70
    meter: grd
  - id: evse
    parent: main
    limitA: 32
    operatorLimitA: 40
    phases: 3
meters:
  - id: grid
    model: siemens-pac2200
    connection: tcp://a
    pollPeriodMs: 5000
    maxAgeMs: soon
chargePoints:
  - { id: cp1, circuit: evs, maxA: 8, minA: 10 }
  - { id: cp1, circuit: evse, rotation: RTR, minA: 16, maxA: 10 }
log: { levle: info }
`;

t.test('everything at once, in the order of the file, and nothing that only follows from another error', (t) => {
  const shortened = issueLines(MANY).map((line) => line.replace(/: expected .*, got /, ' got '));
  t.same(shortened, [
    'f.yaml:4:13 circuits[0].limitA got "63 A"',
    'f.yaml:6:12 circuits[0].meter got "grd"; did you mean "grid"?',
    'f.yaml:10:21 circuits[1].operatorLimitA got 40 A',
    'f.yaml:11:5 circuits[1].phases got "phases"',
    'f.yaml:17:15 meters[0].maxAgeMs got "soon"',
    'f.yaml:19:25 chargePoints[0].circuit got "evs"; did you mean "evse"?',
    'f.yaml:19:36 chargePoints[0].maxA got 8 A',
    'f.yaml:20:11 chargePoints[1].id got "cp1", which is taken on line 19',
    'f.yaml:20:41 chargePoints[1].rotation got "RTR"; did you mean "STR"?',
    'f.yaml:20:62 chargePoints[1].maxA got 10 A',
    'f.yaml:21:8 log.levle got "levle"; did you mean "level"?',
  ]);
  t.end();
});
