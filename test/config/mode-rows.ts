/** DLB and ALM: what is wrong with their keys, and which limits they become (examples 39, 43, 49, 50 of the worked numbers). */
import t from 'tap';
import { minimaNotes } from '../../src/config/warnings.js';
import { GOOD, goodMaster, type Row, walk } from './support.js';

const ALM = GOOD.replace('    fallbackA: 50\n', '    alm: { powerW: 50000 }\n');
const DLB = GOOD.replace('    operatorLimitA: 50\n', '    dlb: { powerW: 40000 }\n');

const ROWS: readonly Row[] = [
  [
    'example 50: a reserve of 51 %',
    'powerW: 50000',
    'powerW: 50000, reservePercent: 51',
    '7:43 circuits[0].alm.reservePercent: expected a share in percent, 0 to 50, got 51',
  ],
  ['example 50: a reserve of 50 %', 'powerW: 50000', 'powerW: 50000, reservePercent: 50'],
  [
    'a misspelt key',
    'powerW: 50000',
    'powerW: 50000, reservePercen: 50',
    '7:27 circuits[0].alm.reservePercen: expected one of the keys powerW, reservePercent, meterLostPercent, got "reservePercen"; did you mean "reservePercent"?',
  ],
  [
    'both modes',
    '    alm: { powerW: 50000 }\n',
    '    alm: { powerW: 50000 }\n    dlb: { powerW: 40000 }\n',
    '7:10 circuits[0].alm: expected one of dlb and alm, got both',
  ],
  [
    'no meter',
    '    operatorLimitA: 50\n',
    '    alm: { powerW: 20000 }\n',
    '12:10 circuits[1].alm: expected a circuit with a meter, because ALM takes the load of the building off (dlb needs none), got no meter',
  ],
  [
    'a fallback in A beside it',
    '    alm: { powerW: 50000 }\n',
    '    alm: { powerW: 50000 }\n    fallbackA: 5\n',
    '8:16 circuits[0].fallbackA: expected no fallbackA beside alm: alm.meterLostPercent is for that, got 5',
  ],
  [
    'more for a lost meter than the building leaves',
    '    alm: { powerW: 50000 }\n    backgroundMaxA: 20\n',
    '    alm: { powerW: 50000, meterLostPercent: 50 }\n    backgroundMaxA: 70\n',
    '7:45 circuits[0].alm.meterLostPercent: expected at most 30 A on each phase (limitA 100 A - headroomA 0 A - backgroundMaxA 70 A), got 36.23 A',
  ],
  [
    'the same in W beside a power limit',
    '    alm: { powerW: 50000 }\n    backgroundMaxA: 20\n',
    '    alm: { powerW: 50000, meterLostPercent: 40 }\n    limitW: 40000\n    backgroundMaxA: 30\n',
    '7:45 circuits[0].alm.meterLostPercent: expected at most 19300 W (limitW 40000 W - backgroundMaxA 20700 W), got 20000 W',
  ],
];

walk('ALM with one thing wrong', ALM, ROWS);

t.test('example 39: ALM with 50 kW leaves 42.5 kW; with no reserve 47.5, with 50 % 22.5', (t) => {
  const limitOf = (keys: string) =>
    goodMaster(ALM.replace('powerW: 50000', `powerW: 50000${keys}`)).site.circuits[0]?.limitW;
  t.same(['', ', reservePercent: 0', ', reservePercent: 50'].map(limitOf), [42_500, 47_500, 22_500]);
  t.end();
});

t.test('example 43: a lost meter: all pause, or a share of the power', (t) => {
  const [pause] = goodMaster(ALM).site.circuits;
  t.match(pause, { fallbackA: [0, 0, 0], fallbackW: 0, reserve: { mode: 'ALM' } });
  const [share] = goodMaster(ALM.replace('50000', '50000, meterLostPercent: 10')).site.circuits;
  t.equal(share?.fallbackW, 5000);
  t.same(
    share?.fallbackA.map((amps) => amps.toFixed(2)),
    ['7.25', '7.25', '7.25'],
  );
  t.end();
});

t.test('DLB: the lower one of its power and limitW, and an equal part for each charge point', (t) => {
  t.match(goodMaster(DLB).site.circuits[1], { limitW: 40_000, reserve: { mode: 'DLB', offlineW: 20_000 } });
  t.equal(goodMaster(DLB.replace('dlb:', 'limitW: 30000\n    dlb:')).site.circuits[1]?.limitW, 30_000);
  t.end();
});

t.test('ALM: whoever began last pauses, unless another rule is written', (t) => {
  t.equal(goodMaster(ALM).site.allocation.shortage, 'last-connected-first');
  t.equal(goodMaster(`${ALM}allocation: { shortage: priority-only }\n`).site.allocation.shortage, 'priority-only');
  t.equal(goodMaster(DLB).site.allocation.shortage, 'longest-charging-first');
  t.end();
});

t.test('example 49: four on three phases need 16.56 kW', (t) => {
  const four = (watts: number) => `
site: Four
circuits:
  - { id: main, limitA: 100, dlb: { powerW: ${watts} } }
chargePoints:
${['a', 'b', 'c', 'd'].map((id) => `  - { id: ${id}, circuit: main }`).join('\n')}
`;
  t.match(minimaNotes(goodMaster(four(16_000)).site), [/^main: the minima .* are 16560 W, it has 16000 W/]);
  t.same(minimaNotes(goodMaster(four(17_000)).site), []);
  t.end();
});
