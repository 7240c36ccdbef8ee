/**
 * Inepro PRO380-Mod (RS-485): holding registers, float32, high word first, powers in kW. mbmd, nymea, SmartEVSE and a
 * map that cites the maker agree. Whether the currents have a sign is not confirmed: they are taken as magnitudes, which
 * is right in both cases. The serial number is at its place in the old map, and has one source.
 * Traps: firmware below 2 has the old map only; 0x500A exists in the PRO1 alone, so no read passes over it.
 */
import { type MeterModel, meterRows } from '../model.js';

export const INEPRO_PRO380: MeterModel = {
  id: 'inepro-pro380',
  title: 'Inepro PRO380-Mod',
  aliases: ['inepro-pro380-mod', 'pro380'],
  phases: 3,
  connections: ['rtu'],
  unitId: 1,
  serial: { baud: 9600, parity: 'even', stopBits: 1 },
  limits: { maxRegisters: 60, maxGap: 0 },
  currents: 'magnitude',
  rows: meterRows(
    { functionCode: 3, encoding: 'float32', wordOrder: 'big', scale: { W: 1000 } },
    {
      ...{ voltageL1: 0x5002, voltageL2: 0x5004, voltageL3: 0x5006 },
      ...{ currentL1: 0x500c, currentL2: 0x500e, currentL3: 0x5010 },
      ...{ totalPower: 0x5012, powerL1: 0x5014, powerL2: 0x5016, powerL3: 0x5018 },
    },
  ),
  passedOver: [],
  confidence: 'two sources',
  notes: ['Firmware 2 or newer.', 'How many registers one read may have is not documented.'],
  identity: {
    name: 'serial number',
    address: 0x1000,
    functionCode: 3,
    form: { kind: 'number', encoding: 'uint32', wordOrder: 'big' },
  },
};
