/** What a meter model is: rows of registers and a few facts about how the device wants to be read. No code. */
import type { ReadLimits } from '../modbus/plan.js';
import type { RegisterRow, RegisterSpan } from '../modbus/rows.js';

export const METER_MEASURANDS = [
  'voltageL1',
  'voltageL2',
  'voltageL3',
  'currentL1',
  'currentL2',
  'currentL3',
  'powerL1',
  'powerL2',
  'powerL3',
  'totalPower',
] as const;
export type MeterMeasurand = (typeof METER_MEASURANDS)[number];

export type MeterRow = RegisterRow<MeterMeasurand>;

export interface MeterModel {
  /** As written in the configuration: "siemens-pac2200". */
  readonly id: string;
  /** As people know it: "Siemens SENTRON PAC2200". */
  readonly title: string;
  readonly limits: ReadLimits;
  /** `magnitude`: current registers have no direction, the phase power gives it. `signed`: positive = import. */
  readonly currents: 'magnitude' | 'signed';
  readonly rows: readonly MeterRow[];
  /** Documented values that no row reads but that a block read passes over. */
  readonly passedOver: readonly RegisterSpan[];
}
