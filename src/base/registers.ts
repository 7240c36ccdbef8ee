/** Words about registers that the configuration and the Modbus code share: how a number is spelled, what a meter says. */

/** How many 16-bit words each encoding takes. `t5`, `t6`: a decimal exponent in the first byte, a mantissa in the rest. */
export const ENCODING_WORDS = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
  t5: 2,
  t6: 2,
} as const;

export type Encoding = keyof typeof ENCODING_WORDS;
export const ENCODINGS = Object.keys(ENCODING_WORDS) as readonly Encoding[];

/** Which word of a value has the lowest address: `big` = the most significant one. */
export const WORD_ORDERS = ['big', 'little'] as const;
export type WordOrder = (typeof WORD_ORDERS)[number];

/** The protocol's own limit of registers in one read (Modbus application protocol V1.1b3, 6.3 and 6.4). */
export const MAX_REGISTERS = 125;

/** What a row of a meter's map may say. */
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
