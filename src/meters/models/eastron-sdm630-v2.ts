/** Eastron SDM630 V2: three phases, direct, RS-485. See eastron.ts. */
import type { MeterModel } from '../model.js';
import { FACTORY_LINE, meterCode, SERIAL_NUMBER, THREE_PHASE_ROWS, TURNAROUND_MS } from './eastron.js';

export const EASTRON_SDM630_V2: MeterModel = {
  id: 'eastron-sdm630-v2',
  title: 'Eastron SDM630 V2',
  aliases: ['eastron-sdm630', 'eastron-sdm630-modbus', 'eastron-sdm630-modbus-v2', 'sdm630'],
  phases: 3,
  connections: ['rtu'],
  unitId: 1,
  serial: FACTORY_LINE,
  turnaroundMs: TURNAROUND_MS,
  limits: { maxRegisters: 60, maxGap: 0 },
  currents: 'magnitude',
  rows: THREE_PHASE_ROWS,
  passedOver: [],
  confidence: 'two sources',
  notes: ['Early units have the meter code 0 and are not recognised by a scan.'],
  identity: SERIAL_NUMBER,
  probe: meterCode(0x0070),
};
