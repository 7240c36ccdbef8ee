/** What a good file turns into: units, defaults, per-phase values, addresses; and that nobody can change it. */
import t from 'tap';
import { edited, GOOD, GOOD_SLAVE, good, goodMaster, issueLines } from './support.js';

const LEAST = 'site: X\ncircuits:\n  - { id: root, limitA: 35 }\n';

t.test('the least that a master needs, with every default', (t) => {
  t.same(good(LEAST), {
    role: 'master',
    site: {
      site: 'X',
      networkId: 0,
      samplePeriodMs: 1000,
      leaseMs: 15_000,
      circuits: [
        { id: 'root', limitA: [35, 35, 35], headroomA: [0, 0, 0], meterLocation: 'including', fallbackA: [0, 0, 0] },
      ],
      chargePoints: [],
      defaultCircuit: 'root',
      autoAdopt: true,
      allocation: {
        stepA: 1,
        sharing: 'equal',
        shortage: 'longest-charging-first',
        dwellMs: 900_000,
        steadyMs: 300_000,
        leastMsPerHour: 300_000,
      },
    },
    meters: [],
    inputs: [],
    discovery: { port: 16_030, broadcast: true, interfaces: [], addresses: [] },
    log: { level: 'info' },
  });
  t.end();
});

t.test('the least that a slave needs, with every default', (t) => {
  t.same(good('role: slave\nid: cp1\ndriver: { type: virtual }\n'), {
    role: 'slave',
    networkId: 0,
    leaseMs: 15_000,
    id: 'cp1',
    connector: { phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 6 },
    driver: { type: 'virtual', vehiclePhases: 3, vehicleMaxA: 32 },
    discovery: { port: 16_030, broadcast: true, interfaces: [], masters: [] },
    log: { level: 'info' },
  });
  t.equal(good(GOOD_SLAVE).role, 'slave');
  t.end();
});

t.test('a meter and a charge point get their defaults', (t) => {
  const text = edited(LEAST, 'limitA: 35', 'limitA: 35, meter: m');
  const entries =
    'meters: [{ id: m, model: janitza-umg96, connection: tcp://a }]\nchargePoints: [{ id: c, circuit: root }]\n';
  const config = goodMaster(`${text}${entries}`);
  t.same(config.meters, [
    {
      id: 'm',
      model: 'janitza-umg96',
      connection: { kind: 'tcp', host: 'a', port: 502 },
      unitId: 1,
      pollPeriodMs: 250,
      timeoutMs: 1000,
      maxAgeMs: 3000,
    },
  ]);
  t.same(config.site.chargePoints, [
    { id: 'c', circuit: 'root', maxA: 32, minA: 6, disconnectedLimitA: 6, phases: 3, rotation: 'RST', priority: 1 },
  ]);
  t.end();
});

t.test('a charge point with a name, a location and limits of a session', (t) => {
  const told = 'name: Left, location: "Level -1, bay 7", session: { maxMin: 120, maxKwh: 10.5 }';
  const [point] = goodMaster(`${LEAST}chargePoints: [{ id: c, circuit: root, ${told} }]\n`).site.chargePoints;
  t.match(point, { name: 'Left', location: 'Level -1, bay 7', session: { maxMin: 120, maxKwh: 10.5 } });
  t.end();
});

t.test('every current of a circuit is one number or three', (t) => {
  const keys = ['limitA', 'operatorLimitA', 'headroomA', 'fallbackA', 'backgroundMaxA'] as const;
  for (const key of keys) {
    const name = key === 'limitA' ? 'limitA: 63' : 'limitA: 63\n    limitsTo: 0';
    const put = (value: string): string =>
      name.replace(key === 'limitA' ? '63' : 'limitsTo: 0', key === 'limitA' ? value : `${key}: ${value}`);
    const text = edited(GOOD, '    operatorLimitA: 50\n', '');
    t.same(goodMaster(edited(text, 'limitA: 63', put('40.5'))).site.circuits[1]?.[key], [40.5, 40.5, 40.5], key);
    t.same(goodMaster(edited(text, 'limitA: 63', put('[40, 30, 20]'))).site.circuits[1]?.[key], [40, 30, 20], key);
  }
  t.end();
});

t.test('what a vehicle leaves: off when left out, and each key has its default', (t) => {
  t.equal(goodMaster(GOOD).site.allocation.redistribute, undefined);
  const on = (text: string): unknown =>
    goodMaster(`${GOOD}allocation: { redistribute: ${text} }\n`).site.allocation.redistribute;
  t.same(on('{}'), { thresholdA: 2, holdMs: 30_000, marginA: 1 });
  t.same(on('{ thresholdA: 4, holdS: 60, marginA: 0.5 }'), { thresholdA: 4, holdMs: 60_000, marginA: 0.5 });
  const { circuits } = goodMaster(edited(GOOD, 'limitA: 63', 'limitA: 63\n    redistribute: false')).site;
  t.same(
    circuits.map(({ redistribute }) => redistribute),
    [undefined, false],
  );
  t.end();
});

t.test('addresses', (t) => {
  const ROWS = [
    ['tcp://192.168.0.20', '192.168.0.20', 502],
    ['tcp://meter.example:1502', 'meter.example', 1502],
    ['tcp://meter_1-a', 'meter_1-a', 502],
    ['"tcp://[fe80::1]:502"', 'fe80::1', 502],
    ['"tcp://[::1]"', '::1', 502],
  ] as const;
  for (const [text, host, port] of ROWS) {
    const config = goodMaster(edited(GOOD, 'tcp://192.168.0.20', text));
    t.same(config.meters[0]?.connection, { kind: 'tcp', host, port }, text);
  }
  const LINES = [
    ['rtu:/dev/ttyS0', { baud: 9600, parity: 'none', stopBits: 1 }],
    ['rtu:/dev/ttyS0?baud=19200&parity=even', { baud: 19_200, parity: 'even', stopBits: 1 }],
    [
      'rtu:/dev/ttyS0?stopBits=2&turnaroundMs=20&parity=odd',
      { baud: 9600, parity: 'odd', stopBits: 2, turnaroundMs: 20 },
    ],
  ] as const;
  for (const [text, settings] of LINES) {
    const config = goodMaster(edited(GOOD, 'tcp://192.168.0.20', text));
    t.same(config.meters[0]?.connection, { kind: 'rtu', path: '/dev/ttyS0', ...settings }, text);
  }
  const gateway = goodMaster(edited(GOOD, 'tcp://192.168.0.20', '"rtu+tcp://[::1]:8899?turnaroundMs=0"'));
  t.same(gateway.meters[0]?.connection, { kind: 'rtu+tcp', host: '::1', port: 8899, turnaroundMs: 0 });
  for (const bad of [
    'rtu:',
    'rtu:/dev/tty S0',
    'rtu:/dev/ttyS0?',
    'rtu:/dev/ttyS0?baud',
    'rtu:/dev/ttyS0?baud=',
    'rtu:/dev/ttyS0?parity=None',
    'rtu:/dev/ttyS0?stopBits=1.5',
    'rtu:/dev/ttyS0?turnaroundMs=-1',
    'rtu+tcp://a:0',
    'rtu+tcp:/a:1',
    'tcp://a?turnaroundMs=1',
    'tcp://',
    'tcp://a:',
    'tcp://a:65536',
    'tcp://a b',
    'tcp://a/b',
    'tcp://1.2.3',
    'tcp://-a',
    'TCP://a',
  ]) {
    t.equal(issueLines(edited(GOOD, 'tcp://192.168.0.20', `"${bad}"`)).length, 1, bad);
  }
  const fixed = edited(GOOD, 'broadcast: true', 'broadcast: false\n  port: 17000\n  addresses: [10.0.0.1, "b:16031"]');
  t.same(goodMaster(fixed).discovery.addresses, [
    { host: '10.0.0.1', port: 17_000 },
    { host: 'b', port: 16_031 },
  ]);
  t.end();
});

t.test('credentials', (t) => {
  const text = edited(GOOD, '"mqtt://localhost"', '"mqtts://h:8883", username: u, password: "p w"');
  t.same(goodMaster(text).mqtt, { url: 'mqtts://h:8883', baseTopic: 'evenkeel', username: 'u', password: 'p w' });
  t.end();
});

t.test('nobody changes a configuration', (t) => {
  const config = goodMaster(GOOD);
  const inner = [
    config,
    config.site,
    config.site.circuits,
    config.site.circuits[0]?.limitA,
    config.meters[0]?.connection,
  ];
  for (const part of inner) t.ok(Object.isFrozen(part));
  t.end();
});

t.test('fixed masters: the port is the one above that of everybody', (t) => {
  const masters = 'masters: [dlm.local, "10.0.0.9:17000"]';
  const config = good(`${GOOD_SLAVE}discovery: { port: 16040, broadcast: false, ${masters} }\n`);
  t.same(config.role === 'slave' && config.discovery, {
    port: 16_040,
    broadcast: false,
    interfaces: [],
    masters: [
      { host: 'dlm.local', port: 16_041 },
      { host: '10.0.0.9', port: 17_000 },
    ],
  });
  t.end();
});

t.test('a master with an internal slave', (t) => {
  const internal = (id: string, more = '') => goodMaster(`${GOOD}id: ${id}\ndriver: { type: virtual }\n${more}`);
  t.equal(goodMaster(GOOD).internalSlave, undefined);
  const driver = { type: 'virtual', vehiclePhases: 3, vehicleMaxA: 32 };
  t.same(internal('cp2').internalSlave, {
    id: 'cp2',
    connector: { phases: 1, rotation: 'STR', maxA: 32, minA: 6, disconnectedLimitA: 6 },
    driver,
  });
  t.same(internal('cp9').internalSlave?.connector, {
    phases: 3,
    rotation: 'RST',
    maxA: 32,
    minA: 6,
    disconnectedLimitA: 6,
  });
  t.equal(internal('cp1', 'connector: { maxA: 16 }').internalSlave?.connector.maxA, 16);
  t.end();
});

t.test('defaults: for charge points that leave a key out, and for what is not listed', (t) => {
  const defaults = 'defaults: { minA: 8, maxA: 16, disconnectedLimitA: 7 }\n';
  const entries = 'chargePoints: [{ id: a, circuit: root }, { id: b, circuit: root, minA: 6, maxA: 32 }]\n';
  const { site } = goodMaster(`${LEAST}${defaults}${entries}`);
  t.match(site.chargePoints, [
    { id: 'a', minA: 8, maxA: 16, disconnectedLimitA: 7 },
    { id: 'b', minA: 6, maxA: 32, disconnectedLimitA: 7 },
  ]);
  t.same(site.defaults, { minA: 8, maxA: 16, disconnectedLimitA: 7 });
  const driver = 'id: box\ndriver: { type: virtual }\n';
  t.match(goodMaster(`${LEAST}defaults: { maxA: 16 }\n${driver}`).internalSlave?.connector, { minA: 6, maxA: 16 });
  const own = goodMaster(`${LEAST}${defaults}${driver}connector: { maxA: 20 }\n`).internalSlave?.connector;
  t.match(own, { minA: 8, maxA: 20, disconnectedLimitA: 7 });
  const asleep = goodMaster(
    `${LEAST}defaults: { wakeUp: false }\n${driver}chargePoints: [{ id: a, circuit: root }, { id: b, circuit: root, wakeUp: true }]\n`,
  );
  t.match(asleep.site, { defaults: { wakeUp: false }, chargePoints: [{ wakeUp: false }, { wakeUp: true }] });
  t.equal(asleep.internalSlave?.connector.maxA, 32, 'nothing of the connector');
  const around = goodMaster(`${LEAST}defaults: { wakeUp: false }\n${driver}connector: { maxA: 20 }\n`);
  t.equal(around.internalSlave?.connector.maxA, 20);
  t.end();
});

t.test('a share of the limit: of the fuse or the operator limit, whichever is lower, phase by phase', (t) => {
  const evse = (keys: string) => goodMaster(edited(GOOD, 'operatorLimitA: 50', keys)).site.circuits[1];
  t.same(evse('headroomA: 10 %')?.headroomA, [6.3, 6.3, 6.3]);
  t.same(evse('operatorLimitA: [63, 50, 40]\n    headroomA: 10%')?.headroomA, [6.3, 5, 4]);
  const both = evse('operatorLimitA: 50\n    headroomA: 2.5 %\n    fallbackA: 100 %');
  t.match(both, { headroomA: [1.25, 1.25, 1.25], fallbackA: [50, 50, 50] });
  t.end();
});

t.test('power limits: the lower one of limitW and contractW; the voltage only where it is written', (t) => {
  const main = (keys: string) =>
    goodMaster(edited(GOOD, 'fallbackA: 50', `fallbackA: 50\n    ${keys}`)).site.circuits[0];
  t.equal(main('limitW: 40000')?.limitW, 40_000);
  t.equal(main('contractW: 9200')?.limitW, 9200);
  t.equal(main('contractW: 9200\n    limitW: 8000')?.limitW, 8000);
  t.equal(goodMaster(GOOD).site.circuits[0]?.limitW, undefined);
  t.equal(goodMaster(`${GOOD}voltageV: 240\n`).site.voltageV, 240);
  t.end();
});
