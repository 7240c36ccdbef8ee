/** What a meter model is: rows of registers and a few facts about how the device wants to be read. No code. */
import type { Encoding, MeterMeasurand, WordOrder } from '../base/registers.js';
import type { Ms } from '../base/units.js';
import type { ReadLimits } from '../modbus/plan.js';
import type { RegisterRow, RegisterSpan, RegisterUnit } from '../modbus/rows.js';

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
export type InfoForm =
  | { readonly kind: 'number'; readonly encoding: Encoding; readonly wordOrder: WordOrder }
  | { readonly kind: 'text' | 'swapped-text' | 'low-byte-text'; readonly words: number };

export interface Probe {
  readonly row: InfoRow;
  /** What the register says on a device of this model: one of these numbers, or a text that begins with one of these. */
  readonly expected: readonly (number | string)[];
}

/** A setting in which a meter must not guard a circuit, such as one that never shows export. */
export interface Refusal {
  readonly row: InfoRow;
  readonly values: readonly number[];
  /** What the setting is, and what must be set instead. */
  readonly text: string;
}

export interface SerialLine {
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

/** The part of a model that a user may write down as well, for a meter that evenkeel does not know. */
export interface MeterMap {
  /** As written in the configuration: "siemens-pac2200". */
  readonly id: string;
  /** As people know it: "Siemens SENTRON PAC2200". */
  readonly title: string;
  readonly limits: ReadLimits;
  /** `magnitude`: current registers have no direction, the phase power gives it. `signed`: positive = import. */
  readonly currents: 'magnitude' | 'signed';
  /** Several rows of the same measurand add up: import, and export with a negative scale. */
  readonly rows: readonly MeterRow[];
  /** Documented values that no row reads but that a block read passes over. */
  readonly passedOver: readonly RegisterSpan[];
  /** 1: its one phase is called L1, wherever it is connected. */
  readonly phases: 1 | 3;
}

export interface MeterModel extends MeterMap {
  /** Order numbers and names by which installers know it too. One alias may stand for several models. */
  readonly aliases: readonly string[];
  readonly connections: readonly ('tcp' | 'rtu')[];
  /** As the device has it from the factory. */
  readonly unitId: number;
  /** Of the serial line, as the device has it from the factory; absent where that is not known. */
  readonly serial?: SerialLine;
  /** Silence, in ms, that it wants on a serial line before the next request. */
  readonly turnaroundMs?: Ms;
  /** Whether two sources that do not copy each other say the same about every row. */
  readonly confidence: 'two sources' | 'one source';
  /** For people: what to set on the device, what is not certain. */
  readonly notes: readonly string[];
  /** What tells this device from another one of its model. Some firmwares refuse the read: then nothing is known. */
  readonly identity?: InfoRow;
  /**
   * The longest time from one renewal of its registers to the next, by its maker; 1000 where no maker states it. A meter that
   * is faster shows it: dlm/load/prompt-watch.
   */
  readonly updateMs?: Ms;
  /** How a scan recognises it; absent: by plausible voltages only. */
  readonly probe?: Probe;
  readonly refusals?: readonly Refusal[];
  /** Why it can guard no circuit, whatever its settings. */
  readonly unusable?: string;
}

/** How the rows of a map are spelled, as far as they are spelled alike. */
export interface RowFormat {
  readonly functionCode: 3 | 4;
  readonly encoding: Encoding;
  readonly wordOrder: WordOrder;
  /** Number in the register times this = V, A, W. */
  readonly scale: { readonly [unit in RegisterUnit]?: number };
}

export function unitOf(measurand: MeterMeasurand): RegisterUnit {
  if (measurand.startsWith('voltage')) return 'V';
  return measurand.startsWith('current') ? 'A' : 'W';
}

/** Rows that are spelled alike, each with its address. */
export function meterRows(format: RowFormat, addresses: { readonly [M in MeterMeasurand]?: number }): MeterRow[] {
  const { scale, ...spelling } = format;
  return (Object.entries(addresses) as [MeterMeasurand, number][]).map(([measurand, address]) => {
    const unit = unitOf(measurand);
    return { measurand, address, ...spelling, scale: scale[unit] ?? 1, unit };
  });
}
