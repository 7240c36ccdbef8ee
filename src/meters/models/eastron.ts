/**
 * What the Eastron SDM meters have in common, by the maker's papers (SDM120 V2.4, SDM630 V1.5), agreeing with OpenEMS,
 * mbmd, openWB, nymea, Tinkerforge and EVerest: input registers, float32, high word first. Currents are magnitudes;
 * powers positive = import. Serial number and meter code are holding registers; the codes have one source each.
 * Traps: half values are refused (start and length are even); 60 registers a read at most by the oldest paper; they
 * want about 100 ms of silence before the next request.
 */
import { type InfoRow, type MeterRow, meterRows, type Probe, type SerialLine } from '../model.js';

const FORMAT = { functionCode: 4, encoding: 'float32', wordOrder: 'big', scale: {} } as const;

/** Of a meter with three phases. */
export const THREE_PHASE_ROWS: readonly MeterRow[] = meterRows(FORMAT, {
  ...{ voltageL1: 0, voltageL2: 2, voltageL3: 4 },
  ...{ currentL1: 6, currentL2: 8, currentL3: 10 },
  ...{ powerL1: 12, powerL2: 14, powerL3: 16, totalPower: 52 },
});

/** Of a meter with one phase: where L1 is in the others. */
export const ONE_PHASE_ROWS: readonly MeterRow[] = meterRows(FORMAT, { voltageL1: 0, currentL1: 6, powerL1: 12 });

export const TOTAL_ROWS: readonly MeterRow[] = meterRows(FORMAT, { totalPower: 52 });

export const TURNAROUND_MS = 100;
export const FACTORY_LINE: SerialLine = { baud: 9600, parity: 'none', stopBits: 1 };

export const SERIAL_NUMBER: InfoRow = {
  name: 'serial number',
  address: 0xfc00,
  functionCode: 3,
  form: { kind: 'number', encoding: 'uint32', wordOrder: 'big' },
};

export function meterCode(code: number): Probe {
  const form = { kind: 'number', encoding: 'uint16', wordOrder: 'big' } as const;
  return { row: { name: 'meter code', address: 0xfc02, functionCode: 3, form }, expected: [code] };
}
