/**
 * Iskra WM3M4, WM3M4C (RS-485): input registers, agreed by EVerest and Tinkerforge. Numbers are decimals: T5 and T6 of
 * the maker, an exponent in the first byte and a mantissa in the other three, without and with a sign. Currents are
 * magnitudes; powers positive = import. Trap: unit 33 and 115200 baud from the factory; the parity is not confirmed.
 */
import { type MeterModel, meterRows } from '../model.js';

export const ISKRA_WM3M4: MeterModel = {
  id: 'iskra-wm3m4',
  title: 'Iskra WM3M4, WM3M4C',
  aliases: ['iskra-wm3m4c', 'iskraemeco-wm3m4', 'wm3m4'],
  phases: 3,
  connections: ['rtu'],
  unitId: 33,
  serial: { baud: 115_200, parity: 'none', stopBits: 1 },
  limits: { maxRegisters: 60, maxGap: 0 },
  currents: 'magnitude',
  rows: [
    ...meterRows(
      { functionCode: 4, encoding: 't5', wordOrder: 'big', scale: {} },
      { voltageL1: 107, voltageL2: 109, voltageL3: 111, currentL1: 126, currentL2: 128, currentL3: 130 },
    ),
    ...meterRows(
      { functionCode: 4, encoding: 't6', wordOrder: 'big', scale: {} },
      { totalPower: 140, powerL1: 142, powerL2: 144, powerL3: 146 },
    ),
  ],
  passedOver: [],
  confidence: 'two sources',
  notes: ['Parity none is assumed.', 'How many registers one read may have is not documented.'],
  identity: { name: 'serial number', address: 9, functionCode: 4, form: { kind: 'text', words: 4 } },
  probe: {
    row: { name: 'model', address: 1, functionCode: 4, form: { kind: 'text', words: 8 } },
    expected: ['WM3M'],
  },
};
