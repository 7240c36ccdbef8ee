/** Section 14a EnWG: what is wrong with its keys, and which power its factors give. */
import t from 'tap';
import { GOOD, goodMaster, type Row, walk } from './support.js';

const FILE = `${GOOD.replace('    operatorLimitA: 50\n', '    section14a: { devices: 3 }\n')}inputs:
  - { id: box, source: { command: true }, section14a: true }
`;

const ROWS: readonly Row[] = [
  [
    'no device',
    'devices: 3',
    'devices: 0',
    '12:28 circuits[1].section14a.devices: expected a whole number, 1 to 10000, got 0',
  ],
  [
    'a factor above 1',
    'devices: 3',
    'devices: 3, factors: [1, 80]',
    '12:44 circuits[1].section14a.factors[1]: expected a factor, 0 to 1, got 80',
  ],
  [
    'a misspelt key',
    'devices: 3',
    'devices: 3, failsafe: 4200',
    '12:31 circuits[1].section14a.failsafe: expected one of the keys devices, factors, failsafeAfterMin, failsafeW, got "failsafe"; did you mean "failsafeW"?',
  ],
  [
    'an input without a circuit that has it',
    '    section14a: { devices: 3 }\n',
    '',
    '34:55 inputs[0].section14a: expected a circuit with "section14a", got none',
  ],
  [
    'an input with a target of its own',
    'section14a: true',
    'section14a: true, circuit: main',
    '35:70 inputs[0].circuit: expected no target beside section14a: it lowers the circuit that has "section14a", got "main"',
  ],
  [
    'a second circuit',
    '    backgroundMaxA: 20\n',
    '    backgroundMaxA: 20\n    section14a: { devices: 1 }\n',
    '13:17 circuits[1].section14a: expected one circuit with section14a at most, got another one, beside "main"',
  ],
];

walk('section 14a with one thing wrong', FILE, ROWS);

t.test('the guaranteed power by the number of devices', (t) => {
  const rulesOf = (text: string) => goodMaster(FILE.replace('devices: 3', text)).site.circuits[1]?.section14a;
  const powers = [1, 2, 3, 4, 8, 9, 20].map((devices) => rulesOf(`devices: ${devices}`)?.limitW);
  t.same(powers, [4200, 7560, 10_500, 13_020, 18_900, 19_320, 40_110]);
  t.equal(rulesOf('devices: 4, factors: [1, 0.5]')?.limitW, 10_500, 'the last factor holds for more');
  t.same(rulesOf('devices: 3'), { limitW: 10_500, failsafeW: 12_600, failsafeAfterMs: 7_200_000 });
  t.end();
});

t.test('its input is one of the circuit that has it', (t) => {
  const [input] = goodMaster(FILE).site.inputs ?? [];
  t.match(input, { effect: { kind: 'section14a' }, target: { kind: 'circuit', id: 'evse' } });
  t.end();
});
