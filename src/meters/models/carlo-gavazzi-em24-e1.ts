/** Carlo Gavazzi EM24_E1 (EM24 with Ethernet), Modbus TCP port 502, unit 1. See carlo-gavazzi.ts. */
import type { MeterModel } from '../model.js';
import { IDENTIFICATION_CODE, signlessApplication, THREE_PHASE_ROWS } from './carlo-gavazzi.js';

export const CARLO_GAVAZZI_EM24_E1: MeterModel = {
  id: 'carlo-gavazzi-em24-e1',
  title: 'Carlo Gavazzi EM24_E1 (Ethernet)',
  aliases: ['carlo-gavazzi-em24', 'em24dinav23xe1x', 'em24dinav53xe1x'],
  phases: 3,
  connections: ['tcp'],
  unitId: 1,
  // 6 registers: the three voltages between phases. The limit of the EM340, as none was found for this one.
  limits: { maxRegisters: 50, maxGap: 6 },
  currents: 'signed',
  rows: THREE_PHASE_ROWS,
  passedOver: [
    // Voltages L1-L2, L2-L3, L3-L1.
    { address: 6, words: 2 },
    { address: 8, words: 2 },
    { address: 10, words: 2 },
  ],
  confidence: 'two sources',
  notes: ['Firmware 1.8.3 or newer.', 'Set the application to H: in A to G export may be hidden.'],
  identity: { name: 'serial number', address: 0x5000, functionCode: 3, form: { kind: 'text', words: 7 } },
  probe: { row: IDENTIFICATION_CODE, expected: [1648, 1649, 1650, 1651, 1652, 1653] },
  refusals: [signlessApplication(0xa000)],
};
