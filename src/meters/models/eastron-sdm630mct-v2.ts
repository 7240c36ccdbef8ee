/** Eastron SDM630MCT V2: three phases through current transformers, RS-485. See eastron.ts. */
import type { MeterModel } from '../model.js';
import { FACTORY_LINE, meterCode, SERIAL_NUMBER, THREE_PHASE_ROWS, TURNAROUND_MS } from './eastron.js';

export const EASTRON_SDM630MCT_V2: MeterModel = {
  id: 'eastron-sdm630mct-v2',
  title: 'Eastron SDM630MCT V2',
  aliases: ['eastron-sdm630mct', 'eastron-sdm630-mct', 'eastron-sdm630-mct-v2'],
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
  notes: [
    'Primary and secondary current of the transformers are set in the meter: its values are primary.',
    'Some sources say even parity; the maker says none.',
    'A phase that is not connected says 0.',
  ],
  identity: SERIAL_NUMBER,
  probe: meterCode(0x0079),
};
