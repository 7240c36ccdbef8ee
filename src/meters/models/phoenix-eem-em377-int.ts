/**
 * The integer registers of the Phoenix Contact EEM-EM377, an alternative to its float32 ones, from the same one source:
 * mV and mA in 32 bits, mW in 64 bits, high word first. What lies between the three groups is not documented there.
 */
import { type MeterModel, meterRows } from '../model.js';
import { EM377_SERIAL_NUMBER } from './phoenix-eem-em377.js';

export const PHOENIX_EEM_EM377_INT: MeterModel = {
  id: 'phoenix-eem-em377-int',
  title: 'Phoenix Contact EEM-EM377, integer registers',
  aliases: [],
  phases: 3,
  connections: ['tcp', 'rtu'],
  unitId: 255,
  limits: { maxRegisters: 125, maxGap: 0 },
  currents: 'magnitude',
  rows: [
    ...meterRows(
      { functionCode: 4, encoding: 'uint32', wordOrder: 'big', scale: { V: 0.001, A: 0.001 } },
      { voltageL1: 0, voltageL2: 2, voltageL3: 4, currentL1: 14, currentL2: 16, currentL3: 18 },
    ),
    ...meterRows(
      { functionCode: 4, encoding: 'int64', wordOrder: 'big', scale: { W: 0.001 } },
      { powerL1: 32, powerL2: 36, powerL3: 40, totalPower: 44 },
    ),
  ],
  passedOver: [],
  confidence: 'one source',
  notes: ['For a firmware whose float32 registers (phoenix-eem-em377) do not answer.'],
  identity: EM377_SERIAL_NUMBER,
};
