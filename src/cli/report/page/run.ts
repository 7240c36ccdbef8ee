/** The run as it came with the page: what is not a sample at once, a column of samples when somebody asks for it. */
import {
  type CHARGE_POINT_FIELDS,
  type CIRCUIT_FIELDS,
  chargePointColumn,
  circuitColumn,
  PHASE_COUNT,
  readColumn,
  STEPS_PER_A,
  TIME_COLUMN,
} from '../columns.js';
import type { PageData } from '../data.js';

export type Column = Float64Array;
export type CircuitField = (typeof CIRCUIT_FIELDS)[number];
export type ChargePointField = (typeof CHARGE_POINT_FIELDS)[number];

/** Lowest and highest known value of a column; both 0 where nothing is known. */
export interface Extent {
  readonly low: number;
  readonly high: number;
}

export class Run {
  readonly data: PageData;
  /** Seconds from the start. */
  readonly timesS: Column;
  readonly #bytes: Uint8Array;
  readonly #startOf: readonly number[];
  readonly #columns = new Map<number, Column>();
  readonly #extents = new Map<Column, Extent>();

  constructor(data: PageData, bytes: Uint8Array) {
    this.data = data;
    this.#bytes = bytes;
    let start = 0;
    this.#startOf = data.columnBytes.map((length) => {
      start += length;
      return start - length;
    });
    this.timesS = this.#column(TIME_COLUMN, 1_000);
  }

  circuit(circuit: number, phase: number, field: CircuitField): Column {
    return this.#column(circuitColumn(circuit, phase, field), STEPS_PER_A);
  }

  chargePoint(chargePoint: number, field: ChargePointField): Column {
    const isWord = field === 'state' || field === 'reason';
    return this.#column(chargePointColumn(this.data.circuits.length, chargePoint, field), isWord ? 1 : STEPS_PER_A);
  }

  /** The lines of all phases of a circuit, so that they have one scale. */
  extentOf(columns: readonly Column[]): Extent {
    const extents = columns.map((column) => this.#extent(column));
    return {
      low: Math.min(0, ...extents.map(({ low }) => low)),
      high: Math.max(0, ...extents.map(({ high }) => high)),
    };
  }

  phases<T>(value: (phase: number) => T): readonly T[] {
    return Array.from({ length: PHASE_COUNT }, (_, phase) => value(phase));
  }

  #extent(column: Column): Extent {
    const known = this.#extents.get(column);
    if (known) return known;
    let low = 0;
    let high = 0;
    for (const value of column) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.#extents.set(column, { low, high });
    return { low, high };
  }

  #column(number: number, stepsPerUnit: number): Column {
    const known = this.#columns.get(number);
    if (known) return known;
    const bytes = this.#bytes.subarray(this.#startOf[number]);
    const read = readColumn(bytes, this.data.sampleCount, stepsPerUnit);
    this.#columns.set(number, read);
    return read;
  }
}

export async function loadRun(): Promise<Run> {
  const data = JSON.parse(textOf('data')) as PageData;
  const deflated = Uint8Array.from(atob(textOf('columns')), (character) => character.charCodeAt(0));
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Run(data, new Uint8Array(await new Response(inflated).arrayBuffer()));
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? '';
}
