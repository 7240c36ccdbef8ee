/** Eastron SDM230 V1 and V2: one phase, RS-485. See eastron.ts. Its meter code is not known. */
import type { MeterModel } from '../model.js';
import { FACTORY_LINE, ONE_PHASE_ROWS, SERIAL_NUMBER, TURNAROUND_MS } from './eastron.js';

export const EASTRON_SDM230: MeterModel = {
  id: 'eastron-sdm230',
  title: 'Eastron SDM230 V1, V2',
  aliases: ['eastron-sdm230-modbus', 'eastron-sdm230-v1', 'eastron-sdm230-v2', 'sdm230'],
  phases: 1,
  connections: ['rtu'],
  unitId: 1,
  serial: FACTORY_LINE,
  turnaroundMs: TURNAROUND_MS,
  limits: { maxRegisters: 60, maxGap: 0 },
  currents: 'magnitude',
  rows: ONE_PHASE_ROWS,
  passedOver: [],
  confidence: 'two sources',
  notes: ['Older units: 2400 baud from the factory.'],
  identity: SERIAL_NUMBER,
};
