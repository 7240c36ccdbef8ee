/** A digital input: its source, when it is active, and what it does then. */
import * as z from 'zod/mini';
import { MODBUS_PORT } from '../connection.js';
import * as f from '../fields.js';
import { key } from '../fields.js';

/** More contacts than any site has. */
export const INPUTS_MAX = 32;
const GPIO_LINE_MAX = 65_535;
const REGISTER_MAX = 65_535;
const REGISTER_BIT_MAX = 15;

const gpioSchema = f.group({
  chip: key('Chip', 'Name of the GPIO chip; "gpiodetect" lists them.', f.gpioChip()),
  line: key('Line', 'Number (offset) of the line on that chip; "gpioinfo" lists them.', f.whole(0, GPIO_LINE_MAX)),
});

const modbusSchema = f.group({
  connection: key(
    'Connection',
    `Where the device is, as a meter's connection: tcp://HOST:PORT (port ${MODBUS_PORT} when left out), rtu:PATH?baud=9600, rtu+tcp://HOST:PORT.`,
    f.meterConnection(),
  ),
  unit: key('Unit id', 'Modbus unit id.', z._default(f.whole(0, 255), 1)),
  coil: key('Coil', 'Protocol address of the coil, from 0 (function code 1).', z.optional(f.whole(0, REGISTER_MAX))),
  discreteInput: key(
    'Discrete input',
    'Protocol address of the discrete input, from 0 (function code 2).',
    z.optional(f.whole(0, REGISTER_MAX)),
  ),
  holdingRegister: key(
    'Holding register',
    'Protocol address of the holding register that has the bit, from 0 (function code 3): the input of a meter, for example.',
    z.optional(f.whole(0, REGISTER_MAX)),
  ),
  inputRegister: key(
    'Input register',
    'Protocol address of the input register that has the bit, from 0 (function code 4).',
    z.optional(f.whole(0, REGISTER_MAX)),
  ),
  bit: key(
    'Bit',
    'Which bit of the register it is: 0 is the lowest, 15 the highest. 0 when left out.',
    z.optional(f.whole(0, REGISTER_BIT_MAX)),
  ),
  pollPeriodMs: key(
    'Poll period',
    'Milliseconds from one reading to the next.',
    z._default(f.milliseconds(50, 60_000), 500),
  ),
  timeoutMs: key(
    'Timeout',
    'Milliseconds that the device may take for one request.',
    z._default(f.milliseconds(50, 60_000), 1000),
  ),
});

const httpSchema = f.group({
  url: key('Address', 'What is asked by GET: http://HOST/PATH or https://HOST/PATH.', f.httpUrl()),
  value: key(
    'Place of the value',
    'Where the word stands in a JSON answer, such as "inputs.0.on"; left out: it is the answer.',
    z.optional(f.jsonPath()),
  ),
  username: key('User name', 'To log in to the device (basic).', z.optional(f.credential('a user name'))),
  password: key('Password', 'To log in to the device (basic).', z.optional(f.credential('a password'))),
  pollPeriodMs: key(
    'Poll period',
    'Milliseconds from one request to the next.',
    z._default(f.milliseconds(200, 600_000), 1000),
  ),
  timeoutMs: key(
    'Timeout',
    'Milliseconds that the device may take for one request.',
    z._default(f.milliseconds(50, 60_000), 2000),
  ),
});

const sourceSchema = f.group({
  gpio: key('GPIO line', 'A line of this machine, read by gpiomon of libgpiod.', z.optional(gpioSchema)),
  modbus: key(
    'Modbus',
    'A coil, a discrete input or a bit of a register of a Modbus device.',
    z.optional(modbusSchema),
  ),
  mqtt: key(
    'MQTT',
    'A topic of the broker of "mqtt" with the payloads on, off, 1, 0, true, false, active or inactive.',
    z.optional(f.group({ topic: key('Topic', 'The whole topic, without wildcards.', f.topic()) })),
  ),
  http: key(
    'HTTP',
    'A device that is asked by HTTP, with the same words as the topic of a broker.',
    z.optional(httpSchema),
  ),
  command: key(
    'Command',
    'true: the command "input" on the control socket sets it.',
    z.optional(z.literal(true, { error: 'true' })),
  ),
});

export const inputSchema = f.group({
  id: key('Input id', 'Name of the input.', f.id('an id')),
  source: key('Source', 'Where its level comes from: one of gpio, modbus, mqtt, http, command.', sourceSchema),
  active: key(
    'Active level',
    'high: active while the level is 1, on, true; low: active while it is 0, off, false (a broken wire then counts as active).',
    z._default(f.oneWord(['high', 'low']), 'high'),
  ),
  debounceMs: key(
    'Debounce time',
    'Milliseconds that a level must stand before it counts.',
    z._default(f.milliseconds(10, 10_000), 100),
  ),
  maxAgeMs: key(
    'Maximum age',
    'Milliseconds without a word of the source after which the input counts as active. Modbus: 3000 when left out; http: 10000; gpio: 30000; others: their last word holds.',
    z.optional(f.milliseconds(100, 86_400_000)),
  ),
  offsetA: key(
    'Offset',
    'While active, the limit of the target is lower by so many A: one number, or [L1, L2, L3]. Never below 0 A.',
    z.optional(f.phaseAmps()),
  ),
  limitA: key(
    'Limit',
    'While active, the target may have at most so many A: one number, or [L1, L2, L3].',
    z.optional(f.phaseAmps()),
  ),
  stop: key('Stop', 'true: while active, the target gets nothing.', z.optional(z.literal(true, { error: 'true' }))),
  section14a: key(
    'Section 14a EnWG',
    'true: while active, the grid operator lowers the circuit that has section14a; docs/section-14a.md.',
    z.optional(z.literal(true, { error: 'true' })),
  ),
  circuit: key(
    'Circuit',
    'Id of the circuit that it lowers; the root, which is the whole group, when neither circuit nor chargePoint is given.',
    z.optional(f.id('the id of a circuit')),
  ),
  chargePoint: key(
    'Charge point',
    'Id of the charge point that it lowers, instead of a circuit.',
    z.optional(f.id('the id of a charge point')),
  ),
});

export type InputEntry = z.output<typeof inputSchema>;
