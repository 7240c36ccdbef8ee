/** Meters with one thing wrong: how they are connected, their models, and register maps of the file. */
import t from 'tap';
import { defined } from '../../src/base/assert.js';
import { edited, GOOD, goodMaster, issueLines, type Row, walk } from './support.js';

const MODEL = 'model: siemens-pac2200';

/** A register map of the file at the end of the good one. */
const MAP = `meterModels:
  - id: my-meter
    currents: magnitude
    maxRegisters: 60
    rows:
      - { measurand: currentL1, address: 6, functionCode: 4, encoding: float32 }
      - { measurand: powerL1, address: 12, functionCode: 4, encoding: float32, scale: 0.1 }
      - { measurand: totalPower, address: 52, encoding: int64, wordOrder: little }
`;
const WITH_MAP = `${GOOD}${MAP}`;

const KEYS = 'measurand, address, functionCode, encoding, wordOrder, scale';
const MEASURANDS =
  'voltageL1, voltageL2, voltageL3, currentL1, currentL2, currentL3, powerL1, powerL2, powerL3, totalPower';
const WITH_POWER = 'with currents: magnitude the power of a phase gives the direction';

const METER_ROWS: readonly Row[] = [
  [
    'a transformer ratio of 0',
    MODEL,
    `${MODEL}\n    ctRatio: 0`,
    '16:14 meters[0].ctRatio: expected a number other than 0, 0.001 to 10000, got 0',
  ],
  [
    'a transformer ratio as a fraction',
    MODEL,
    `${MODEL}\n    ctRatio: 200/5`,
    '16:14 meters[0].ctRatio: expected a number other than 0, 0.001 to 10000, got "200/5"',
  ],
  [
    'an inverted phase that is none',
    MODEL,
    `${MODEL}\n    invert: [north]`,
    '16:14 meters[0].invert[0]: expected one of L1, L2, L3, got "north"',
  ],
  [
    'inverted somehow',
    MODEL,
    `${MODEL}\n    invert: L1`,
    '16:13 meters[0].invert: expected true, false, or a list of phases such as [L1], got "L1"',
  ],
  [
    'a phase order that is none',
    MODEL,
    `${MODEL}\n    phaseOrder: L2`,
    '16:17 meters[0].phaseOrder: expected one of RST, STR, TRS, RTS, SRT, TSR, got "L2"',
  ],
  [
    'the phase of a meter with three',
    MODEL,
    `${MODEL}\n    phase: L2`,
    '16:12 meters[0].phase: expected no phase ("siemens-pac2200" has three phases; see phaseOrder), got "L2"',
  ],
  [
    'a meter with one phase at a circuit with three',
    MODEL,
    'model: one-phase\n    phase: L2',
    '6:12 circuits[0].meter: expected a meter of L1, L2 and L3, where limitA is above 0, got "grid", which measures L2',
  ],
  [
    'an alias of two models',
    MODEL,
    'model: pac',
    '15:12 meters[0].model: expected one of siemens-pac2200, total-only, got "pac"',
  ],
  [
    'a model without currents',
    MODEL,
    'model: total-only',
    '15:12 meters[0].model: expected a model that tells the current of each phase, got "total-only", which tells the total power only',
  ],
];

const MAP_ROWS: readonly Row[] = [
  [
    'a measurand that is none',
    'measurand: currentL1',
    'measurand: currentL',
    `39:22 meterModels[0].rows[0].measurand: expected one of ${MEASURANDS}, got "currentL"; did you mean "currentL1"?`,
  ],
  [
    'an address of the manual',
    'address: 12',
    'address: 300013',
    '40:40 meterModels[0].rows[1].address: expected a whole number, 0 to 65535, got 300013',
  ],
  [
    'a function that writes',
    'address: 6, functionCode: 4',
    'address: 6, functionCode: 6',
    '39:59 meterModels[0].rows[0].functionCode: expected a Modbus function: 3 or 4, got 6',
  ],
  [
    'an encoding that is none',
    'encoding: int64',
    'encoding: float',
    '41:57 meterModels[0].rows[2].encoding: expected one of int16, uint16, int32, uint32, float32, int64, uint64, float64, t5, t6, got "float"; did you mean "float32"?',
  ],
  [
    'a word order',
    'wordOrder: little',
    'wordOrder: swapped',
    '41:75 meterModels[0].rows[2].wordOrder: expected one of big, little, got "swapped"',
  ],
  [
    'a scale of 0',
    'scale: 0.1',
    'scale: 0',
    '40:87 meterModels[0].rows[1].scale: expected a number other than 0, -1000000 to 1000000, got 0',
  ],
  [
    'a key of a manual',
    'wordOrder: little',
    'unit: W',
    `41:64 meterModels[0].rows[2].unit: expected one of the keys ${KEYS}, got "unit"`,
  ],
  [
    'how the currents are to be read is not said',
    '    currents: magnitude\n',
    '',
    '35:5 meterModels[0].currents: expected one of magnitude, signed, got nothing',
  ],
  [
    'a read that is too long',
    'maxRegisters: 60',
    'maxRegisters: 126',
    '37:19 meterModels[0].maxRegisters: expected a whole number, 1 to 125, got 126',
  ],
  [
    'an encoding that no read can hold',
    'maxRegisters: 60',
    'maxRegisters: 3',
    '41:57 meterModels[0].rows[2].encoding: expected an encoding of at most 3 registers (maxRegisters), got int64, which takes 4',
  ],
  [
    'a value that ends behind the last register',
    'address: 52',
    'address: 65533',
    '41:43 meterModels[0].rows[2].address: expected at most 65532, so that int64 ends at 65535, got 65533',
  ],
  [
    'two values in one register',
    'address: 12',
    'address: 7',
    '40:40 meterModels[0].rows[1].address: expected registers of its own, got 7, where currentL1 takes 6 to 7',
  ],
  [
    'a measurand twice in the same direction',
    'measurand: totalPower',
    'measurand: powerL1',
    '41:22 meterModels[0].rows[2].measurand: expected each measurand once, or twice with scales of opposite signs (import and export), got "powerL1" again',
  ],
  [
    'three rows for a power',
    '      - { measurand: totalPower, address: 52, encoding: int64, wordOrder: little }\n',
    '      - { measurand: powerL1, address: 52, encoding: int16, scale: -1 }\n      - { measurand: powerL1, address: 60, encoding: int16, scale: -1 }\n',
    '42:22 meterModels[0].rows[3].measurand: expected each measurand once, or twice with scales of opposite signs (import and export), got "powerL1" again',
  ],
  ['the same address of the other function', 'address: 52', 'address: 6'],
  [
    'a current without its power',
    'measurand: powerL1',
    'measurand: voltageL1',
    `39:7 meterModels[0].rows: expected rows for powerL1 (${WITH_POWER}), got none`,
  ],
  [
    'one phase of three',
    'measurand: totalPower',
    'measurand: currentL2',
    `39:7 meterModels[0].rows: expected rows for powerL2, currentL3, powerL3 (${WITH_POWER}), got none`,
  ],
  [
    'no rows',
    MAP.slice(MAP.indexOf('    rows:')),
    '    rows: []\n',
    '38:11 meterModels[0].rows: expected a list of rows, at least 1, got a list of 0',
  ],
  [
    'the id of a known model',
    'id: my-meter',
    'id: pac2200',
    '35:9 meterModels[0].id: expected an id of its own, got "pac2200", which is the model siemens-pac2200 that comes with evenkeel',
  ],
  [
    'an id twice',
    MAP,
    `${MAP}  - { id: my-meter, currents: signed, rows: [{ measurand: currentL1, address: 0, encoding: int16 }] }\n`,
    '42:11 meterModels[1].id: expected an id of its own, got "my-meter", which is taken on line 35',
  ],
  [
    'a meter whose model is nearly the id of a map',
    MODEL,
    'model: my-metre',
    '15:12 meters[0].model: expected a known meter model (my-meter, one that "evenkeel meter models" lists), got "my-metre"; did you mean "my-meter"?',
  ],
];

walk('a meter with one thing wrong', GOOD, METER_ROWS);
walk('a register map with one thing wrong', WITH_MAP, MAP_ROWS);

/** The meter of the good file, with other lines for its model. */
function meterWith(lines: string, text = GOOD) {
  return defined(goodMaster(edited(text, MODEL, lines)).meters[0], 'the meter');
}

t.test('how a meter is connected', (t) => {
  t.notOk('wiring' in meterWith(MODEL), 'as labelled');
  t.same(meterWith(`${MODEL}\n    ctRatio: 40\n    invert: [L3, L1]\n    phaseOrder: TRS`).wiring, {
    ctRatio: 40,
    inverted: [true, false, true],
    order: 'TRS',
  });
  t.same(meterWith(`${MODEL}\n    invert: true`).wiring?.inverted, [true, true, true]);
  t.notOk('wiring' in meterWith(`${MODEL}\n    invert: []\n    ctRatio: 1\n    phaseOrder: RST`));
  t.end();
});

const ONE_PHASE = edited(
  GOOD,
  'limitA: 100\n    meter: grid\n    fallbackA: 50\n    backgroundMaxA: 20\n  - id: evse\n    parent: main\n    limitA: 63\n    operatorLimitA: 50',
  'limitA: 100\n    fallbackA: 50\n    backgroundMaxA: 20\n  - id: evse\n    parent: main\n    limitA: [0, 63, 0]\n    meter: grid',
);

t.test('a meter with one phase at a circuit with one', (t) => {
  const text = edited(ONE_PHASE, '  - id: cp1\n    circuit: evse\n', '  - id: cp1\n    circuit: main\n');
  const lines = issueLines(edited(text, MODEL, 'model: sdm120\n    phase: L2'));
  t.same(
    lines.filter((line) => line.includes('meter')),
    [],
    'on its phase',
  );
  t.match(
    issueLines(edited(text, MODEL, 'model: sdm120\n    phase: L3')).join('\n'),
    /circuits\[1\]\.meter: expected a meter of L2, where limitA is above 0, got "grid", which measures L3/,
  );
  const wrong = issueLines(edited(text, MODEL, 'model: sdm120\n    phaseOrder: STR\n    invert: [L2]')).join('\n');
  t.match(wrong, /phaseOrder: expected no phaseOrder \("sdm120" has one phase, L1; see phase\), got "STR"/);
  t.match(wrong, /invert: expected true, false or \[L1\] \("sdm120" has one phase, L1\), got a list of 1/);
  t.end();
});

t.test('aliases and unit ids of models', (t) => {
  t.match(meterWith('model: pac2200'), { model: 'siemens-pac2200', unitId: 1 });
  const circuit = '{ id: main, limitA: [0, 63, 0], meter: m }';
  const entry = '{ id: m, model: sdm120, phase: L2, connection: tcp://a }';
  t.match(goodMaster(`site: X\ncircuits: [${circuit}]\nmeters: [${entry}]\n`).meters, [
    { model: 'one-phase', unitId: 33, wiring: { order: 'STR' } },
  ]);
  t.match(meterWith(`${MODEL}\n    unit: 7`), { unitId: 7 });
  t.end();
});

t.test('a register map of the file', (t) => {
  const rows = MAP.slice(MAP.indexOf('      - {'));
  const three = ['L2', 'L3'].map((phase, index) =>
    rows
      .replace(/ {6}- \{ measurand: totalPower.*\n/, '')
      .replaceAll('L1', phase)
      .replace('address: 6', `address: ${8 + 2 * index}`)
      .replace('address: 12', `address: ${14 + 2 * index}`),
  );
  const meter = meterWith('model: my-meter', `${WITH_MAP}${three.join('')}`);
  t.match(meter, { model: 'my-meter', unitId: 1 });
  t.match(meter.map, {
    id: 'my-meter',
    title: 'my-meter',
    currents: 'magnitude',
    phases: 3,
    maxRegisters: 60,
    maxGap: 0,
  });
  t.same(meter.map?.rows.slice(0, 3), [
    { measurand: 'currentL1', address: 6, functionCode: 4, encoding: 'float32', wordOrder: 'big', scale: 1 },
    { measurand: 'powerL1', address: 12, functionCode: 4, encoding: 'float32', wordOrder: 'big', scale: 0.1 },
    { measurand: 'totalPower', address: 52, functionCode: 3, encoding: 'int64', wordOrder: 'little', scale: 1 },
  ]);
  t.match(
    issueLines(edited(WITH_MAP, MODEL, 'model: my-meter')),
    [/circuits\[0\]\.meter: expected a meter of L1, L2 and L3, .* got "grid", which measures L1$/],
    'without the other phases it is a meter with one',
  );
  t.end();
});
