/**
 * Where each model has its values, copied from the verified facts a second time (makers' papers and drivers that agree):
 * the maps are held to this table, and this table to nothing that was written for them.
 */
import type { Encoding, MeterMeasurand, WordOrder } from '../../src/base/registers.js';

/** Measurand, first register (0-based), function, encoding, word order, scale to V, A, W; in the order of addresses. */
export type Fact = readonly [MeterMeasurand, number, 3 | 4, Encoding, WordOrder, number];

interface ModelFacts {
  /** `one source` as soon as one of the rows has a single one. */
  readonly confidence: 'two sources' | 'one source';
  readonly rows: readonly Fact[];
}

export const FACTS: Readonly<Record<string, ModelFacts>> = {
  'siemens-pac2200': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 1, 3, 'float32', 'big', 1],
      ['voltageL2', 3, 3, 'float32', 'big', 1],
      ['voltageL3', 5, 3, 'float32', 'big', 1],
      ['currentL1', 13, 3, 'float32', 'big', 1],
      ['currentL2', 15, 3, 'float32', 'big', 1],
      ['currentL3', 17, 3, 'float32', 'big', 1],
      ['powerL1', 25, 3, 'float32', 'big', 1],
      ['powerL2', 27, 3, 'float32', 'big', 1],
      ['powerL3', 29, 3, 'float32', 'big', 1],
      ['totalPower', 65, 3, 'float32', 'big', 1],
    ],
  },
  'phoenix-empro-ma37x-mb37x': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 32774, 3, 'float32', 'little', 1],
      ['voltageL2', 32776, 3, 'float32', 'little', 1],
      ['voltageL3', 32778, 3, 'float32', 'little', 1],
      ['currentL1', 32782, 3, 'float32', 'little', 1],
      ['currentL2', 32784, 3, 'float32', 'little', 1],
      ['currentL3', 32786, 3, 'float32', 'little', 1],
      ['totalPower', 32790, 3, 'float32', 'little', 1],
      ['powerL1', 32798, 3, 'float32', 'little', 1],
      ['powerL2', 32800, 3, 'float32', 'little', 1],
      ['powerL3', 32802, 3, 'float32', 'little', 1],
    ],
  },
  'phoenix-eem-em377': {
    confidence: 'one source',
    rows: [
      ['voltageL1', 4096, 4, 'float32', 'big', 1],
      ['voltageL2', 4098, 4, 'float32', 'big', 1],
      ['voltageL3', 4100, 4, 'float32', 'big', 1],
      ['currentL1', 4110, 4, 'float32', 'big', 1],
      ['currentL2', 4112, 4, 'float32', 'big', 1],
      ['currentL3', 4114, 4, 'float32', 'big', 1],
      ['powerL1', 4128, 4, 'float32', 'big', 1],
      ['powerL2', 4130, 4, 'float32', 'big', 1],
      ['powerL3', 4132, 4, 'float32', 'big', 1],
      ['totalPower', 4134, 4, 'float32', 'big', 1],
    ],
  },
  'phoenix-eem-em377-int': {
    confidence: 'one source',
    rows: [
      ['voltageL1', 0, 4, 'uint32', 'big', 0.001],
      ['voltageL2', 2, 4, 'uint32', 'big', 0.001],
      ['voltageL3', 4, 4, 'uint32', 'big', 0.001],
      ['currentL1', 14, 4, 'uint32', 'big', 0.001],
      ['currentL2', 16, 4, 'uint32', 'big', 0.001],
      ['currentL3', 18, 4, 'uint32', 'big', 0.001],
      ['powerL1', 32, 4, 'int64', 'big', 0.001],
      ['powerL2', 36, 4, 'int64', 'big', 0.001],
      ['powerL3', 40, 4, 'int64', 'big', 0.001],
      ['totalPower', 44, 4, 'int64', 'big', 0.001],
    ],
  },
  'carlo-gavazzi-em24-din': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'int32', 'little', 0.1],
      ['voltageL2', 2, 4, 'int32', 'little', 0.1],
      ['voltageL3', 4, 4, 'int32', 'little', 0.1],
      ['currentL1', 12, 4, 'int32', 'little', 0.001],
      ['currentL2', 14, 4, 'int32', 'little', 0.001],
      ['currentL3', 16, 4, 'int32', 'little', 0.001],
      ['powerL1', 18, 4, 'int32', 'little', 0.1],
      ['powerL2', 20, 4, 'int32', 'little', 0.1],
      ['powerL3', 22, 4, 'int32', 'little', 0.1],
      ['totalPower', 40, 4, 'int32', 'little', 0.1],
    ],
  },
  'carlo-gavazzi-em24-e1': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'int32', 'little', 0.1],
      ['voltageL2', 2, 4, 'int32', 'little', 0.1],
      ['voltageL3', 4, 4, 'int32', 'little', 0.1],
      ['currentL1', 12, 4, 'int32', 'little', 0.001],
      ['currentL2', 14, 4, 'int32', 'little', 0.001],
      ['currentL3', 16, 4, 'int32', 'little', 0.001],
      ['powerL1', 18, 4, 'int32', 'little', 0.1],
      ['powerL2', 20, 4, 'int32', 'little', 0.1],
      ['powerL3', 22, 4, 'int32', 'little', 0.1],
      ['totalPower', 40, 4, 'int32', 'little', 0.1],
    ],
  },
  'carlo-gavazzi-em340': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'int32', 'little', 0.1],
      ['voltageL2', 2, 4, 'int32', 'little', 0.1],
      ['voltageL3', 4, 4, 'int32', 'little', 0.1],
      ['currentL1', 12, 4, 'int32', 'little', 0.001],
      ['currentL2', 14, 4, 'int32', 'little', 0.001],
      ['currentL3', 16, 4, 'int32', 'little', 0.001],
      ['powerL1', 18, 4, 'int32', 'little', 0.1],
      ['powerL2', 20, 4, 'int32', 'little', 0.1],
      ['powerL3', 22, 4, 'int32', 'little', 0.1],
      ['totalPower', 40, 4, 'int32', 'little', 0.1],
    ],
  },
  'carlo-gavazzi-em111': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'int32', 'little', 0.1],
      ['currentL1', 2, 4, 'int32', 'little', 0.001],
      ['powerL1', 4, 4, 'int32', 'little', 0.1],
    ],
  },
  'eastron-sdm630-v2': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'float32', 'big', 1],
      ['voltageL2', 2, 4, 'float32', 'big', 1],
      ['voltageL3', 4, 4, 'float32', 'big', 1],
      ['currentL1', 6, 4, 'float32', 'big', 1],
      ['currentL2', 8, 4, 'float32', 'big', 1],
      ['currentL3', 10, 4, 'float32', 'big', 1],
      ['powerL1', 12, 4, 'float32', 'big', 1],
      ['powerL2', 14, 4, 'float32', 'big', 1],
      ['powerL3', 16, 4, 'float32', 'big', 1],
      ['totalPower', 52, 4, 'float32', 'big', 1],
    ],
  },
  'eastron-sdm630mct-v2': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'float32', 'big', 1],
      ['voltageL2', 2, 4, 'float32', 'big', 1],
      ['voltageL3', 4, 4, 'float32', 'big', 1],
      ['currentL1', 6, 4, 'float32', 'big', 1],
      ['currentL2', 8, 4, 'float32', 'big', 1],
      ['currentL3', 10, 4, 'float32', 'big', 1],
      ['powerL1', 12, 4, 'float32', 'big', 1],
      ['powerL2', 14, 4, 'float32', 'big', 1],
      ['powerL3', 16, 4, 'float32', 'big', 1],
      ['totalPower', 52, 4, 'float32', 'big', 1],
    ],
  },
  'eastron-sdm72d-m-v2': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'float32', 'big', 1],
      ['voltageL2', 2, 4, 'float32', 'big', 1],
      ['voltageL3', 4, 4, 'float32', 'big', 1],
      ['currentL1', 6, 4, 'float32', 'big', 1],
      ['currentL2', 8, 4, 'float32', 'big', 1],
      ['currentL3', 10, 4, 'float32', 'big', 1],
      ['powerL1', 12, 4, 'float32', 'big', 1],
      ['powerL2', 14, 4, 'float32', 'big', 1],
      ['powerL3', 16, 4, 'float32', 'big', 1],
      ['totalPower', 52, 4, 'float32', 'big', 1],
    ],
  },
  'eastron-sdm72d-m-v1': {
    confidence: 'two sources',
    rows: [['totalPower', 52, 4, 'float32', 'big', 1]],
  },
  'eastron-sdm120': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'float32', 'big', 1],
      ['currentL1', 6, 4, 'float32', 'big', 1],
      ['powerL1', 12, 4, 'float32', 'big', 1],
    ],
  },
  'eastron-sdm230': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 0, 4, 'float32', 'big', 1],
      ['currentL1', 6, 4, 'float32', 'big', 1],
      ['powerL1', 12, 4, 'float32', 'big', 1],
    ],
  },
  'inepro-pro380': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 20482, 3, 'float32', 'big', 1],
      ['voltageL2', 20484, 3, 'float32', 'big', 1],
      ['voltageL3', 20486, 3, 'float32', 'big', 1],
      ['currentL1', 20492, 3, 'float32', 'big', 1],
      ['currentL2', 20494, 3, 'float32', 'big', 1],
      ['currentL3', 20496, 3, 'float32', 'big', 1],
      ['totalPower', 20498, 3, 'float32', 'big', 1000],
      ['powerL1', 20500, 3, 'float32', 'big', 1000],
      ['powerL2', 20502, 3, 'float32', 'big', 1000],
      ['powerL3', 20504, 3, 'float32', 'big', 1000],
    ],
  },
  'iskra-wm3m4': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 107, 4, 't5', 'big', 1],
      ['voltageL2', 109, 4, 't5', 'big', 1],
      ['voltageL3', 111, 4, 't5', 'big', 1],
      ['currentL1', 126, 4, 't5', 'big', 1],
      ['currentL2', 128, 4, 't5', 'big', 1],
      ['currentL3', 130, 4, 't5', 'big', 1],
      ['totalPower', 140, 4, 't6', 'big', 1],
      ['powerL1', 142, 4, 't6', 'big', 1],
      ['powerL2', 144, 4, 't6', 'big', 1],
      ['powerL3', 146, 4, 't6', 'big', 1],
    ],
  },
  'tq-bcontrol-em300-lr': {
    confidence: 'one source',
    rows: [
      ['totalPower', 0, 3, 'uint32', 'big', 0.1],
      ['totalPower', 2, 3, 'uint32', 'big', -0.1],
      ['powerL1', 40, 3, 'uint32', 'big', 0.1],
      ['powerL1', 42, 3, 'uint32', 'big', -0.1],
      ['currentL1', 60, 3, 'uint32', 'big', 0.001],
      ['voltageL1', 62, 3, 'uint32', 'big', 0.001],
      ['powerL2', 80, 3, 'uint32', 'big', 0.1],
      ['powerL2', 82, 3, 'uint32', 'big', -0.1],
      ['currentL2', 100, 3, 'uint32', 'big', 0.001],
      ['voltageL2', 102, 3, 'uint32', 'big', 0.001],
      ['powerL3', 120, 3, 'uint32', 'big', 0.1],
      ['powerL3', 122, 3, 'uint32', 'big', -0.1],
      ['currentL3', 140, 3, 'uint32', 'big', 0.001],
      ['voltageL3', 142, 3, 'uint32', 'big', 0.001],
    ],
  },
  'abb-b23-b24': {
    confidence: 'two sources',
    rows: [
      ['voltageL1', 23296, 3, 'uint32', 'big', 0.1],
      ['voltageL2', 23298, 3, 'uint32', 'big', 0.1],
      ['voltageL3', 23300, 3, 'uint32', 'big', 0.1],
      ['currentL1', 23308, 3, 'uint32', 'big', 0.01],
      ['currentL2', 23310, 3, 'uint32', 'big', 0.01],
      ['currentL3', 23312, 3, 'uint32', 'big', 0.01],
      ['totalPower', 23316, 3, 'int32', 'big', 0.01],
      ['powerL1', 23318, 3, 'int32', 'big', 0.01],
      ['powerL2', 23320, 3, 'int32', 'big', 0.01],
      ['powerL3', 23322, 3, 'int32', 'big', 0.01],
    ],
  },
};
