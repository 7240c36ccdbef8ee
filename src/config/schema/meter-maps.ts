/** The schema of a meter's register map that a user writes down: the same rows as those of the maps that come with evenkeel. */
import * as z from 'zod/mini';
import { ENCODINGS, MAX_REGISTERS, METER_MEASURANDS, WORD_ORDERS } from '../../base/registers.js';
import * as f from '../fields.js';
import { key } from '../fields.js';

/** Each measurand has one row, or one for each direction. */
const ROWS_MAX = 2 * METER_MEASURANDS.length;
const ADDRESS_MAX = 65_535;

export const meterRowSchema = f.group({
  measurand: key('Measurand', 'What the register says.', f.oneWord(METER_MEASURANDS)),
  address: key(
    'Address',
    'Protocol address of the first register, counted from 0: 30001 and 40001 of a manual are 0.',
    f.whole(0, ADDRESS_MAX),
  ),
  functionCode: key(
    'Function code',
    '3: holding register; 4: input register.',
    z._default(f.oneNumber([3, 4], 'a Modbus function: 3 or 4'), 3),
  ),
  encoding: key('Encoding', 'How the number is spelled; it takes one, two or four registers.', f.oneWord(ENCODINGS)),
  wordOrder: key(
    'Word order',
    'Which register comes first: big, the most significant one; little, the least significant one.',
    z._default(f.oneWord(WORD_ORDERS), 'big'),
  ),
  scale: key(
    'Scale',
    'The number in the register times this is the value in V, A or W; negative where the meter counts export.',
    z._default(f.factor(-1e6, 1e6), 1),
  ),
});

export const meterMapSchema = f.group({
  id: key('Model id', 'Name of this map, for the model of a meter.', f.id('an id')),
  title: key('Title', 'Name for people; the id when left out.', z.optional(f.title())),
  currents: key(
    'Currents',
    'magnitude: the currents have no sign, the power of the phase gives it; signed: positive is import.',
    f.oneWord(['magnitude', 'signed']),
  ),
  maxRegisters: key(
    'Longest read',
    'Registers in one read that the device allows.',
    z._default(f.whole(1, MAX_REGISTERS), MAX_REGISTERS),
  ),
  maxGap: key(
    'Largest gap',
    'How many registers between two values one read may pass over; 0 where the device refuses unknown addresses.',
    z._default(f.whole(0, MAX_REGISTERS), 0),
  ),
  updateMs: key(
    'Renewal',
    'How often, in ms, the device renews its values, where it is slower than once a second.',
    z.optional(f.milliseconds(20, 60_000)),
  ),
  rows: key(
    'Rows',
    'Where each value stands; two rows of one measurand add up.',
    f.list('rows', meterRowSchema, { atLeast: 1, atMost: ROWS_MAX }),
  ),
});

export type MeterMapEntry = z.output<typeof meterMapSchema>;
export type MeterRowEntry = z.output<typeof meterRowSchema>;
