/** PV surplus: what is wrong with its keys, and what they become. */
import t from 'tap';
import { warningsOf } from '../../src/config/warnings.js';
import { edited, GOOD, goodMaster, type Row, walk } from './support.js';

const SOLAR = `${GOOD}solar: { meter: grid }\n`;

const ROWS: readonly Row[] = [
  [
    'a misspelt key',
    'solar: { meter: grid }',
    'solar: { meter: grid, startAfter: 60 }',
    '34:23 solar.startAfter: expected one of the keys meter, mode, startAfterS, stopAfterS, got "startAfter"; did you mean "startAfterS"?',
  ],
  [
    'a mode that is none',
    'solar: { meter: grid }',
    'solar: { meter: grid, mode: full-grene }',
    '34:29 solar.mode: expected one of fast, full-green, green-priority, speed-priority, got "full-grene"; did you mean "full-green"?',
  ],
  [
    'a meter that is none',
    'solar: { meter: grid }',
    'solar: { meter: gird }',
    '34:17 solar.meter: expected the id of a meter (grid), got "gird"; did you mean "grid"?',
  ],
  [
    'a delay that is too long',
    'solar: { meter: grid }',
    'solar: { meter: grid, stopAfterS: 3601 }',
    '34:35 solar.stopAfterS: expected seconds as a whole number, 0 to 3600, got 3601',
  ],
  [
    'a meter that does not see the charge points',
    '    meter: grid\n',
    '    meter: grid\n    meterLocation: excluding\n',
    '35:17 solar.meter: expected a meter that includes the charge points (meterLocation: including), got "grid", which excludes them',
  ],
  ['a mode of a charge point', '    maxA: 32\n', '    maxA: 32\n    mode: green-priority\n'],
  [
    'a contract that nobody has',
    '    fallbackA: 50\n',
    '    fallbackA: 50\n    exportMakesRoom: true\n',
    '8:22 circuits[0].exportMakesRoom: expected a circuit with contractW: export lifts nothing else, got true',
  ],
  [
    'a contract that export lifts',
    '    fallbackA: 50\n',
    '    fallbackA: 50\n    contractW: 30000\n    exportMakesRoom: true\n',
  ],
];

walk('PV surplus with one thing wrong', SOLAR, ROWS);

walk('a mode where no surplus is measured', GOOD, [
  [
    'no solar',
    '    maxA: 32\n',
    '    maxA: 32\n    mode: full-green\n',
    '28:11 chargePoints[0].mode: expected fast, or "solar" in this file, got "full-green"',
  ],
]);

const AT_MAIN = '    meter: grid\n    fallbackA: 50\n    backgroundMaxA: 20\n';
const HALL = 'meters:\n';
const BESIDE = edited(
  edited(edited(SOLAR, AT_MAIN, ''), HALL, `  - id: hall\n    parent: main\n    limitA: 63\n    meter: grid\n${HALL}`),
  '    maxA: 32\n',
  '    maxA: 32\n    mode: fast\n',
);

walk('a charge point beside the meter of the surplus', BESIDE, [
  [
    'full-green',
    'mode: fast',
    'mode: full-green',
    '29:11 chargePoints[0].mode: expected fast, or a circuit below hall, where the surplus is measured, got full-green at evse',
  ],
]);

t.test('what the keys become', (t) => {
  t.same(goodMaster(SOLAR).site.solar, { circuit: 'main', mode: 'fast', startAfterMs: 60_000, stopAfterMs: 180_000 });
  const lifted = edited(
    SOLAR,
    '    fallbackA: 50\n',
    '    fallbackA: 0\n    contractW: 900\n    exportMakesRoom: true\n',
  );
  const { site } = goodMaster(lifted);
  t.match(site.circuits[0], { contractW: 900, limitW: undefined });
  t.match(warningsOf(site).join('\n'), /more than its power limit 900 W/, 'as of any contract');
  t.equal(goodMaster(lifted.replace('exportMakesRoom: true', 'exportMakesRoom: false')).site.circuits[0]?.limitW, 900);
  t.end();
});
