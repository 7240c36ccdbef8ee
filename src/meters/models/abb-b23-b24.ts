/**
 * ABB B23 and B24 (RS-485): holding registers, high word first; mbmd, openWB and Tinkerforge agree. Currents are
 * magnitudes; powers, int32 in 0.01 W, positive = import. The serial number has one source. Between voltages, currents
 * and powers lies what these sources do not name: one read for each group.
 */
import { type MeterModel, meterRows } from '../model.js';

const FORMAT = { functionCode: 3, wordOrder: 'big', scale: { V: 0.1, A: 0.01, W: 0.01 } } as const;

export const ABB_B23_B24: MeterModel = {
  id: 'abb-b23-b24',
  title: 'ABB B23, B24',
  aliases: ['abb-b23', 'abb-b24'],
  phases: 3,
  connections: ['rtu'],
  unitId: 1,
  limits: { maxRegisters: 125, maxGap: 0 },
  currents: 'magnitude',
  rows: [
    ...meterRows(
      { ...FORMAT, encoding: 'uint32' },
      {
        ...{ voltageL1: 0x5b00, voltageL2: 0x5b02, voltageL3: 0x5b04 },
        ...{ currentL1: 0x5b0c, currentL2: 0x5b0e, currentL3: 0x5b10 },
      },
    ),
    ...meterRows(
      { ...FORMAT, encoding: 'int32' },
      { totalPower: 0x5b14, powerL1: 0x5b16, powerL2: 0x5b18, powerL3: 0x5b1a },
    ),
  ],
  passedOver: [],
  confidence: 'two sources',
  notes: ['The settings of the serial line from the factory are not confirmed.'],
  identity: {
    name: 'serial number',
    address: 0x8900,
    functionCode: 3,
    form: { kind: 'number', encoding: 'uint32', wordOrder: 'big' },
  },
};
