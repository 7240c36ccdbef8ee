/** A meter: its model, where it is reached, how it is connected. */
import * as z from 'zod/mini';
import { ROTATIONS } from '../../base/rotation.js';
import { MODBUS_PORT } from '../connection.js';
import * as f from '../fields.js';
import { key } from '../fields.js';

export const meterSchema = f.group({
  id: key('Meter id', 'Name of the meter; circuits and the MQTT topics use it.', f.id('an id')),
  model: key(
    'Model',
    'Model of the meter; "evenkeel meter models" lists those that are known.',
    f.id('the model of a meter'),
  ),
  connection: key(
    'Connection',
    `Modbus TCP: tcp://HOST:PORT (port ${MODBUS_PORT} when left out). A serial line: rtu:PATH?baud=9600&parity=none&stopBits=1 with a PATH below /dev/serial/by-id. A gateway that passes RTU frames on: rtu+tcp://HOST:PORT. For devices that need a longer pause before they are asked: turnaroundMs=20 behind the ?.`,
    f.meterConnection(),
  ),
  unit: key(
    'Unit id',
    'Modbus unit id; as the model has it from the factory, mostly 1, when left out.',
    z.optional(f.whole(0, 255)),
  ),
  ctRatio: key(
    'Transformer ratio',
    'Currents and powers are multiplied with it: 40 for transformers 200/5 A that the meter does not know of.',
    z._default(f.factor(0.001, 10_000), 1),
  ),
  invert: key(
    'Inverted transformers',
    "Current transformers that sit the wrong way round: true for all, or those phases in the meter's own order.",
    z._default(f.somePhases(), false),
  ),
  phase: key(
    'Phase',
    'The phase of the grid where a meter with one phase sits; L1 when left out.',
    z.optional(f.phaseName()),
  ),
  phaseOrder: key(
    'Phase order',
    "How the L1, L2, L3 of a meter with three phases meet the grid's. STR: its L1 on grid L2, its L2 on L3, its L3 on L1.",
    z.optional(f.oneWord(ROTATIONS)),
  ),
  pollPeriodMs: key(
    'Poll period',
    'Milliseconds from one reading to the next.',
    z._default(f.milliseconds(50, 60_000), 250),
  ),
  timeoutMs: key(
    'Timeout',
    'Milliseconds that the device may take for one request, from its turn on the line on.',
    z._default(f.milliseconds(50, 60_000), 1000),
  ),
  maxAgeMs: key(
    'Maximum age',
    'Milliseconds after which a value counts as lost, and the fallback holds.',
    z._default(f.milliseconds(100, 600_000), 3000),
  ),
});

export type MeterEntry = z.output<typeof meterSchema>;
