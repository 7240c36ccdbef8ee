/** What `evenkeel check` prints of a good file. */
import t from 'tap';
import { parseUnsafe } from '../../src/config/parse.js';
import { describe, describeJson } from '../../src/config/report.js';
import { edited, GOOD, GOOD_SLAVE, good, goodMaster, MODELS, shipped } from './support.js';

t.test('the shipped example', (t) => {
  t.equal(
    describe(good(shipped('evenkeel.yaml'))),
    `Site Car park north
DLM master, network id 0, every 1000 ms, lease 15000 ms
charge points listed: 1; others are taken on at circuit evse

Circuits
main  100 A
  | meter grid, including the charge points: siemens-pac2200
  |   at 192.168.0.20 port 502, unit 1
  | headroom 0 A; while the meter is lost: 50 A
  | imbalance at most 20 A
  + evse  63 A, operator limit 63 A
    | no meter

Without a master: what the listed charge points take by themselves
("may vanish": how many of them may hear no master at once, whoever they are;
 "further": unlisted slaves with 6 A that could hang there as well)
main
  phase     limit  backgroundMax  disconnected      left    may vanish  further
     L1     100 A           20 A           6 A      74 A        1 of 1       12
     L2     100 A           20 A           6 A      74 A        1 of 1       12
     L3     100 A           20 A           6 A      74 A        1 of 1       12
evse
  phase     limit  backgroundMax  disconnected      left    may vanish  further
     L1      63 A      not given           6 A      57 A        1 of 1        9
     L2      63 A      not given           6 A      57 A        1 of 1        9
     L3      63 A      not given           6 A      57 A        1 of 1        9
`,
  );
  t.end();
});

t.test('phases that differ, single-phase charge points, and a full fuse', (t) => {
  const report = describeJson(goodMaster(edited(GOOD, 'limitA: 63\n    operatorLimitA: 50', 'limitA: [63, 16.5, 7]')));
  const evse = report.role === 'master' ? report.circuits[1] : undefined;
  t.match(evse, { id: 'evse', parent: 'main', depth: 1, meter: null, limitA: [63, 16.5, 7] });
  t.same(evse?.phases, [
    {
      limitA: 63,
      backgroundMaxA: null,
      disconnectedSumA: 6,
      leftA: 57,
      chargePoints: 1,
      mayVanish: 1,
      furtherSlaves: 9,
    },
    {
      limitA: 16.5,
      backgroundMaxA: null,
      disconnectedSumA: 12,
      leftA: 4.5,
      chargePoints: 2,
      mayVanish: 2,
      furtherSlaves: 0,
    },
    { limitA: 7, backgroundMaxA: null, disconnectedSumA: 6, leftA: 1, chargePoints: 1, mayVanish: 1, furtherSlaves: 0 },
  ]);
  t.end();
});

t.test('a meter that is not connected as labelled', (t) => {
  const wiring = 'model: siemens-pac2200\n    ctRatio: 40\n    invert: [L1, L3]\n    phaseOrder: STR';
  t.match(
    describe(goodMaster(edited(GOOD, 'model: siemens-pac2200', wiring))),
    '\n  |   at 192.168.0.20 port 502, unit 1\n  |   times 40; its L1, L3 inverted; phase order STR\n',
  );
  t.end();
});

t.test('I4 broken: which rows, and how many may vanish all the same', (t) => {
  const circuits = '- { id: main, limitA: [63, 38, 37.9], backgroundMaxA: [20, 0, 0] }';
  const facts = [16, 16, 6].map((limitA, index) => `{ id: cp${index}, circuit: main, disconnectedLimitA: ${limitA} }`);
  const single = '{ id: cp3, circuit: main, disconnectedLimitA: 6, phases: 1 }';
  const text = `site: X\ncircuits:\n  ${circuits}\nchargePoints: [${[...facts, single].join(', ')}]\n`;
  const config = parseUnsafe(text, { meterModels: MODELS });
  const report = config && describe(config);
  t.match(
    report,
    `main
  phase     limit  backgroundMax  disconnected      left    may vanish  further
!    L1      63 A           20 A          44 A      -1 A        3 of 4        0
     L2      38 A            0 A          38 A       0 A        3 of 3        0
!    L3    37.9 A            0 A          38 A    -0.1 A        2 of 3        0
`,
  );
  t.equal(
    parseUnsafe(text.replace('limitA: [63', 'limitA: [64').replace('37.9', '38'), { meterModels: [] }),
    undefined,
  );
  t.equal(parseUnsafe(`${text}sites: Y\n`, { meterModels: [] }), undefined, 'anything else is wrong as well');
  t.equal(parseUnsafe('{', { meterModels: [] }), undefined);
  t.end();
});

t.test('what a circuit above cannot carry does not fit below', (t) => {
  const report = describeJson(goodMaster(edited(GOOD, 'backgroundMaxA: 20', 'backgroundMaxA: [50, 50, 50]')));
  const circuits = report.role === 'master' ? report.circuits : [];
  t.same(
    circuits.map(({ phases }) => phases.map((phase) => phase.furtherSlaves)),
    [
      [7, 6, 7],
      [7, 6, 7],
    ],
  );
  t.end();
});

t.test('notes: not wrong, but worth a look', (t) => {
  const large = describe(goodMaster(edited(GOOD, 'limitA: 63', 'limitA: [63, 125, 63]')));
  t.match(large, /^note: limitA of evse is larger than that of main: 125 A, 100 A on L2$/m);
  const full = describe(goodMaster(edited(GOOD, 'limitA: 63\n    operatorLimitA: 50', 'limitA: 12')));
  t.notMatch(full, /fits on evse/, 'L1 has room for one');
  const fuller = describe(goodMaster(edited(GOOD, 'limitA: 63\n    operatorLimitA: 50', 'limitA: [11, 12, 11]')));
  t.match(fuller, /^note: no unlisted slave with a disconnected limit of 6 A fits on evse$/m);
  const roomy = describe(goodMaster(edited(GOOD, 'discovery:\n', 'defaults: { disconnectedLimitA: 8 }\ndiscovery:\n')));
  t.match(roomy, / "further": unlisted slaves with 8 A that could/);
  t.match(roomy, /^ +L2 +63 A +not given +16 A +47 A +2 of 2 +5$/m, '47 A for 8 A each');
  const still = 'defaults: { disconnectedLimitA: 0 }\ndiscovery:\n';
  t.match(
    describe(goodMaster(edited(GOOD, 'discovery:\n', still))),
    /^ +L2 +63 A +not given +0 A +63 A +2 of 2 +1000$/m,
  );
  const unmetered = describe(good('site: X\ncircuits: [{ id: a, limitA: 35 }]\n'));
  t.match(unmetered, /^note: no circuit has a meter$/m);
  t.end();
});

/** The lines of a report that begin with such a word, with those that are folded. */
function told(text: string, word: 'warning' | 'note'): string[] {
  const report = describeJson(goodMaster(text));
  return report.role === 'master' ? [...report[`${word}s`]] : [];
}

const three = (keys: string): string =>
  ['a', 'b', 'c'].map((id) => `  - { id: ${id}, circuit: main${keys} }\n`).join('');
const siteOf = (circuit: string, chargePoints: string): string =>
  `site: X\ncircuits:\n  - { id: main, ${circuit} }\nchargePoints:\n${chargePoints}`;

t.test('A8: 21 A without a master are more than an operator limit of 16 A', (t) => {
  const text = siteOf('limitA: 32, operatorLimitA: 16', three(', disconnectedLimitA: 7'));
  const warning = 'main: 21 A on each phase without a master, more than operatorLimitA 16 A';
  t.same(told(text, 'warning'), [warning]);
  const report = describe(goodMaster(text));
  t.ok(report.replaceAll('\n', ' ').includes(` warning: ${warning} `), report);
  t.same(told(text.replace('operatorLimitA: 16', 'operatorLimitA: 21'), 'warning'), []);
  const uneven = text.replace('operatorLimitA: 16', 'operatorLimitA: [16, 21, 20]');
  t.same(told(uneven, 'warning'), [
    'main: 21 A on L1 without a master, more than operatorLimitA 16 A',
    'main: 21 A on L3 without a master, more than operatorLimitA 20 A',
  ]);
  t.end();
});

t.test('A8: headroom, the building, the operator of one charge point', (t) => {
  const points = three(', disconnectedLimitA: 7');
  t.same(told(siteOf('limitA: 32, headroomA: 12', points), 'warning'), [
    'main: 21 A on each phase without a master, more than limitA 32 A less headroomA 12 A',
  ]);
  t.same(told(siteOf('limitA: 40, operatorLimitA: 30, headroomA: 10 %, backgroundMaxA: 8', points), 'warning'), [
    'main: 21 A on each phase without a master beside backgroundMaxA 8 A, more than operatorLimitA 30 A less headroomA 3 A',
  ]);
  const own = `  - { id: d, circuit: main, operatorA: 6, disconnectedLimitA: 7 }\n`;
  t.same(told(siteOf('limitA: 40', own), 'warning'), ['d: 7 A without a master, more than its operatorA 6 A']);
  const single = own.replace('operatorA: 6', 'imbalanceLimitA: 6');
  t.same(told(siteOf('limitA: 40', single), 'warning'), ['d: 7 A without a master, more than its imbalanceLimitA 6 A']);
  t.end();
});

t.test('A8: two single-phase charge points of 16 A on L1 are a difference of 32 A, of 20 A', (t) => {
  const points = three(', disconnectedLimitA: 16, phases: 1').replace('circuit: main', 'circuit: main, rotation: STR');
  const text = siteOf('limitA: 63, imbalanceLimitA: 20', points);
  t.same(told(text, 'warning'), ['main: L1 may carry 32 A more than L2 without a master, imbalanceLimitA is 20 A']);
  t.same(told(text.replaceAll('phases: 1', 'phases: 3'), 'warning'), [], 'three phases are even');
  t.end();
});

t.test('G7: a disconnected limit below the minimum is noted', (t) => {
  const noted = (keys: string): readonly string[] =>
    told(siteOf('limitA: 40', `  - { id: d, circuit: main, ${keys} }\n`), 'note').filter((note) =>
      note.includes('minimum'),
    );
  t.same(noted('minA: 8, disconnectedLimitA: 7'), [
    'd: 7 A without a master, below the minimum of 8 A: the vehicle pauses by itself',
  ]);
  t.same(noted('minA: 8, disconnectedLimitA: 8'), []);
  t.same(noted('minA: 8, disconnectedLimitA: 0'), [], 'it is meant to stop');
  t.end();
});

t.test('example 49: minima that do not all fit are noted', (t) => {
  const [circuit, points] = ['limitA: 100, operatorLimitA: 17', three('')];
  t.same(
    told(siteOf(circuit, points), 'note').filter((note) => note.includes('minima')),
    [
      'main: 3 charge points need 18 A on each phase for their minima, it has 17 A: vehicles take turns when all are there',
    ],
  );
  t.same(
    told(siteOf(circuit.replace('17', '18'), points), 'note').filter((note) => note.includes('minima')),
    [],
  );
  const stopped = points.replace('circuit: main', 'circuit: main, operatorA: 0');
  t.same(
    told(siteOf(circuit, stopped), 'note').filter((note) => note.includes('minima')),
    [],
    'one takes nothing',
  );
  t.notMatch(describe(goodMaster(siteOf(circuit, points))), /.{81}/, 'folded');
  t.end();
});

t.test(
  'example 49: power limits: shown, and compared without a master; 16 kW are too little for four, 17 are not',
  (t) => {
    const points = ['a', 'b', 'c', 'd'].map((id) => `  - { id: ${id}, circuit: main }\n`).join('');
    const text = siteOf('limitA: 100, limitW: 16000', points);
    t.match(describe(goodMaster(text)), /^main {2}100 A, power limit 16000 W$/m);
    t.same(told(text, 'warning'), ['main: 16560 W without a master, more than its power limit 16000 W']);
    const minima = (of: string): string[] => told(of, 'note').filter((note) => note.includes('minima'));
    t.same(minima(text), [
      'main: the minima of its charge points are 16560 W, it has 16000 W: vehicles take turns when all are there',
    ]);
    const enough = text.replace('16000', '17000');
    t.same([told(enough, 'warning'), minima(enough)], [[], []]);
    t.same(told(enough.replace('limitW', 'backgroundMaxA: 2, limitW'), 'warning'), [
      'main: 16560 W without a master beside backgroundMaxA, 1380 W, more than its power limit 17000 W',
    ]);
    t.equal(told(`voltageV: 240\n${enough}`, 'warning').length, 1, '17280 W');
    t.end();
  },
);

t.test('an internal slave, listed or not', (t) => {
  const internal = (id: string, text = GOOD): string =>
    describe(goodMaster(`${text}id: ${id}\ndriver: { type: virtual, vehiclePhases: 1 }\n`));
  const listed = internal('cp2');
  t.ok(
    listed.includes(`internal slave cp2
connector: phases 1, rotation STR, 6 A to 32 A
while it hears no master: 6 A
driver: virtual, vehicle with phases 1, 32 A
`),
    listed,
  );
  t.notMatch(listed, /note: internal/);
  const unlisted = /^note: internal slave box is not listed: it (.*)$/m;
  t.equal(unlisted.exec(internal('box'))?.[1], 'is taken on at circuit evse');
  const strict = edited(GOOD, 'broadcast: true', 'autoAdopt: false');
  t.equal(unlisted.exec(internal('box', strict))?.[1], 'gets 0 A until it is adopted');
  t.end();
});

t.test('how a fallback reads', (t) => {
  const ROWS = [
    ['0', 'charging stops'],
    ['9999', 'loss of the meter is ignored'],
    ['[10, 20, 30]', '10/20/30 A'],
  ] as const;
  for (const [value, text] of ROWS) {
    const report = describe(goodMaster(edited(GOOD, 'fallbackA: 50', `fallbackA: ${value}`)));
    t.ok(report.includes(`headroom 0 A; while the meter is lost: ${text}\n`), text);
  }
  t.end();
});

t.test('80 columns whatever the names, and a tree as deep as one likes', (t) => {
  const long = (index: number): string => `${index}`.padStart(32, 'x');
  const circuits = Array.from({ length: 40 }, (_, index) => {
    const parent = index === 0 ? '' : `, parent: ${long(index - 1)}`;
    return `  - { id: ${long(index)}, limitA: [2222.22, 2222.21, 2222.23]${parent}, operatorLimitA: [1111.11, 1111.12, 1] }`;
  });
  const report = describe(good(`site: ${'W'.repeat(64)}\ncircuits:\n${circuits.join('\n')}\n`));
  t.same(
    report.split('\n').filter((line) => line.length > 80),
    [],
  );
  t.ok(report.includes(`      + ${long(3)}  2222.22/`), 'indented by the depth');
  t.ok(report.includes(`+ ${long(39)}  2222.22/`), 'not pushed out of sight');
  t.end();
});

t.test('a slave, and no secrets for machines', (t) => {
  t.equal(
    describe(good(GOOD_SLAVE)),
    `Charge point cp1
DLM slave, network id 0, UDP port 16030
connector: phases 3, rotation RST, 6 A to 16 A
while it hears no master: 6 A
driver: virtual, vehicle with phases 3, 32 A
`,
  );
  const fixed = 'discovery: { broadcast: false, masters: [dlm.local] }\n';
  t.match(describe(good(`${GOOD_SLAVE}${fixed}`)), /, listens to no broadcast\nfixed masters: dlm\.local:16031\n/);
  const secret = good(edited(GOOD, '"mqtt://localhost"', '"mqtt://localhost", password: "hush"'));
  t.notOk(JSON.stringify(describeJson(secret)).includes('hush'));
  t.notOk(describe(secret).includes('hush'));
  t.end();
});

t.test('how a meter is reached', (t) => {
  const ROWS = [
    ['rtu:/dev/serial/by-id/usb-A?baud=19200&parity=even', '/dev/serial/by-id/usb-A with 19200 baud, 8E1'],
    ['rtu:/dev/ttyS0?stopBits=2&turnaroundMs=20', '/dev/ttyS0 with 9600 baud, 8N2, 20 ms between requests'],
    ['rtu+tcp://10.0.0.5:8899', '10.0.0.5 port 8899 (RTU over TCP)'],
  ] as const;
  for (const [connection, expected] of ROWS) {
    const text = describe(goodMaster(edited(GOOD, 'tcp://192.168.0.20', connection)));
    t.match(text, `  at ${expected}, unit 1\n`, connection);
  }
  t.end();
});
