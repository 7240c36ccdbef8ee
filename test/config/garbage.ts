/** Files that are no configuration at all: every one gets an answer, none an exception, and none takes long. */
import fc from 'fast-check';
import t from 'tap';
import { explainIssue } from '../../src/config/explain.js';
import { ISSUES_MAX, parseConfig } from '../../src/config/parse.js';
import { mutated, mutation } from './mutations.js';
import { GOOD, issueLines, MODELS, shipped } from './support.js';

const KEYS =
  'role, site, networkId, samplePeriodMs, leaseMs, network, voltageV, circuits, meters, meterModels, discovery, defaults, chargePoints, inputs, solar, auth, keyFile, allocation, mqtt, recorder, log, id, connector, driver';
const LONG = 'x'.repeat(900_000);

const ROWS: readonly (readonly [name: string, text: string, ...lines: string[]])[] = [
  ['empty', '', `1:1 (file): expected a group with the keys ${KEYS}, got nothing`],
  ['comments only', '# site: x\n', `1:1 (file): expected a group with the keys ${KEYS}, got nothing`],
  ['a list', '- a\n- b\n', `1:1 (file): expected a group with the keys ${KEYS}, got a list of 2`],
  ['a word', 'hello\n', `1:1 (file): expected a group with the keys ${KEYS}, got "hello"`],
  ['one long line', LONG, `1:1 (file): expected a group with the keys ${KEYS}, got "${'x'.repeat(40)}..."`],
  [
    'a line of 2 MB',
    LONG + LONG + LONG,
    '1:1 (file): expected a file of at most 1 million characters, got 2.7 million',
  ],
  ['binary', 'ab\nc\0\x01\x02', '2:2 (file): expected a text in UTF-8, got binary data'],
  ['no UTF-8', 'site: K\uFFFDln', '1:8 (file): expected a text in UTF-8, got binary data'],
  ['a tab', 'log:\n\tlevel: info\n', '2:1 (file): expected spaces as indentation, got a tab'],
  [
    'another indentation',
    'a:\n    b: 1\n  c: 2\n',
    '3:1 (file): expected all entries of a list or group to start in the same column, got another indentation',
  ],
  [
    'two colons',
    'site: a: b\n',
    '1:7 (file): expected one "key: value" on a line, got a second ":" or a "-" (quotes make it a text)',
  ],
  [
    'no colon',
    'site Test\nnetworkId: 1\n',
    '1:1 (file): expected one "key: value" on a line, got a key without ":" (or over several lines)',
  ],
  ['an open quote', 'site: "x\n', '2:1 (file): expected valid YAML, got "Missing closing quote"'],
  ['two documents', 'site: a\n---\nsite: b\n', '2:1 (file): expected one YAML document, got a second one'],
  ['a tag', 'site: !!js/function x\n', '1:7 (file): expected a plain value, got a YAML tag ("!...")'],
  ['a group as key', '? {a: 1}\n: 2\n', '1:3 (file): expected a word as key, got something else'],
  [
    'a key twice',
    'site: a\nlog: {}\nsite: b\n',
    '3:1 site: expected each key once, got "site" again (first on line 1)',
  ],
  [
    'a key twice further down',
    'log: { level: info, level: warn }\n',
    '1:21 log.level: expected each key once, got "level" again (first on line 1)',
  ],
  ['an alias without anchor', 'site: *x\n', '1:7 site: expected an anchor that stands above, got "*x"'],
  [
    'too deep',
    `a: ${'['.repeat(40)}${']'.repeat(40)}`,
    '1:35 (file): expected at most 32 levels of lists and groups, got more',
  ],
];

t.test('files that are no configuration', (t) => {
  for (const [name, text, ...lines] of ROWS) {
    t.same(
      issueLines(text),
      lines.map((line) => `f.yaml:${line}`),
      name,
    );
  }
  for (const level of ['[', '{a: ', '- ', '? ', 'a: [', '[{']) {
    const lines = issueLines(level.repeat(50_000));
    t.match(
      lines,
      [/^f\.yaml:1:\d+ \(file\): expected at most 32 levels of lists and groups, got more$/],
      `"${level}", deeper than the stack`,
    );
  }
  t.end();
});

t.test('anchors that multiply', (t) => {
  const levels = [...'abcdefghi'].map((name, level) => {
    const inner = level === 0 ? 'x' : `*${'abcdefghi'.charAt(level - 1)}`;
    return `${name}: &${name} [${Array(9).fill(inner).join(', ')}]`;
  });
  t.same(issueLines(levels.join('\n')), ['f.yaml:1:1 (file): expected at most 1000 uses of anchors, got more']);
  const flat = `a: &a 1\nb:\n${'  - *a\n'.repeat(1001)}`;
  t.same(issueLines(flat), ['f.yaml:1003:5 (file): expected at most 1000 uses of anchors, got more']);
  t.match(issueLines('a: &a [*a]\n').at(-1), /^f\.yaml:1:1 a: expected one of the keys/, 'one that holds itself');
  t.end();
});

t.test('anchors for what they are good for', (t) => {
  const rest = '\n    minA: 6\n    maxA: &most 32\n  - id: cp2\n    circuit: evse\n    maxA: *most\n';
  t.same(issueLines(GOOD.replace(/\n {4}minA: 6\n {4}maxA: 32\n {2}- id: cp2\n {4}circuit: evse\n/, rest)), []);
  const wrong = rest.replace('&most 32', '&most 5');
  const lines = issueLines(GOOD.replace(/\n {4}minA: 6\n {4}maxA: 32\n {2}- id: cp2\n {4}circuit: evse\n/, wrong));
  t.same(lines, [
    'f.yaml:27:17 chargePoints[0].maxA: expected a current in A, 6 to 500, got 5',
    'f.yaml:30:11 chargePoints[1].maxA: expected a current in A, 6 to 500, got 5',
  ]);
  t.end();
});

t.test('what is wrong behind an anchor is shown where it is written', (t) => {
  const text = GOOD.replace(
    'limitA: 63\n    operatorLimitA: 50',
    'limitA: &phases [63, x, 63]\n    operatorLimitA: *phases',
  );
  t.same(issueLines(text), [
    'f.yaml:11:26 circuits[1].limitA[1]: expected a current in A, 0 to 2500, got "x"',
    'f.yaml:11:26 circuits[1].operatorLimitA[1]: expected a current in A, 0 to 2500, got "x"',
  ]);
  t.end();
});

t.test('line ends and byte order mark of other systems', (t) => {
  t.same(issueLines(`\uFEFF${GOOD.replaceAll('\n', '\r\n')}`), []);
  t.match(
    issueLines(`\uFEFF${GOOD.replace('limitA: 63', 'limitA: x').replaceAll('\n', '\r\n')}`)[0],
    /^f\.yaml:11:13 /,
  );
  t.end();
});

t.test('a file of errors is cut short', (t) => {
  const keys = Array.from({ length: 500 }, (_, index) => `bad${index}: 1`).join('\n');
  const lines = issueLines(`${GOOD}${keys}`);
  t.equal(lines.length, 100);
  t.match(lines.at(-1), /\(file\): expected fewer errors, got 500; the rest is not shown$/);
  t.end();
});

t.test('no change to an example makes it throw', (t) => {
  const seed = Number(process.env['EVENKEEL_SEED'] ?? 20_241);
  const numRuns = Number(process.env['EVENKEEL_RUNS'] ?? 1000);
  const texts = [shipped('evenkeel.yaml'), shipped('evenkeel-slave.yaml'), GOOD];
  const property = fc.property(
    fc.constantFrom(...texts),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
    (text, mutations) => {
      const result = parseConfig(mutated(text, mutations), { meterModels: MODELS });
      if (result.ok) return Object.isFrozen(result.value);
      return (
        result.error.length > 0 &&
        result.error.every((issue) => /^f:\d+:\d+ [^\n\r\u2028]+$/.test(explainIssue('f', issue)))
      );
    },
  );
  t.comment(`seed ${seed}; replay with EVENKEEL_SEED=${seed} node build/test/config.test.js`);
  t.doesNotThrow(() => fc.assert(property, { seed, numRuns }));
  t.end();
});

t.test('60,000 unknown keys: a few are told, and the work for each does not grow with the others', (t) => {
  const lines = issueLines(`site: x\n${Array.from({ length: 60_000 }, (_, index) => `key${index}: 1\n`).join('')}`);
  t.equal(lines.length, ISSUES_MAX);
  t.match(lines[1], /^f\.yaml:2:1 key0: expected one of the keys /);
  t.match(lines.at(-1), /\(file\): expected fewer errors, got 1000 or more; the rest is not shown$/);
  t.end();
});

t.test('a list far too long is one error, and nobody looks into it', (t) => {
  const circuits = Array.from({ length: 30_000 }, (_, index) => `  - { id: c${index}, limitA: 1 }\n`).join('');
  const expected = 'expected a list of circuits, at least 1, at most 1000, got a list of 30000';
  t.same(issueLines(`site: x\ncircuits:\n${circuits}`), [`f.yaml:3:3 circuits: ${expected}`]);
  t.end();
});
