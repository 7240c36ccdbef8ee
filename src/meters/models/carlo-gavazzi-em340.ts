/** Carlo Gavazzi EM340, also EM330, EM341 and ET330, ET340 (RS-485). See carlo-gavazzi.ts. At most 50 registers a read. */
import type { MeterModel } from '../model.js';
import { EASY_CONNECTION, FACTORY_LINE, IDENTIFICATION_CODE, THREE_PHASE_ROWS } from './carlo-gavazzi.js';

export const CARLO_GAVAZZI_EM340: MeterModel = {
  id: 'carlo-gavazzi-em340',
  title: 'Carlo Gavazzi EM340, EM330, EM341, ET330, ET340',
  aliases: ['carlo-gavazzi-em330', 'carlo-gavazzi-em341', 'carlo-gavazzi-et330', 'carlo-gavazzi-et340'],
  phases: 3,
  connections: ['rtu'],
  unitId: 1,
  serial: FACTORY_LINE,
  // 6 registers: the three voltages between phases.
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
  notes: [
    'Set the measurement mode to B: in A (and in the PFA types always) export is invisible.',
    'Engineering samples (identification code 330, 340) have the high word first; they are not recognised.',
  ],
  identity: { name: 'serial number', address: 0x5000, functionCode: 3, form: { kind: 'text', words: 7 } },
  probe: { row: IDENTIFICATION_CODE, expected: [331, 332, 335, 336, 341, 345, 346] },
  refusals: [EASY_CONNECTION],
};
