/** What `evenkeel allocate` says of a bad request: the path, what was expected, what was found, in one line. */
import t from 'tap';
import { RequestError } from '../../src/cli/allocate/finding.js';
import { checkJson, DEPTH_MAX, KEYS_MAX } from '../../src/cli/allocate/json-fault.js';
import { LEVELS_MAX } from '../../src/cli/allocate/relations.js';
import { CHARGE_POINTS_MAX, CIRCUITS_MAX, readRequest } from '../../src/cli/allocate/request.js';
import { requestOf } from '../../src/cli/allocate/source.js';

type Values = Readonly<Record<string, unknown>>;

const ID = 'a text of 1 to 64 characters without control characters';
const CIRCUIT_KEYS = 'the keys id, parent, limitA, backgroundA, imbalanceLimitA, limitW, exportMakesRoom, voltageV';
const POINT_KEYS =
  'the keys id, circuit, phases, rotation, activePhases, minA, maxA, priority, connectedAtS, chargingS';
const REQUEST_KEYS = 'the keys network, circuits, chargePoints, stepA, sharing, shortage, rotationSeed';
const AMPS = 'a current in A, 0 to 1000000';
const THREE_AMPS = 'three currents in A: [L1, L2, L3]';
const KNOWN = 'the id of a circuit of this request';

const MAIN = { id: 'main', limitA: [63, 63, 63] };
const POINT = { id: 'cp1', circuit: 'main', phases: 3, rotation: 'RST', minA: 6, maxA: 32 };

/** A good request but for what is given; `undefined` takes a key away. */
function site({ main = {}, point = {}, circuits = [], points = [], ...others }: SiteOptions): string {
  return JSON.stringify({
    circuits: [{ ...MAIN, ...main }, ...circuits],
    chargePoints: [{ ...POINT, ...point }, ...points],
    ...others,
  });
}

interface SiteOptions {
  readonly main?: Values;
  readonly point?: Values;
  readonly circuits?: readonly unknown[];
  readonly points?: readonly unknown[];
  readonly [key: string]: unknown;
}

function messageOf(text: string): string {
  try {
    readRequest(text);
    return 'good';
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}

const onMain = (main: Values): string => site({ main });
const onPoint = (point: Values): string => site({ point });
const fed = (id: string, parent: string | undefined): Values => ({ ...MAIN, id, parent });

const SHAPE_ROWS: readonly (readonly [string, string])[] = [
  ['[]', `request: expected a request, an object with ${REQUEST_KEYS}, got an empty list`],
  ['null', `request: expected a request, an object with ${REQUEST_KEYS}, got null`],
  ['"x"', `request: expected a request, an object with ${REQUEST_KEYS}, got "x"`],
  ['{}', 'circuits: expected a list of 1 to 100000 circuits, got nothing'],
  [site({ circuit: [] }), `circuit: expected one of ${REQUEST_KEYS}, got "circuit"; did you mean "circuits"?`],
  [onMain({ id: 7 }), `circuits[0].id: expected the id of the circuit, ${ID}, got 7`],
  ['{"circuits":[]}', 'circuits: expected a list of 1 to 100000 circuits, got an empty list'],
  ['{"circuits":{}}', 'circuits: expected a list of 1 to 100000 circuits, got an object'],
  ['{"circuits":[1]}', `circuits[0]: expected a circuit, an object with ${CIRCUIT_KEYS}, got 1`],
  [JSON.stringify({ circuits: [MAIN] }), 'chargePoints: expected a list of 0 to 100000 charge points, got nothing'],
  [onMain({ id: undefined }), `circuits[0].id: expected the id of the circuit, ${ID}, got nothing`],
  [onMain({ id: '' }), `circuits[0].id: expected the id of the circuit, ${ID}, got an empty text`],
  [onMain({ id: 'a\nb' }), `circuits[0].id: expected the id of the circuit, ${ID}, got "a\\nb"`],
  [onMain({ id: '\ud800' }), `circuits[0].id: expected the id of the circuit, ${ID}, got "\\ud800"`],
  [onMain({ id: 'x'.repeat(65) }), `circuits[0].id: expected the id of the circuit, ${ID}, got "${'x'.repeat(40)}..."`],
  [onMain({ parent: null }), `circuits[0].parent: expected the id of the circuit that feeds it, ${ID}, got null`],
  [onMain({ limitA: undefined }), `circuits[0].limitA: expected ${THREE_AMPS}, got nothing`],
  [onMain({ limitA: 63 }), `circuits[0].limitA: expected ${THREE_AMPS}, got 63`],
  [onMain({ limitA: [63, 63] }), `circuits[0].limitA: expected ${THREE_AMPS}, got a list of 2`],
  [onMain({ limitA: [63, '63', 63] }), `circuits[0].limitA[1]: expected ${AMPS}, got "63"`],
  [onMain({ limitA: [63, 63, -1] }), `circuits[0].limitA[2]: expected ${AMPS}, got -1`],
  [onMain({ limitA: [63, null, 63] }), `circuits[0].limitA[1]: expected ${AMPS}, got null`],
  [
    onMain({ limitA: [0, 0, 12.5] }).replace('12.5', '1e999'),
    `circuits[0].limitA[2]: expected ${AMPS}, got a number that is too large`,
  ],
  [
    onMain({ limtA: [63, 63, 63] }),
    `circuits[0].limtA: expected one of ${CIRCUIT_KEYS}, got "limtA"; did you mean "limitA"?`,
  ],
  [onMain({ '': 1 }), `circuits[0][""]: expected one of ${CIRCUIT_KEYS}, got an empty text`],
  [
    onMain({ x: 1 }).replace('"x"', '"__proto__"'),
    `circuits[0].__proto__: expected one of ${CIRCUIT_KEYS}, got "__proto__"`,
  ],
  [onMain({ constructor: 1 }), `circuits[0].constructor: expected one of ${CIRCUIT_KEYS}, got "constructor"`],
  [
    onMain({ backgroundA: [0, 0, -2e6] }),
    'circuits[0].backgroundA[2]: expected a current in A, -1000000 to 1000000, got -2000000',
  ],
  [onMain({ imbalanceLimitA: -1 }), `circuits[0].imbalanceLimitA: expected ${AMPS}, got -1`],
  [onMain({ limitW: '11 kW' }), 'circuits[0].limitW: expected a power in W, 0 to 1000000000, got "11 kW"'],
  [onMain({ voltageV: 0 }), 'circuits[0].voltageV: expected a voltage in V, 1 to 1000, got 0'],
  [site({ chargePoints: {} }), 'chargePoints: expected a list of 0 to 100000 charge points, got an object'],
  [site({ points: [null] }), `chargePoints[1]: expected a charge point, an object with ${POINT_KEYS}, got null`],
  [onPoint({ id: 5 }), `chargePoints[0].id: expected the id of the charge point, ${ID}, got 5`],
  [onPoint({ circuit: undefined }), `chargePoints[0].circuit: expected the id of its circuit, ${ID}, got nothing`],
  [onPoint({ phases: 4 }), 'chargePoints[0].phases: expected one of 1, 2, 3, got 4'],
  [onPoint({ phases: '3' }), 'chargePoints[0].phases: expected one of 1, 2, 3, got "3"'],
  [
    site({ points: [POINT, POINT, { ...POINT, rotation: 'XYZ' }] }),
    'chargePoints[3].rotation: expected one of RST, STR, TRS, RTS, SRT, TSR, got "XYZ"',
  ],
  [
    onPoint({ rotation: 'rst' }),
    'chargePoints[0].rotation: expected one of RST, STR, TRS, RTS, SRT, TSR, got "rst"; did you mean "RST"?',
  ],
  [
    onPoint({ rotation: undefined }),
    'chargePoints[0].rotation: expected one of RST, STR, TRS, RTS, SRT, TSR, got nothing',
  ],
  [onPoint({ minA: undefined }), `chargePoints[0].minA: expected ${AMPS}, got nothing`],
  [onPoint({ minA: -0.1 }), `chargePoints[0].minA: expected ${AMPS}, got -0.1`],
  [onPoint({ maxA: [32] }), `chargePoints[0].maxA: expected ${AMPS}, got a list of 1`],
  [onPoint({ priority: 0 }), 'chargePoints[0].priority: expected a whole number, 1 to 1000000, got 0'],
  [onPoint({ priority: 1.5 }), 'chargePoints[0].priority: expected a whole number, 1 to 1000000, got 1.5'],
  [onPoint({ connectedAtS: -1 }), 'chargePoints[0].connectedAtS: expected seconds, 0 to 1000000000000, got -1'],
  [onPoint({ chargingS: true }), 'chargePoints[0].chargingS: expected seconds, 0 to 1000000000000, got true'],
  [
    onPoint({ activePhases: 'L1' }),
    'chargePoints[0].activePhases: expected a list of true or false, one for each phase, got "L1"',
  ],
  [onPoint({ activePhases: [1, 0, 0] }), 'chargePoints[0].activePhases[0]: expected true or false, got 1'],
  [
    onPoint({ activePhases: [true, true] }),
    'chargePoints[0].activePhases: expected 3 times true or false, because phases is 3, got a list of 2',
  ],
  [
    onPoint({ phases: 1, activePhases: [true, false] }),
    'chargePoints[0].activePhases: expected 1 or 3 times true or false, because phases is 1, got a list of 2',
  ],
  [
    onPoint({ phases: 2, activePhases: [true, false, true] }),
    'chargePoints[0].activePhases[2]: expected false, because phases is 2, got true',
  ],
  [
    onPoint({ activePhases: [false, false, false] }),
    'chargePoints[0].activePhases: expected at least one phase that is true, got none',
  ],
  [site({ stepA: 0 }), 'stepA: expected a step in A, 0.01 to 100, got 0'],
  [site({ sharing: 'fair' }), 'sharing: expected one of equal, priority, got "fair"'],
  [site({ sharing: 'equl' }), 'sharing: expected one of equal, priority, got "equl"; did you mean "equal"?'],
  [
    site({ shortage: 'priority' }),
    'shortage: expected one of longest-charging-first, last-connected-first, priority-only, got "priority"; ' +
      'did you mean "priority-only"?',
  ],
  [site({ rotationSeed: -1 }), 'rotationSeed: expected a whole number, 0 to 9007199254740991, got -1'],
];

const RELATION_ROWS: readonly (readonly [string, string])[] = [
  [site({ circuits: [MAIN] }), 'circuits[1].id: expected each id once, got "main" again (first in circuits[0])'],
  [
    site({ circuits: [fed('garage', 'mian')] }),
    `circuits[1].parent: expected ${KNOWN}, got "mian"; did you mean "main"?`,
  ],
  [
    site({ circuits: [fed('garage', undefined)] }),
    'circuits[1].parent: expected the id of a circuit, because only one has no parent (circuits[0]), got nothing',
  ],
  [onMain({ parent: 'main' }), 'circuits[0].parent: expected circuits that form a tree, got the cycle main -> main'],
  [
    site({ circuits: [fed('x', 'a'), fed('a', 'b'), fed('b', 'c'), fed('c', 'a')] }),
    'circuits[2].parent: expected circuits that form a tree, got the cycle a -> b -> c -> a',
  ],
  [
    site({ circuits: Array.from({ length: 9 }, (_, i) => fed(`c${i}`, `c${(i + 1) % 9}`)) }),
    'circuits[1].parent: expected circuits that form a tree, got the cycle c0 -> c1 -> c2 -> c3 -> c4 -> 4 more -> c0',
  ],
  [site({ points: [POINT] }), 'chargePoints[1].id: expected each id once, got "cp1" again (first in chargePoints[0])'],
  [onPoint({ circuit: 'Main' }), `chargePoints[0].circuit: expected ${KNOWN}, got "Main"; did you mean "main"?`],
  [onPoint({ circuit: 'toString' }), `chargePoints[0].circuit: expected ${KNOWN}, got "toString"`],
];

const ESCAPES = 'an escape: \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and 4 hex digits';
const TEXT_ROWS: readonly (readonly [string, string])[] = [
  ['', 'request: expected a JSON object, got nothing'],
  [' \r\n', 'request: expected a JSON object, got nothing'],
  ['{', 'line 1, column 2: expected a key in double quotes, got the end of the text'],
  ['{"a": 1,\n }', 'line 2, column 2: expected a key in double quotes, got "}"'],
  ["{'a': 1}", `line 1, column 2: expected a key in double quotes, got "'"`],
  ['{"a" 1}', 'line 1, column 6: expected ":" after the key, got "1"'],
  ['{"a": 1 "b"}', 'line 1, column 9: expected "," or "}", got "\\""'],
  ['{\n  "a": [1 2]}', 'line 2, column 11: expected "," or "]", got "2"'],
  ['{"a": NaN}', 'line 1, column 7: expected a value, got "NaN"'],
  ['{"a": -}', 'line 1, column 8: expected a digit, got "}"'],
  ['{"a": 01}', 'line 1, column 8: expected "," or "}", got "1"'],
  ['{"a": 1.}', 'line 1, column 9: expected a digit, got "}"'],
  ['{"a": 1e+}', 'line 1, column 10: expected a digit, got "}"'],
  ['{"a": "x', 'line 1, column 7: expected a text with a closing quote, got none'],
  ['{"a": "\\x"}', `line 1, column 9: expected ${ESCAPES}, got "x"`],
  ['{"a": "\\u12g4"}', `line 1, column 9: expected ${ESCAPES}, got "u12g4"`],
  [
    '{"a": "\t"}',
    'line 1, column 8: expected no control character in a text; write it as an escape such as \\n, got "\\t"',
  ],
  ['{} // end', 'line 1, column 4: expected the end of the text, got "/"'],
  ['{"a": 1,\n"\\u0061": 2}', 'line 2, column 1: expected each key once, got "a" again'],
  ['['.repeat(1e6), `line 1, column ${DEPTH_MAX + 1}: expected at most 32 levels of objects and lists, got "["`],
];

t.test('each finding, word for word', async (t) => {
  const rows = [...SHAPE_ROWS, ...RELATION_ROWS, ...TEXT_ROWS];
  t.ok(rows.length > 80, `${rows.length} rows`);
  for (const [text, message] of rows) t.equal(messageOf(text), message, text.slice(0, 300));
});

t.test('in a batch a place in the text is its column', async (t) => {
  const message = (bytes: Uint8Array | undefined): string => {
    try {
      requestOf(bytes);
      return 'good';
    } catch (error) {
      return error instanceof RequestError ? error.messageInBatch : String(error);
    }
  };
  t.equal(message(Buffer.from('{"a"}')), 'column 5: expected ":" after the key, got "}"');
  t.equal(message(Buffer.from('{}')), 'circuits: expected a list of 1 to 100000 circuits, got nothing');
  t.equal(message(Buffer.from([0x22, 0xff, 0x22])), 'request: expected text in UTF-8, got other bytes');
  t.equal(message(undefined), 'request: expected at most 67108864 bytes, got more');
  t.equal(
    message(Buffer.from(`\ufeff${site({})}\r`)),
    'good',
    'a byte order mark, and the end of a line as Windows has it',
  );
});

t.test('the bounds of sizes', { timeout: 600_000 }, async (t) => {
  const keys = Object.fromEntries(Array.from({ length: KEYS_MAX + 1 }, (_, i) => [`k${i}`, 0]));
  t.match(messageOf(JSON.stringify(keys)), /^line 1, column \d+: expected at most 100 keys in an object, got more$/);
  const chain = (length: number): string =>
    site({ circuits: Array.from({ length: length - 1 }, (_, i) => fed(`c${i}`, i === 0 ? 'main' : `c${i - 1}`)) });
  t.equal(messageOf(chain(LEVELS_MAX)), 'good');
  t.equal(
    messageOf(chain(LEVELS_MAX + 1)),
    'circuits[1000].parent: expected at most 1000 circuits on the way to the root, got more',
  );
  t.match(messageOf(chain(50_000)), /^circuits\[1000\]\.parent: expected at most 1000 circuits on the way/);
  const many = (length: number): readonly unknown[] => Array.from({ length }, (_, i) => ({ ...POINT, id: String(i) }));
  t.equal(messageOf(site({ chargePoints: many(CHARGE_POINTS_MAX) })), 'good');
  t.match(
    messageOf(site({ chargePoints: many(CHARGE_POINTS_MAX + 1) })),
    'chargePoints: expected a list of 0 to 100000 charge points, got a list of 100001',
  );
  const circuits = Array.from({ length: CIRCUITS_MAX }, (_, i) => fed(`c${i}`, 'main'));
  t.match(messageOf(site({ circuits })), 'circuits: expected a list of 1 to 100000 circuits, got a list of 100001');
  const longWord = 'x'.repeat(2e6);
  t.match(messageOf(onPoint({ rotation: longWord })), /TSR, got "x{40}\.\.\."$/, 'a long word is not compared');
  t.match(messageOf(onPoint({ [longWord]: 1 })), /^chargePoints\[0\]\["x{40}\.\.\."\]: expected one of/);
});

t.test('a text is JSON for us exactly when it is for JSON.parse', async (t) => {
  const PIECES = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b\\n"',
    '0',
    '-1.5e+3',
    '.5',
    'true',
    'null',
    'nul',
    '"',
    '\\',
    ' ',
    '\n',
    '1',
  ];
  const isGood = (check: (text: string) => unknown, text: string): boolean => {
    try {
      check(text);
      return true;
    } catch {
      return false;
    }
  };
  // All texts of up to four pieces; keys that come twice need more.
  let texts = [''];
  for (let pieces = 0; pieces < 4; pieces++) {
    texts = texts.flatMap((text) => PIECES.map((piece) => text + piece));
    const differing = texts.filter((text) => isGood(checkJson, text) !== isGood(JSON.parse, text));
    t.same(differing, [], `${texts.length} texts of ${pieces + 1} pieces`);
  }
});
