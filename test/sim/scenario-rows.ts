/** One wrong thing at a time in a scenario: the exact line that its author reads. */
import t from 'tap';
import { edited, type Row } from '../config/support.js';
import { GOOD, OPTIONS, scenarioLines } from './scenario-support.js';

const KEYS =
  'name, durationMin, configurationFile, configuration, standby, auth, clocks, network, meters, chargePoints, building, days, loads, solar, voltage, vehicles, faults';
const FAULTS = OPTIONS.faults.map(({ name }) => name).join(', ');

const ROWS: readonly Row[] = [
  [
    'a name forgotten',
    'name: Test\n',
    '',
    '1:1 name: expected a name of 1 to 64 characters with a letter or digit (in quotes when it is a number), got nothing',
  ],
  [
    'a key misspelt',
    'durationMin: 30',
    'durationMinutes: 30',
    `2:1 durationMinutes: expected one of the keys ${KEYS}, got "durationMinutes"; did you mean "durationMin"?`,
  ],
  [
    'a unit in the value',
    'durationMin: 30',
    'durationMin: 30 min',
    '2:14 durationMin: expected minutes as a whole number, 1 to 10080, got "30 min"',
  ],
  [
    'a week and a minute',
    'durationMin: 30',
    'durationMin: 10081',
    '2:14 durationMin: expected minutes as a whole number, 1 to 10080, got 10081',
  ],
  [
    'an issue of the configuration at its own line',
    'limitA: 40',
    'limitA: x',
    '7:41 configuration.circuits[1].limitA: expected a current in A, 0 to 2500, or three of them [L1, L2, L3], got "x"',
  ],
  [
    'a relation within the configuration',
    'parent: main',
    'parent: mian',
    '7:27 configuration.circuits[1].parent: expected the id of a circuit (main, evse), got "mian"; did you mean "main"?',
  ],
  [
    'what the configuration says of another line',
    'id: cp2, circuit: evse',
    'id: cp1, circuit: evse',
    '12:13 configuration.chargePoints[1].id: expected an id of its own, got "cp1", which is taken on line 11',
    '21:20 vehicles[2].chargePoint: expected the id of a charge point (cp1), got "cp2"; did you mean "cp1"?',
  ],
  [
    'a slave',
    '  site: X',
    '  role: slave',
    '4:9 configuration.role: expected master (the charge points are played with it), got "slave"',
  ],
  [
    'both ways',
    'durationMin: 30',
    'durationMin: 30\nconfigurationFile: site.yaml',
    '3:1 configurationFile: expected configuration or configurationFile, not both, got both',
  ],
  [
    'a share above all',
    'lossPercent: 1',
    'lossPercent: 101',
    '15:25 network.lossPercent: expected a share in percent, 0 to 100, got 101',
  ],
  [
    'a key of the network without unit',
    'lossPercent: 1',
    'loss: 1',
    '15:12 network.loss: expected one of the keys lossPercent, duplicationPercent, delayMinMs, delayMaxMs, tailPercent, tailMs, got "loss"; did you mean "lossPercent"?',
  ],
  [
    'delays in the wrong order',
    'lossPercent: 1',
    'delayMinMs: 20, delayMaxMs: 10',
    '15:40 network.delayMaxMs: expected at least delayMinMs (20 ms), got 10 ms',
  ],
  [
    'a least delay above the default',
    'lossPercent: 1',
    'delayMinMs: 20',
    '15:24 network.delayMinMs: expected at most delayMaxMs (3 ms, its default), got 20 ms',
  ],
  [
    'a tail without length',
    'lossPercent: 1',
    'tailPercent: 1',
    '15:10 network.tailMs: expected at least delayMaxMs (3 ms), because tailPercent is 1, got nothing',
  ],
  [
    'a tail that is too short',
    'lossPercent: 1',
    'tailPercent: 1, tailMs: 2',
    '15:36 network.tailMs: expected at least delayMaxMs (3 ms), because tailPercent is 1, got 2 ms',
  ],
  [
    'a drift beyond any clock',
    'network: { lossPercent: 1 }',
    'clocks: { driftPercent: 6 }',
    '15:25 clocks.driftPercent: expected a share in percent, 0 to 5, got 6',
  ],
  [
    'noise',
    'network: { lossPercent: 1 }',
    'meters: { noiseA: -1 }',
    '15:19 meters.noiseA: expected a current in A, 0 to 10, got -1',
  ],
  ['yes for true', 'network: { lossPercent: 1 }', 'standby: yes', '15:10 standby: expected true or false, got "yes"'],
  ['true for on', 'network: { lossPercent: 1 }', 'auth: true', '15:7 auth: expected one of on, off, got true'],
  [
    'a charge point that is not configured',
    'id: cp1, disconnectedLimitA: 8',
    'id: cp11, disconnectedLimitA: 8',
    '14:11 chargePoints[0].id: expected the id of a charge point of the configuration (cp1, cp2), got "cp11"; did you mean "cp1"?',
  ],
  [
    'a charge point twice',
    '  - { id: cp1, disconnectedLimitA: 8 }',
    '  - { id: cp1, disconnectedLimitA: 8 }\n  - { id: cp1 }',
    '15:11 chargePoints[1].id: expected an id of its own, got "cp1", which is taken on line 14',
  ],
  [
    'a circuit where no cable can end',
    'disconnectedLimitA: 8',
    'circuit: evs',
    '14:25 chargePoints[0].circuit: expected the id of a circuit (main, evse), got "evs"; did you mean "evse"?',
  ],
  [
    'more without a master than at all',
    'disconnectedLimitA: 8',
    'disconnectedLimitA: 20',
    '14:36 chargePoints[0].disconnectedLimitA: expected at most maxA (16 A, its default), got 20 A',
  ],
  [
    'a minimum above what is configured as maximum',
    'disconnectedLimitA: 8',
    'minA: 20',
    '14:22 chargePoints[0].minA: expected at most maxA (16 A, its default), got 20 A',
  ],
  [
    'a rotation that is none',
    'disconnectedLimitA: 8',
    'rotation: RRT',
    '14:26 chargePoints[0].rotation: expected one of RST, STR, TRS, RTS, SRT, TSR, got "RRT"; did you mean "RST"?',
  ],
  [
    'a priority, which is no matter of building',
    'disconnectedLimitA: 8',
    'priority: 2',
    '14:16 chargePoints[0].priority: expected one of the keys id, circuit, maxA, minA, disconnectedLimitA, phases, rotation, got "priority"',
  ],
  [
    'a day of a file that is not there',
    'vehicles:\n',
    'days: [{ circuit: evse, loadFile: away.csv }]\nvehicles:\n',
    '18:35 days[0].loadFile: expected a file with minute,power_w for each minute of a day, got nothing (ENOENT)',
  ],
  [
    'a day that is too short',
    'vehicles:\n',
    'days: [{ circuit: evse, pvFile: short.csv }]\nvehicles:\n',
    '18:33 days[0].pvFile: expected a file with minute,power_w for each minute of a day, got expected 1440 minutes, the last one found is 0',
  ],
  [
    'two loads of one circuit',
    'vehicles:\n',
    'days: [{ circuit: main }]\nvehicles:\n',
    '18:19 days[0].circuit: expected each circuit once, got "main" again (first on line 17)',
  ],
  [
    'a time of day that is none',
    'vehicles:\n',
    'days: [{ circuit: evse, start: "24:00" }]\nvehicles:\n',
    '18:32 days[0].start: expected a time of day from 00:00 to 23:59, such as "17:00", got "24:00"',
  ],
  [
    'a building without bounds',
    'lowA: 2, highA: [12, 8, 6]',
    'everyS: 5',
    '17:5 building[0].highA: expected a current in A, 0 to 2500, or three of them [L1, L2, L3], got nothing',
  ],
  [
    'a building that takes less than its least',
    'lowA: 2, highA: [12, 8, 6]',
    'lowA: [1, 8, 7], highA: [12, 8, 6]',
    '17:28 building[0].lowA: expected at most highA, 6 A on L3, got 7 A',
  ],
  [
    'a circuit of the building misspelt',
    'circuit: main, lowA',
    'circuit: mein, lowA',
    '17:16 building[0].circuit: expected the id of a circuit (main, evse), got "mein"; did you mean "main"?',
  ],
  [
    'a circuit of the building twice',
    '  - { circuit: main, lowA: 2, highA: [12, 8, 6] }',
    '  - { circuit: main, highA: 1 }\n  - { circuit: main, highA: 1 }',
    '18:16 building[1].circuit: expected each circuit once, got "main" again (first on line 17)',
  ],
  [
    'a building that never rests',
    'highA: [12, 8, 6]',
    'highA: 8, everyS: 0',
    '17:49 building[0].everyS: expected seconds, 0.1 to 604800, got 0',
  ],
  [
    'a vehicle nowhere',
    'chargePoint: cp2, atS: 0',
    'atS: 0',
    '21:5 vehicles[2].chargePoint: expected the id of a charge point, 1 to 32 characters out of A-Z, a-z, 0-9, ".", "_", "-" (in quotes when it is a number), got nothing',
  ],
  [
    'a vehicle at a charge point that is not there',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp3, atS: 0',
    '21:20 vehicles[2].chargePoint: expected the id of a charge point (cp1, cp2), got "cp3"; did you mean "cp1"?',
  ],
  [
    'a vehicle without arrival',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2',
    '21:5 vehicles[2].atS: expected seconds, 0 to 604800, got nothing',
  ],
  [
    'a vehicle that leaves before it comes',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: 10, leaveS: 10',
    '21:42 vehicles[2].leaveS: expected more than atS (10 s), got 10 s',
  ],
  [
    'a time in words',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: "0:10"',
    '21:30 vehicles[2].atS: expected seconds, 0 to 604800, got "0:10"',
  ],
  [
    'a time between milliseconds',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: 0.0005',
    '21:30 vehicles[2].atS: expected seconds, 0 to 604800, with three decimals at most, got 0.0005',
  ],
  [
    'a vehicle after the end',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: 1800',
    '21:30 vehicles[2].atS: expected less than 1800 s, where the run ends (durationMin 30), got 1800 s',
  ],
  [
    'a vehicle that asks for more than it draws',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: 0, minA: 10, maxA: 8',
    '21:49 vehicles[2].maxA: expected at least minA (10 A), got 8 A',
  ],
  [
    'a vehicle that asks for more than its charge point has',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: 0, minA: 33',
    '21:39 vehicles[2].minA: expected at most maxA (32 A, its default), got 33 A',
  ],
  [
    'two vehicles at one charge point',
    'atS: 700',
    'atS: 599.5',
    '20:30 vehicles[1].atS: expected more than 600 s, when the vehicle of line 19 leaves cp1, got 599.5 s',
  ],
  [
    'at the same moment',
    'atS: 700',
    'atS: 600',
    '20:30 vehicles[1].atS: expected more than 600 s, when the vehicle of line 19 leaves cp1, got 600 s',
  ],
  [
    'behind a short one, while a longer one is still there',
    'atS: 700 }',
    'atS: 20, leaveS: 30 }\n  - { chargePoint: cp1, atS: 100 }',
    '20:30 vehicles[1].atS: expected more than 600 s, when the vehicle of line 19 leaves cp1, got 20 s',
    '21:30 vehicles[2].atS: expected more than 600 s, when the vehicle of line 19 leaves cp1, got 100 s',
  ],
  [
    'behind one that stays',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp1, atS: 900',
    '21:30 vehicles[2].atS: expected less than 700 s, or a leaveS for the vehicle of line 20, which stays at cp1 to the end, got 900 s',
  ],
  [
    'a vehicle that is full at once',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: 0, energyKwh: 0',
    '21:44 vehicles[2].energyKwh: expected an energy in kWh, 0.1 to 1000, got 0',
  ],
  [
    'a vehicle that never reacts',
    'chargePoint: cp2, atS: 0',
    'chargePoint: cp2, atS: 0, reactionMs: .inf',
    '21:45 vehicles[2].reactionMs: expected milliseconds as a whole number, 0 to 60000, got Infinity',
  ],
  [
    'a fault that nobody knows',
    'fault: meter-silent',
    'fault: meter-silnt',
    `23:34 faults[0].fault: expected a known fault (${FAULTS}), got "meter-silnt"; did you mean "meter-silent"?`,
  ],
  [
    'a fault that is like no other',
    'fault: meter-silent',
    'fault: earthquake',
    `23:34 faults[0].fault: expected a known fault (${FAULTS}), got "earthquake"`,
  ],
  [
    'a meter that is not there',
    'target: grid',
    'target: gird',
    '23:56 faults[0].target: expected the id of a meter, for meter-silent (grid), got "gird"; did you mean "grid"?',
  ],
  [
    'a charge point where a meter belongs',
    'target: grid',
    'target: cp1',
    '23:56 faults[0].target: expected the id of a meter, for meter-silent (grid), got "cp1"',
  ],
  [
    'a fault misspelt and its target too',
    'fault: meter-silent, target: grid',
    'fault: meter-silnt, target: gird',
    `23:34 faults[0].fault: expected a known fault (${FAULTS}), got "meter-silnt"; did you mean "meter-silent"?`,
    '23:55 faults[0].target: expected the id of a meter, for meter-silent (grid), got "gird"; did you mean "grid"?',
  ],
  [
    'a target of a fault of charge points',
    'fault: meter-silent, target: grid',
    'fault: charge-point-cut-off, target: grid',
    '23:64 faults[0].target: expected the id of a charge point, for charge-point-cut-off (cp1, cp2), got "grid"',
  ],
  [
    'a target where there is none',
    'fault: master-killed',
    'fault: master-killed, target: cp1',
    '24:57 faults[1].target: expected no target (master-killed befalls the master), got "cp1"',
  ],
  [
    'a target of the network',
    'fault: master-killed',
    'fault: network-loss, target: cp1',
    '24:56 faults[1].target: expected no target (network-loss befalls the network), got "cp1"',
  ],
  [
    'a fault without length',
    'forS: 60, fault: master-killed',
    'fault: master-killed',
    '24:5 faults[1].forS: expected seconds, 0.1 to 604800, got nothing',
  ],
  [
    'a fault of no length',
    'forS: 60, fault: master-killed',
    'forS: 0, fault: master-killed',
    '24:23 faults[1].forS: expected seconds, 0.1 to 604800, got 0',
  ],
  [
    'a fault after the end',
    'atS: 300, forS: 60',
    'atS: 1900, forS: 60',
    '23:12 faults[0].atS: expected less than 1800 s, where the run ends (durationMin 30), got 1900 s',
  ],
  [
    'a fault at the very end',
    'atS: 300, forS: 60',
    'atS: 1800, forS: 60',
    '23:12 faults[0].atS: expected less than 1800 s, where the run ends (durationMin 30), got 1800 s',
  ],
  [
    'a fault that outlives the run',
    'atS: 300, forS: 60',
    'atS: 1750, forS: 60',
    '23:24 faults[0].forS: expected at most 50 s, so that it is over when the run ends (durationMin 30), got 60 s',
  ],
  [
    'a group where a list belongs',
    'network: { lossPercent: 1 }\nbuilding:\n  - { circuit: main, lowA: 2, highA: [12, 8, 6] }',
    'building: { circuit: main, highA: 8 }',
    '15:11 building: expected a list of loads, got a group of keys',
  ],
];

t.test('one wrong thing in a scenario', (t) => {
  t.same(scenarioLines(GOOD), []);
  for (const [what, from, to, ...lines] of ROWS) {
    const expected = lines.map((line) => `f.yaml:${line}`);
    t.same(scenarioLines(edited(GOOD, from, to)), expected, what);
  }
  t.end();
});
