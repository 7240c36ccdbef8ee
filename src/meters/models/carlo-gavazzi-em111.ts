/**
 * Carlo Gavazzi EM111, also EM110, EM112 and ET112 (RS-485): one phase. See carlo-gavazzi.ts. At most 50 registers a
 * read (EM112: 125); unknown addresses are refused; the serial number has one character in each register.
 */
import type { MeterModel } from '../model.js';
import { EASY_CONNECTION, FACTORY_LINE, IDENTIFICATION_CODE, ONE_PHASE_ROWS } from './carlo-gavazzi.js';

export const CARLO_GAVAZZI_EM111: MeterModel = {
  id: 'carlo-gavazzi-em111',
  title: 'Carlo Gavazzi EM111, EM110, EM112, ET112',
  aliases: ['carlo-gavazzi-em110', 'carlo-gavazzi-em112', 'carlo-gavazzi-et112'],
  phases: 1,
  connections: ['rtu'],
  unitId: 1,
  serial: FACTORY_LINE,
  limits: { maxRegisters: 50, maxGap: 0 },
  currents: 'signed',
  rows: ONE_PHASE_ROWS,
  passedOver: [],
  confidence: 'two sources',
  notes: ['Set the measurement mode to B: in A (and in the PFA types always) export is invisible.'],
  identity: { name: 'serial number', address: 0x5000, functionCode: 3, form: { kind: 'low-byte-text', words: 7 } },
  probe: { row: IDENTIFICATION_CODE, expected: [100, 101, 102, 103, 104, 110, 114, 120, 121] },
  refusals: [EASY_CONNECTION],
};
