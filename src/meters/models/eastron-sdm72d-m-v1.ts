/** Eastron SDM72D-M V1: tells the total power only, so it can guard no fuse. See eastron.ts. */
import type { MeterModel } from '../model.js';
import { FACTORY_LINE, meterCode, TOTAL_ROWS, TURNAROUND_MS } from './eastron.js';

export const EASTRON_SDM72D_M_V1: MeterModel = {
  id: 'eastron-sdm72d-m-v1',
  title: 'Eastron SDM72D-M V1',
  aliases: ['eastron-sdm72d-m', 'eastron-sdm72d', 'eastron-sdm72'],
  phases: 3,
  connections: ['rtu'],
  unitId: 1,
  serial: FACTORY_LINE,
  turnaroundMs: TURNAROUND_MS,
  limits: { maxRegisters: 20, maxGap: 0 },
  currents: 'magnitude',
  rows: TOTAL_ROWS,
  passedOver: [],
  confidence: 'two sources',
  notes: [],
  probe: meterCode(0x0084),
  unusable: 'tells the total power only, not the current of each phase',
};
