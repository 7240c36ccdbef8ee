/** Digital inputs: what is wrong with one, and what a good one turns into. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { inputSchema } from '../../src/config/schema/inputs.js';
import { edited, GOOD, goodMaster, issueLines, type Row, walk } from './support.js';

const INPUTS = `inputs:
  - id: one
    source: { gpio: { chip: gpiochip0, line: 17 } }
    active: low
    offsetA: [16, 0, 0]
  - id: two
    source: { modbus: { connection: "tcp://192.168.0.20", coil: 3 } }
    circuit: main
    limitA: 16
  - id: three
    source: { mqtt: { topic: house/ripple } }
    chargePoint: cp1
    stop: true
`;
/** From line 34 on. */
const FILE = `${GOOD}${INPUTS}`;
const EFFECTS = 'exactly one of offsetA, limitA, stop, section14a';
const SOURCES = 'exactly one of gpio, modbus, mqtt, http, command';
const HTTP = '{ mqtt: { topic: house/ripple } }';

const ROWS: readonly Row[] = [
  ['no effect', '    stop: true\n', '', `43:5 inputs[2]: expected ${EFFECTS}, got none`],
  [
    'two effects',
    '    stop: true\n',
    '    stop: true\n    limitA: 6\n',
    `46:11 inputs[2].stop: expected ${EFFECTS}, got limitA and stop`,
  ],
  ['no source', '{ mqtt: { topic: house/ripple } }', '{}', `44:13 inputs[2].source: expected ${SOURCES}, got none`],
  [
    'two sources',
    '{ topic: house/ripple } }',
    '{ topic: house/ripple }, command: true }',
    `44:55 inputs[2].source.command: expected ${SOURCES}, got mqtt and command`,
  ],
  [
    'a coil and a discrete input',
    'coil: 3',
    'coil: 3, discreteInput: 4',
    '40:83 inputs[1].source.modbus.discreteInput: expected exactly one of coil, discreteInput, holdingRegister, inputRegister, got coil and discreteInput',
  ],
  [
    'a bit of a coil',
    'coil: 3',
    'coil: 3, bit: 4',
    '40:73 inputs[1].source.modbus.bit: expected no bit without holdingRegister or inputRegister, got 4',
  ],
  [
    'a bit that no register has',
    'coil: 3',
    'holdingRegister: 3, bit: 16',
    '40:84 inputs[1].source.modbus.bit: expected a whole number, 0 to 15, got 16',
  ],
  ['the lowest bit of a register', 'coil: 3', 'inputRegister: 3'],
  [
    'a device that is asked by HTTP',
    HTTP,
    '{ http: { url: "http://10.0.0.9/rpc/Input.GetStatus?id=0", value: state } }',
  ],
  ['and by HTTPS', HTTP, '{ http: { url: "https://relay.local/state", username: me, password: secret } }'],
  [
    'an address with a password in it',
    HTTP,
    '{ http: { url: "http://me:secret@10.0.0.9/" } }',
    '44:28 inputs[2].source.http.url: expected http://HOST/PATH or https://HOST/PATH (username and password are keys of their own), got "http://***@10.0.0.9/"',
  ],
  [
    'no address of the web',
    HTTP,
    '{ http: { url: "ftp://10.0.0.9/" } }',
    '44:28 inputs[2].source.http.url: expected http://HOST/PATH or https://HOST/PATH (username and password are keys of their own), got "ftp://10.0.0.9/"',
  ],
  [
    'no place in JSON',
    HTTP,
    '{ http: { url: "http://10.0.0.9/", value: a..b } }',
    '44:55 inputs[2].source.http.value: expected up to 8 names with dots between them, such as inputs.0.on, got "a..b"',
  ],
  [
    'a maximum age of less than two polls',
    `${HTTP}\n`,
    '{ http: { url: "http://10.0.0.9/", pollPeriodMs: 5000 } }\n    maxAgeMs: 6000\n',
    '45:15 inputs[2].maxAgeMs: expected at least 10000 (2 polls), got 6000',
  ],
  [
    'no broker',
    'mqtt: { url: "mqtt://localhost" }\n',
    '',
    '43:21 inputs[2].source.mqtt: expected a broker under "mqtt", got none',
  ],
  [
    'two targets',
    '    chargePoint: cp1\n',
    '    chargePoint: cp1\n    circuit: evse\n',
    '45:18 inputs[2].chargePoint: expected circuit or chargePoint, not both, got both',
  ],
  [
    'an unknown charge point',
    'chargePoint: cp1',
    'chargePoint: cp',
    '45:18 inputs[2].chargePoint: expected the id of a charge point (cp1, cp2), got "cp"; did you mean "cp1"?',
  ],
  [
    'an unknown circuit',
    'circuit: main\n    limitA: 16',
    'circuit: mein\n    limitA: 16',
    '41:14 inputs[1].circuit: expected the id of a circuit (main, evse), got "mein"; did you mean "main"?',
  ],
  [
    'an id twice',
    'id: three',
    'id: one',
    '43:9 inputs[2].id: expected an id of its own, got "one", which is taken on line 35',
  ],
  [
    'a level that is none',
    'active: low',
    'active: lo',
    '37:13 inputs[0].active: expected one of high, low, got "lo"; did you mean "low"?',
  ],
  [
    'an age of less than two polls',
    '    circuit: main\n    limitA',
    '    circuit: main\n    maxAgeMs: 900\n    limitA',
    '42:15 inputs[1].maxAgeMs: expected at least 1000 (2 polls), got 900',
  ],
  [
    'a GPIO line that is looked after too rarely',
    'active: low',
    'active: low\n    maxAgeMs: 999',
    '38:15 inputs[0].maxAgeMs: expected at least 1000 (for a GPIO line), got 999',
  ],
  [
    'one line with two settings, of a meter and of an input',
    'tcp://192.168.0.20"',
    'rtu+tcp://192.168.0.20:502"',
    '40:37 inputs[1].source.modbus.connection: expected the same settings as on line 16, where it is 192.168.0.20 port 502, got 192.168.0.20 port 502 (RTU over TCP)',
  ],
  [
    'a topic with a wildcard',
    'house/ripple',
    '"house/#"',
    '44:30 inputs[2].source.mqtt.topic: expected an MQTT topic without wildcards such as evenkeel, 1 to 64 characters, got "house/#"',
  ],
];

walk('a digital input with one thing wrong', FILE, ROWS);

t.test('inputs get their defaults', (t) => {
  const { site, inputs } = goodMaster(FILE);
  t.same(site.inputs, [
    {
      id: 'one',
      activeLevel: 'low',
      debounceMs: 100,
      maxAgeMs: 30_000,
      effect: { kind: 'offset', offsetA: [16, 0, 0] },
      target: { kind: 'circuit', id: 'main' },
    },
    {
      id: 'two',
      activeLevel: 'high',
      debounceMs: 100,
      maxAgeMs: 3000,
      effect: { kind: 'limit', limitA: [16, 16, 16] },
      target: { kind: 'circuit', id: 'main' },
    },
    {
      id: 'three',
      activeLevel: 'high',
      debounceMs: 100,
      effect: { kind: 'stop' },
      target: { kind: 'chargePoint', id: 'cp1' },
    },
  ]);
  t.same(
    inputs.map(({ source }) => source),
    [
      { kind: 'gpio', chip: 'gpiochip0', line: 17 },
      {
        kind: 'modbus',
        connection: { kind: 'tcp', host: '192.168.0.20', port: 502 },
        ...{ unitId: 1, functionCode: 1, address: 3, bit: 0, pollPeriodMs: 500, timeoutMs: 1000 },
      },
      { kind: 'mqtt', topic: 'house/ripple' },
    ],
  );
  const discrete = goodMaster(edited(FILE, 'coil: 3', 'discreteInput: 9')).inputs[1]?.source;
  t.match(discrete, { functionCode: 2, address: 9 });
  const holding = goodMaster(edited(FILE, 'coil: 3', 'holdingRegister: 208, bit: 15')).inputs[1]?.source;
  t.match(holding, { functionCode: 3, address: 208, bit: 15 });
  const input = goodMaster(edited(FILE, 'coil: 3', 'inputRegister: 7')).inputs[1]?.source;
  t.match(input, { functionCode: 4, address: 7, bit: 0 });
  const told = goodMaster(edited(FILE, '{ mqtt: { topic: house/ripple } }', '{ command: true }'));
  t.same(told.inputs[2]?.source, { kind: 'command' });
  const asked = goodMaster(edited(FILE, HTTP, '{ http: { url: "http://10.0.0.9/on" } }'));
  const http = { kind: 'http', url: 'http://10.0.0.9/on', pollPeriodMs: 1000, timeoutMs: 2000 };
  t.same([asked.inputs[2]?.source, asked.site.inputs?.[2]?.maxAgeMs], [http, 10_000]);
  t.notOk('inputs' in goodMaster(GOOD).site, 'a site without inputs has no such key');
  t.end();
});

t.test('the example of the page is a good one, and the page names every key', (t) => {
  const page = readFileSync(new URL('../../../docs/inputs.md', import.meta.url), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const { site } = goodMaster(edited(`${GOOD}${example}`, 'circuit: garage', 'circuit: main'));
  t.equal(site.inputs?.length, 3);
  for (const key of Object.keys(inputSchema.shape)) t.match(page, new RegExp(`${key}\\b`), key);
  t.end();
});

t.test('at most 32 inputs', (t) => {
  const many = Array.from({ length: 33 }, (_, n) => `  - { id: i${n}, source: { command: true }, stop: true }\n`);
  t.same(issueLines(`${GOOD}inputs:\n${many.slice(0, 32).join('')}`), []);
  t.match(issueLines(`${GOOD}inputs:\n${many.join('')}`).join(), /inputs: expected a list of inputs, at most 32/);
  t.end();
});
