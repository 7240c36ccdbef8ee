/** What a meter model is: rows of registers and a few facts about how the device wants to be read. No code. */
import type { Ms } from '../base/units.js';
import type { Encoding, WordOrder } from '../modbus/encodings.js';
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

/** A number or a text that a device says about itself. */
export interface InfoRow {
  /** What it is, for people: "serial number". */
  readonly name: string;
  /** Protocol (PDU) address of the first register, 0-based. */
  readonly address: number;
  readonly functionCode: 3 | 4;
  readonly form: InfoForm;
  /** The device answers a read of one register only. */
  readonly wordByWord?: true;
}

/**
 * `text`: two characters in each register, the first in its high byte; `swapped-text`: in its low byte;
 * `low-byte-text`: one character in each register. A text ends at a NUL; spaces around it are no part of it.
 */
type InfoForm =
  | { readonly kind: 'number'; readonly encoding: Encoding; readonly wordOrder: WordOrder }
  | { readonly kind: 'text' | 'swapped-text' | 'low-byte-text'; readonly words: number };

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
  /** What tells this device from another one of its model. Some firmwares refuse the read: then nothing is known. */
  readonly identity?: InfoRow;
  /** The longest time from one renewal of its registers to the next; 1000 where that is not known. */
  readonly updateMs?: Ms;
}
