/** Eastron SDM72D-M V2: three phases, direct, RS-485. See eastron.ts. Some units give at most 10 values in one read. */
import type { MeterModel } from '../model.js';
import { FACTORY_LINE, meterCode, SERIAL_NUMBER, THREE_PHASE_ROWS, TURNAROUND_MS } from './eastron.js';

export const EASTRON_SDM72D_M_V2: MeterModel = {
  id: 'eastron-sdm72d-m-v2',
  title: 'Eastron SDM72D-M V2',
  aliases: ['eastron-sdm72d-m', 'eastron-sdm72d', 'eastron-sdm72', 'eastron-sdm72d-m-2'],
  phases: 3,
  connections: ['rtu'],
  unitId: 1,
  serial: FACTORY_LINE,
  turnaroundMs: TURNAROUND_MS,
  limits: { maxRegisters: 20, maxGap: 0 },
  currents: 'magnitude',
  rows: THREE_PHASE_ROWS,
  passedOver: [],
  confidence: 'two sources',
  notes: [],
  identity: SERIAL_NUMBER,
  probe: meterCode(0x0089),
};
