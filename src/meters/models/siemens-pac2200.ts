/**
 * Siemens SENTRON PAC2200 (7KM2200), Modbus TCP port 502, unit 1, or RTU by type.
 * Offsets and types: appendix "Modbus" of the device manual L1V30415167B, agreeing with the register tables of mbmd,
 * OpenEMS and Tinkerforge. The manual's offset is the protocol address; functions 3 and 4 read the same.
 * Values are primary (current transformer ratio applied in the meter). Currents are magnitudes; powers are signed,
 * positive = import. The energies (float64, from 801) are not part of the poll.
 * Traps: a read that starts inside a value or ends inside one is refused with exception 2, and so are unknown offsets;
 * a phase that is not connected says NaN; PAC1600 and others of the family have other maps at similar offsets.
 */
import { type MeterModel, meterRows } from '../model.js';

export const SIEMENS_PAC2200: MeterModel = {
  id: 'siemens-pac2200',
  title: 'Siemens SENTRON PAC2200',
  aliases: [
    '7km2200',
    '7km2200-2ea30-1ja1',
    '7km2200-2ea30-1ea1',
    '7km2200-2ea40-1ja1',
    '7km2200-2ea40-1ea1',
    'pac2200',
    'siemens-7km2200',
    'siemens-sentron-pac2200',
  ],
  phases: 3,
  connections: ['tcp', 'rtu'],
  unitId: 1,
  // 6 registers: between the star voltages, the currents and the powers lie three documented float32 each.
  limits: { maxRegisters: 125, maxGap: 6 },
  currents: 'magnitude',
  rows: meterRows(
    { functionCode: 3, encoding: 'float32', wordOrder: 'big', scale: {} },
    {
      ...{ voltageL1: 1, voltageL2: 3, voltageL3: 5 },
      ...{ currentL1: 13, currentL2: 15, currentL3: 17 },
      ...{ powerL1: 25, powerL2: 27, powerL3: 29, totalPower: 65 },
    },
  ),
  passedOver: [
    // Voltages L1-L2, L2-L3, L3-L1.
    { address: 7, words: 2 },
    { address: 9, words: 2 },
    { address: 11, words: 2 },
    // Apparent power L1, L2, L3.
    { address: 19, words: 2 },
    { address: 21, words: 2 },
    { address: 23, words: 2 },
  ],
  confidence: 'two sources',
  notes: [
    'Types for 5 A transformers: the ratio is set in the meter, its values are primary.',
    'RS-485 types: one source says unit 126 and 19200 baud, 8N2 from the factory, another 9600 8N1 and unit 1.',
    'PAC1600 and others of the family have other maps at similar addresses.',
  ],
  // The active tariff: 0 or 1.
  probe: {
    row: {
      name: 'active tariff',
      address: 211,
      functionCode: 3,
      form: { kind: 'number', encoding: 'uint32', wordOrder: 'big' },
    },
    expected: [0, 1],
  },
};
