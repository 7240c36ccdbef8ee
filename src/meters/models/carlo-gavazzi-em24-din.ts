/**
 * Carlo Gavazzi EM24-DIN with RS-485, also sold as Phoenix Contact EEM-350-D-MCB (2905849). See carlo-gavazzi.ts.
 * Traps: at most 11 registers in one read; what it says about itself one register at a time; the EM24 with Ethernet has
 * its frequency and energies elsewhere.
 */
import type { MeterModel } from '../model.js';
import { FACTORY_LINE, signlessApplication, THREE_PHASE_ROWS } from './carlo-gavazzi.js';

export const CARLO_GAVAZZI_EM24_DIN: MeterModel = {
  id: 'carlo-gavazzi-em24-din',
  title: 'Carlo Gavazzi EM24-DIN (RS-485), Phoenix Contact EEM-350-D-MCB',
  aliases: ['carlo-gavazzi-em24', 'phoenix-eem-350', 'phoenix-eem-350-d-mcb', '2905849'],
  phases: 3,
  connections: ['rtu'],
  unitId: 1,
  serial: FACTORY_LINE,
  limits: { maxRegisters: 11, maxGap: 0 },
  currents: 'signed',
  rows: THREE_PHASE_ROWS,
  passedOver: [],
  confidence: 'two sources',
  notes: ['Set the application to H, with the selector at the front unlocked: in A to G export may be hidden.'],
  // One source; firmware of 2012 does not have it.
  identity: {
    name: 'serial number',
    address: 0x1300,
    functionCode: 3,
    form: { kind: 'text', words: 7 },
    wordByWord: true,
  },
  refusals: [signlessApplication(0x1101)],
};
