/**
 * Phoenix Contact EEM-EM377 (2908590), and EM355, EM357, EM375, DM357, which are taken to have the same map. Modbus TCP
 * port 502, always unit 255. One source: a register template that was tested on firmware 1.0.7; a second one confirms
 * the voltages of L1 and L2 only, and calls the registers holding registers (function 3).
 * That currents are magnitudes is inferred.
 */
import { type InfoRow, type MeterModel, meterRows } from '../model.js';

export const EM377_SERIAL_NUMBER: InfoRow = {
  name: 'serial number',
  address: 1280,
  functionCode: 4,
  form: { kind: 'text', words: 6 },
};

export const PHOENIX_EEM_EM377: MeterModel = {
  id: 'phoenix-eem-em377',
  title: 'Phoenix Contact EEM-EM377; EM355, EM357, EM375, DM357',
  aliases: [
    'phoenix-eem-em355',
    'phoenix-eem-em357',
    'phoenix-eem-em375',
    'phoenix-eem-dm357',
    'phoenix-empro',
    '2908590',
    '2908588',
    '252817',
    '1219095',
  ],
  phases: 3,
  connections: ['tcp', 'rtu'],
  unitId: 255,
  // 12 registers: neutral and mean current and four power factors before the powers.
  limits: { maxRegisters: 125, maxGap: 12 },
  currents: 'magnitude',
  rows: meterRows(
    { functionCode: 4, encoding: 'float32', wordOrder: 'big', scale: {} },
    {
      ...{ voltageL1: 4096, voltageL2: 4098, voltageL3: 4100 },
      ...{ currentL1: 4110, currentL2: 4112, currentL3: 4114 },
      ...{ powerL1: 4128, powerL2: 4130, powerL3: 4132, totalPower: 4134 },
    },
  ),
  passedOver: [
    // Voltages L1-L2, L2-L3, L3-L1, mean.
    { address: 4102, words: 2 },
    { address: 4104, words: 2 },
    { address: 4106, words: 2 },
    { address: 4108, words: 2 },
    // Neutral current, mean current.
    { address: 4116, words: 2 },
    { address: 4118, words: 2 },
    // Power factors L1, L2, L3, total.
    { address: 4120, words: 2 },
    { address: 4122, words: 2 },
    { address: 4124, words: 2 },
    { address: 4126, words: 2 },
  ],
  confidence: 'one source',
  notes: [
    'EM355, EM357, EM375 and DM357 are taken to have the map of the EM377; no source of their own was found.',
    'Where function 4 is refused, copy the map into meterModels with functionCode: 3.',
    'The model phoenix-eem-em377-int reads the same meter through its integer registers.',
  ],
  identity: EM377_SERIAL_NUMBER,
};
