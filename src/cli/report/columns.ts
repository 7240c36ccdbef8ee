/**
 * How the samples of a run travel in a page: one column per value, each as the steps from one sample to the next. What
 * stays the same costs a byte per sample, and next to nothing once deflated. The page runs this file too: no imports.
 */

/** Fields of `CircuitSample`, per circuit and phase, in the order of their columns. */
export const CIRCUIT_FIELDS = ['capacityA', 'exposureA', 'allowedA', 'totalA', 'buildingA', 'measuredA'] as const;
/** Fields of `ChargePointSample`, per charge point, in the order of their columns. */
export const CHARGE_POINT_FIELDS = ['limitA', 'currentA', 'state', 'reason'] as const;
export const PHASE_COUNT = 3;
/** Column 0 has the times in ms. */
export const TIME_COLUMN = 0;
/** Currents travel in tenths of an ampere. */
export const STEPS_PER_A = 10;

export function circuitColumn(circuit: number, phase: number, field: (typeof CIRCUIT_FIELDS)[number]): number {
  return 1 + (circuit * PHASE_COUNT + phase) * CIRCUIT_FIELDS.length + CIRCUIT_FIELDS.indexOf(field);
}

export function chargePointColumn(
  circuits: number,
  chargePoint: number,
  field: (typeof CHARGE_POINT_FIELDS)[number],
): number {
  const before = circuits * PHASE_COUNT * CIRCUIT_FIELDS.length;
  return 1 + before + chargePoint * CHARGE_POINT_FIELDS.length + CHARGE_POINT_FIELDS.indexOf(field);
}

/** Whole numbers as they come: 0 = nothing known, else 1 + the zigzag step from the last known, 7 bits a byte. */
export class ColumnWriter {
  #bytes = new Uint8Array(4_096);
  #length = 0;
  #last = 0;

  write(value: number | null): void {
    if (value === null) {
      this.#varint(0);
      return;
    }
    const step = value - this.#last;
    this.#last = value;
    this.#varint(1 + (step < 0 ? -2 * step - 1 : 2 * step));
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const wider = new Uint8Array(2 * this.#length);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes[this.#length++] = byte;
  }
}

/** The values of a column, divided by `stepsPerUnit`; NaN = nothing known. */
export function readColumn(bytes: Uint8Array, count: number, stepsPerUnit: number): Float64Array {
  const values = new Float64Array(count);
  let at = 0;
  let last = 0;
  for (let index = 0; index < count; index++) {
    let code = 0;
    let weight = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      code += (byte & 0x7f) * weight;
      if (byte < 0x80) break;
      weight *= 0x80;
    }
    if (code > 0) last += code % 2 === 1 ? (code - 1) / 2 : -code / 2;
    values[index] = code > 0 ? last / stepsPerUnit : Number.NaN;
  }
  return values;
}

/** The clock of the run, from its start: "0:12:34", with ".5" where it is between two seconds. */
export function clockText(atMs: number): string {
  const ms = Math.max(0, Math.round(atMs));
  const two = (value: number): string => String(value % 60).padStart(2, '0');
  const seconds = Math.floor(ms / 1_000);
  const fraction =
    ms % 1_000 === 0
      ? ''
      : `.${String(ms % 1_000)
          .padStart(3, '0')
          .replace(/0+$/, '')}`;
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}${fraction}`;
}
