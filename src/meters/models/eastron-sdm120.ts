/**
 * Eastron SDM120 and SDM120CTM: one phase, RS-485. See eastron.ts. What lies between voltage, current and power is not
 * documented for it: three reads.
 */
import type { MeterModel } from '../model.js';
import { meterCode, ONE_PHASE_ROWS, SERIAL_NUMBER, TURNAROUND_MS } from './eastron.js';

export const EASTRON_SDM120: MeterModel = {
  id: 'eastron-sdm120',
  title: 'Eastron SDM120, SDM120CTM',
  aliases: ['eastron-sdm120-modbus', 'eastron-sdm120m', 'eastron-sdm120ctm', 'sdm120'],
  phases: 1,
  connections: ['rtu'],
  unitId: 1,
  serial: { baud: 2400, parity: 'none', stopBits: 1 },
  turnaroundMs: TURNAROUND_MS,
  limits: { maxRegisters: 60, maxGap: 0 },
  currents: 'magnitude',
  rows: ONE_PHASE_ROWS,
  passedOver: [],
  confidence: 'two sources',
  notes: [
    'SDM120-M: 9600 baud from the factory.',
    'SDM120CTM: taken to have the same map; the ratio of the transformer is set in the meter.',
  ],
  identity: SERIAL_NUMBER,
  probe: meterCode(0x0020),
};
