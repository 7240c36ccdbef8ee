/**
 * What the Carlo Gavazzi meters have in common, by the maker's protocol papers (EM100 V4.0, EM300 v2r9, EM24_E1 v0r1.3,
 * EM24-IS v4r0), agreeing with OpenEMS, mbmd, openWB, Tinkerforge and Victron: int32 with the low word first; signed
 * currents; an overflow is 0x7FFF in the high word.
 * Traps: in "easy connection" (measurement mode A, and for good in the PFA types) current and power are always positive,
 * so feed-in is invisible. The identification code at 0x000B is there for a read of that one register only: as part of
 * a longer read it is the second word of the voltage L3-L1.
 */
import { type InfoRow, type MeterRow, meterRows, type Refusal, type SerialLine } from '../model.js';

const FORMAT = {
  functionCode: 4,
  encoding: 'int32',
  wordOrder: 'little',
  scale: { V: 0.1, A: 0.001, W: 0.1 },
} as const;

/** Of a meter with one phase. */
export const ONE_PHASE_ROWS: readonly MeterRow[] = meterRows(FORMAT, { voltageL1: 0, currentL1: 2, powerL1: 4 });

/** Of a meter with three phases. */
export const THREE_PHASE_ROWS: readonly MeterRow[] = meterRows(FORMAT, {
  ...{ voltageL1: 0, voltageL2: 2, voltageL3: 4 },
  ...{ currentL1: 12, currentL2: 14, currentL3: 16 },
  ...{ powerL1: 18, powerL2: 20, powerL3: 22, totalPower: 40 },
});

export const FACTORY_LINE: SerialLine = { baud: 9600, parity: 'none', stopBits: 1 };

function setting(name: string, address: number, functionCode: 3 | 4): InfoRow {
  return { name, address, functionCode, form: { kind: 'number', encoding: 'uint16', wordOrder: 'big' } };
}

export const IDENTIFICATION_CODE: InfoRow = setting('identification code', 0x000b, 4);

/** EM300 and EM100 families. */
export const EASY_CONNECTION: Refusal = {
  row: setting('measurement mode', 0x1103, 3),
  values: [0],
  text: 'easy connection (A) never shows export; set the measurement mode to B (bidirectional); the PFA types cannot',
};

/** The EM24's applications A to G; only in H are all values signed. */
export function signlessApplication(address: number): Refusal {
  return {
    row: setting('application', address, 3),
    values: [0, 1, 2, 3, 4, 5, 6],
    text: 'applications A to G (0 to 6) may hide export; set the application to H (7)',
  };
}
