/** One wrong thing at a time: keys, types, ranges and words, with the exact line that an installer reads. */
import { GOOD, type Row, walk } from './support.js';

const PER_PHASE = 'a current in A, 0 to 2500, or three of them [L1, L2, L3]';
const CIRCUIT_KEYS =
  'id, parent, limitA, operatorLimitA, schedule, limitW, contractW, exportMakesRoom, dlb, alm, section14a, headroomA, meter, meterLocation, fallbackA, backgroundMaxA, imbalanceLimitA, redistribute, fuse';
const MASTER_KEYS =
  'role, site, networkId, samplePeriodMs, leaseMs, network, voltageV, circuits, meters, meterModels, discovery, defaults, chargePoints, inputs, solar, auth, keyFile, allocation, mqtt, recorder, log, id, connector, driver';
const MQTT_URL = 'mqtt://HOST or mqtt://HOST:PORT, mqtts:// for TLS (username and password are keys of their own)';
const TCP = 'tcp://HOST or tcp://HOST:PORT';
const ANY = 'tcp://HOST:PORT, rtu:PATH?baud=9600&parity=none&stopBits=1 or rtu+tcp://HOST:PORT';
const RTU = 'rtu:PATH?baud=9600&parity=none&stopBits=1 with a PATH such as /dev/serial/by-id/usb-ADAPTER';

const MASTER_ROWS: readonly Row[] = [
  ['a unit in the value', 'limitA: 63', 'limitA: 63 A', `11:13 circuits[1].limitA: expected ${PER_PHASE}, got "63 A"`],
  [
    'a key without its unit',
    'limitA: 63',
    'limit: 63',
    `11:5 circuits[1].limit: expected one of the keys ${CIRCUIT_KEYS}, got "limit"; did you mean "limitA"?`,
  ],
  ['a value forgotten', 'limitA: 63', 'limitA:', `11:5 circuits[1].limitA: expected ${PER_PHASE}, got nothing`],
  ['a key forgotten', '    limitA: 63\n', '', `9:5 circuits[1].limitA: expected ${PER_PHASE}, got nothing`],
  ['a negative current', 'limitA: 63', 'limitA: -1', `11:13 circuits[1].limitA: expected ${PER_PHASE}, got -1`],
  ['too large a current', 'limitA: 63', 'limitA: 2501', `11:13 circuits[1].limitA: expected ${PER_PHASE}, got 2501`],
  ['infinity', 'limitA: 63', 'limitA: .inf', `11:13 circuits[1].limitA: expected ${PER_PHASE}, got Infinity`],
  ['not a number', 'limitA: 63', 'limitA: .nan', `11:13 circuits[1].limitA: expected ${PER_PHASE}, got NaN`],
  ['two phases', 'limitA: 63', 'limitA: [63, 63]', `11:13 circuits[1].limitA: expected ${PER_PHASE}, got a list of 2`],
  [
    'one phase of three',
    'limitA: 63',
    'limitA: [63, 63 A, 63]',
    '11:18 circuits[1].limitA[1]: expected a current in A, 0 to 2500, got "63 A"',
  ],
  [
    'one phase too large',
    'limitA: 63',
    'limitA: [63, 63, 2501]',
    '11:22 circuits[1].limitA[2]: expected a current in A, 0 to 2500, got 2501',
  ],
  [
    'a group where a number belongs',
    'limitA: 63',
    'limitA: { L1: 63 }',
    `11:13 circuits[1].limitA: expected ${PER_PHASE}, got a group of keys`,
  ],
  [
    'the fallback names its special value',
    'fallbackA: 50',
    'fallbackA: none',
    '7:16 circuits[0].fallbackA: expected a current in A, 0 to 2500, or 9999 to ignore the loss of the meter, or three of them [L1, L2, L3], or a share of the limit such as "10 %", got "none"',
  ],
  [
    'a negative power',
    'limitA: 63',
    'limitA: 63\n    limitW: -1',
    '12:13 circuits[1].limitW: expected a power in W, 0 to 5000000, got -1',
  ],
  [
    'a power with its unit',
    'limitA: 63',
    'limitA: 63\n    contractW: 9.2 kW',
    '12:16 circuits[1].contractW: expected a power in W, 0 to 5000000, got "9.2 kW"',
  ],
  [
    'the voltage between two phases of a high-voltage line',
    'networkId: 7\n',
    'networkId: 7\nvoltageV: 690\n',
    '3:11 voltageV: expected a voltage in V, 100 to 400, got 690',
  ],
  [
    'a share above the whole',
    'fallbackA: 50',
    'headroomA: 101 %\n    fallbackA: 50',
    `7:16 circuits[0].headroomA: expected ${PER_PHASE}, or a share of the limit such as "10 %", got "101 %"`,
  ],
  [
    'a share in words',
    'fallbackA: 50',
    'headroomA: 10 percent\n    fallbackA: 50',
    `7:16 circuits[0].headroomA: expected ${PER_PHASE}, or a share of the limit such as "10 %", got "10 percent"`,
  ],
  ['a fuse in percent', 'limitA: 63', 'limitA: 63 %', `11:13 circuits[1].limitA: expected ${PER_PHASE}, got "63 %"`],
  [
    'an id with a space; what refers to it is not wrong as well',
    '- id: evse\n',
    '- id: ev se\n',
    '9:9 circuits[1].id: expected an id, 1 to 32 characters out of A-Z, a-z, 0-9, ".", "_", "-" (in quotes when it is a number), got "ev se"',
  ],
  [
    'an id that is a number',
    'id: cp2',
    'id: 2',
    '28:9 chargePoints[1].id: expected an id, 1 to 32 characters out of A-Z, a-z, 0-9, ".", "_", "-" (in quotes when it is a number), got 2',
  ],
  [
    'a fraction of a millisecond',
    'pollPeriodMs: 250',
    'pollPeriodMs: 250.5',
    '17:19 meters[0].pollPeriodMs: expected milliseconds as a whole number, 50 to 60000, got 250.5',
  ],
  [
    'seconds for milliseconds',
    'networkId: 7',
    'networkId: 7\nsamplePeriodMs: 1',
    '3:17 samplePeriodMs: expected milliseconds as a whole number, 100 to 60000, got 1',
  ],
  [
    'a lease that is too long',
    'networkId: 7',
    'networkId: 7\nleaseMs: 60001',
    '3:10 leaseMs: expected milliseconds as a whole number, 6000 to 60000, got 60001',
  ],
  ['a network id', 'networkId: 7', 'networkId: -1', '2:12 networkId: expected a whole number, 0 to 65535, got -1'],
  [
    'a word that is nearly right',
    'meter: grid\n',
    'meter: grid\n    meterLocation: include\n',
    '7:20 circuits[0].meterLocation: expected one of including, excluding, got "include"; did you mean "including"?',
  ],
  [
    'a rotation in small letters',
    'rotation: STR',
    'rotation: str',
    '31:15 chargePoints[1].rotation: expected one of RST, STR, TRS, RTS, SRT, TSR, got "str"; did you mean "STR"?',
  ],
  [
    'four phases',
    'phases: 1',
    'phases: 4',
    '30:13 chargePoints[1].phases: expected a number of phases: 1, 2 or 3, got 4',
  ],
  [
    'below what IEC 61851-1 can signal',
    'minA: 6',
    'minA: 5',
    '26:11 chargePoints[0].minA: expected a current in A, 6 to 80, got 5',
  ],
  [
    'a name of nothing',
    'minA: 6',
    'minA: 6\n    name: "-"',
    '27:11 chargePoints[0].name: expected a name of 1 to 64 characters with a letter or digit (in quotes when it is a number), got "-"',
  ],
  [
    'a location that steers the terminal',
    'minA: 6',
    'minA: 6\n    location: "a\\eb"',
    '27:15 chargePoints[0].location: expected a location of 1 to 64 characters with a letter or digit (in quotes when it is a number), got "a\\u001bb"',
  ],
  [
    'a session beyond a week',
    'minA: 6',
    'minA: 6\n    session: { maxMin: 10081 }',
    '27:24 chargePoints[0].session.maxMin: expected minutes as a whole number, 1 to 10080, got 10081',
  ],
  [
    'a session without energy',
    'minA: 6',
    'minA: 6\n    session: { maxKwh: 0 }',
    '27:24 chargePoints[0].session.maxKwh: expected an energy in kWh, 0.1 to 1000, got 0',
  ],
  [
    'a limit of a session that does not exist',
    'minA: 6',
    'minA: 6\n    session: { maxMins: 120 }',
    '27:16 chargePoints[0].session.maxMins: expected one of the keys maxMin, maxKwh, got "maxMins"; did you mean "maxMin"?',
  ],
  [
    'yes is no boolean',
    'broadcast: true',
    'broadcast: yes',
    '21:14 discovery.broadcast: expected true or false, got "yes"',
  ],
  [
    'a port out of range',
    'broadcast: true',
    'port: 65535',
    '21:9 discovery.port: expected a UDP port, 1 to 65534 (the master itself takes the next one), got 65535',
  ],
  [
    'a fixed address with a scheme',
    'broadcast: true',
    'addresses: [a.example, "udp://b"]',
    '21:26 discovery.addresses[1]: expected HOST or HOST:PORT such as 192.168.0.31:16030, got "udp://b"',
  ],
  [
    'an IPv4 address that is none',
    'broadcast: true',
    'addresses: [192.168.0.256]',
    '21:15 discovery.addresses[0]: expected HOST or HOST:PORT such as 192.168.0.31:16030, got "192.168.0.256"',
  ],
  [
    'an interface with a slash',
    'broadcast: true',
    'interfaces: [eth0/24]',
    '21:16 discovery.interfaces[0]: expected the name of a network interface such as eth0, got "eth0/24"',
  ],
  [
    'a serial line without a path',
    'tcp://192.168.0.20',
    'rtu:ttyUSB0?baud=9600',
    `16:17 meters[0].connection: expected ${RTU}, got "rtu:ttyUSB0?baud=9600"`,
  ],
  [
    'a device without a scheme',
    'tcp://192.168.0.20',
    '/dev/ttyUSB0',
    `16:17 meters[0].connection: expected ${RTU}, got "/dev/ttyUSB0"`,
  ],
  [
    'a setting that nobody knows',
    'tcp://192.168.0.20',
    'rtu:/dev/ttyUSB0?bauds=9600',
    '16:17 meters[0].connection: expected only the settings baud, parity, stopBits, turnaroundMs behind "?" (not "bauds", did you mean "baud"?), got "rtu:/dev/ttyUSB0?bauds=9600"',
  ],
  [
    'a speed that is none',
    'tcp://192.168.0.20',
    'rtu:/dev/ttyUSB0?baud=960',
    '16:17 meters[0].connection: expected baud as one of 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 (not "960"), got "rtu:/dev/ttyUSB0?baud=960"',
  ],
  [
    'a setting twice',
    'tcp://192.168.0.20',
    'rtu:/dev/ttyUSB0?parity=even&parity=odd',
    '16:17 meters[0].connection: expected parity=VALUE once, got "rtu:/dev/ttyUSB0?parity=even&parity=odd"',
  ],
  [
    'a pause that is too long',
    'tcp://192.168.0.20',
    'rtu:/dev/ttyUSB0?turnaroundMs=1001',
    '16:17 meters[0].connection: expected turnaroundMs as milliseconds, 0 to 1000 (not "1001"), got "rtu:/dev/ttyUSB0?turnaroundMs=1001"',
  ],
  [
    'a gateway without a port',
    'tcp://192.168.0.20',
    'rtu+tcp://192.168.0.20',
    '16:17 meters[0].connection: expected rtu+tcp://HOST:PORT such as rtu+tcp://192.168.0.20:8899, got "rtu+tcp://192.168.0.20"',
  ],
  [
    'a gateway has no speed',
    'tcp://192.168.0.20',
    'rtu+tcp://192.168.0.20:8899?baud=9600',
    '16:17 meters[0].connection: expected only the settings turnaroundMs behind "?" (not "baud"), got "rtu+tcp://192.168.0.20:8899?baud=9600"',
  ],
  [
    'a connection without a scheme',
    'tcp://192.168.0.20',
    '192.168.0.20:502',
    `16:17 meters[0].connection: expected ${ANY}, got "192.168.0.20:502"`,
  ],
  [
    'a port 0',
    'tcp://192.168.0.20',
    'tcp://192.168.0.20:0',
    `16:17 meters[0].connection: expected ${TCP} such as tcp://192.168.0.20:502, got "tcp://192.168.0.20:0"`,
  ],
  [
    'a Modbus unit',
    'pollPeriodMs: 250',
    'unit: 256',
    '17:11 meters[0].unit: expected a whole number, 0 to 255, got 256',
  ],
  ['no MQTT scheme', 'mqtt://localhost', 'localhost', `32:14 mqtt.url: expected ${MQTT_URL}, got "localhost"`],
  [
    'credentials in the URL are not shown',
    'mqtt://localhost',
    'mqtt://user:secret@localhost',
    `32:14 mqtt.url: expected ${MQTT_URL}, got "mqtt://***@localhost"`,
  ],
  [
    'a password is not shown',
    '"mqtt://localhost"',
    '"mqtt://localhost", password: 1234',
    '32:44 mqtt.password: expected a password of 1 to 256 characters (in quotes when it is a number), got a value not shown here',
  ],
  [
    'a topic with a wildcard',
    '"mqtt://localhost"',
    '"mqtt://localhost", baseTopic: "a/#"',
    '32:45 mqtt.baseTopic: expected an MQTT topic without wildcards such as evenkeel, 1 to 64 characters, got "a/#"',
  ],
  [
    'a recorder of no size',
    'log: { level: info }',
    'recorder: { maxMb: 0 }\nlog: { level: info }',
    '33:20 recorder.maxMb: expected a whole number, 1 to 1024, got 0',
  ],
  [
    'a recorder with a relative path',
    'log: { level: info }',
    'recorder: { file: recorder.ring }\nlog: { level: info }',
    '33:19 recorder.file: expected an absolute path such as /var/lib/evenkeel/recorder.ring, got "recorder.ring"',
  ],
  [
    'a recorder with a key of its own',
    'log: { level: info }',
    'recorder: { maxMB: 4 }\nlog: { level: info }',
    '33:13 recorder.maxMB: expected one of the keys file, maxMb, got "maxMB"; did you mean "maxMb"?',
  ],
  [
    'a group with nothing in it',
    'mqtt: { url: "mqtt://localhost" }',
    'mqtt:',
    '32:1 mqtt: expected a group with the keys url, baseTopic, username, password, got nothing',
  ],
  [
    'a log level',
    'level: info',
    'level: warning',
    '33:15 log.level: expected one of debug, info, warn, error, got "warning"; did you mean "warn"?',
  ],
  [
    'a misspelt list is one line, and starts no others',
    'meters:',
    'metres:',
    `13:1 metres: expected one of the keys ${MASTER_KEYS}, got "metres"; did you mean "meters"?`,
  ],
  [
    'a dwell time in milliseconds',
    'log: { level: info }',
    'allocation: { dwellMin: 900000 }',
    '33:25 allocation.dwellMin: expected minutes as a whole number, 1 to 120, got 900000',
  ],
  [
    'a hold time in milliseconds',
    'log: { level: info }',
    'allocation: { redistribute: { holdS: 30000 } }',
    '33:38 allocation.redistribute.holdS: expected seconds as a whole number, 10 to 600, got 30000',
  ],
  [
    'a key of the redistribution, and a threshold of nothing',
    'log: { level: info }',
    'allocation: { redistribute: { thresholdA: 0, margin: 1 } }',
    '33:43 allocation.redistribute.thresholdA: expected a current in A, 0.5 to 32, got 0',
    '33:46 allocation.redistribute.margin: expected one of the keys thresholdA, holdS, marginA, got "margin"; did you mean "marginA"?',
  ],
  [
    'the redistribution of a circuit',
    'limitA: 63',
    'limitA: 63\n    redistribute: off',
    '12:19 circuits[1].redistribute: expected true or false, got "off"',
  ],
  [
    'a shortage rule',
    'log: { level: info }',
    'allocation: { shortage: longest-first }',
    '33:25 allocation.shortage: expected one of longest-charging-first, last-connected-first, priority-only, got "longest-first"',
  ],
  [
    'a list that is none',
    'circuits:\n  - id: main',
    'circuits: main\nchargers:\n  - id: main',
    `3:11 circuits: expected a list of circuits, at least 1, got "main"`,
    `4:1 chargers: expected one of the keys ${MASTER_KEYS}, got "chargers"`,
  ],
  [
    'a role',
    'site: Test',
    'site: Test\nrole: mastr',
    '2:7 role: expected one of master, slave, got "mastr"; did you mean "master"?',
  ],
  [
    'a name without a letter',
    'site: Test',
    'site: "--"',
    '1:7 site: expected a name of 1 to 64 characters with a letter or digit (in quotes when it is a number), got "--"',
  ],
  [
    'a key of another object',
    'log: { level: info }',
    'log: { level: info, __proto__: 1, "a\\nb\\e": 2 }',
    '33:21 log.__proto__: expected one of the keys level, got "__proto__"',
    '33:35 log["a\\nb\\u001b"]: expected one of the keys level, got "a\\nb\\u001b"',
  ],
];

walk('a master file with one thing wrong', GOOD, MASTER_ROWS);
