/**
 * Siemens SENTRON PAC2200 (7KM2200, Ethernet types), Modbus TCP port 502, unit 1.
 * Offsets and types: appendix "Modbus" of the device manual L1V30415167B, agreeing with the register tables of mbmd,
 * OpenEMS and Tinkerforge. The manual's offset is the protocol address; functions 3 and 4 read the same.
 * Values are primary (current transformer ratio applied in the meter). Currents are magnitudes; powers are signed,
 * positive = import. The energies (float64, from 801) are not part of the poll.
 * Traps: a read that starts inside a value or ends inside one is refused with exception 2, and so are unknown offsets;
 * PAC1600 and others of the family have other maps at similar offsets.
 */
import type { MeterMeasurand, MeterModel, MeterRow } from '../model.js';

const float32 = (measurand: MeterMeasurand, address: number, unit: MeterRow['unit']): MeterRow => ({
  measurand,
  address,
  functionCode: 3,
  encoding: 'float32',
  wordOrder: 'big',
  scale: 1,
  unit,
});

export const SIEMENS_PAC2200: MeterModel = {
  id: 'siemens-pac2200',
  title: 'Siemens SENTRON PAC2200',
  // 6 registers: between the star voltages, the currents and the powers lie three documented float32 each.
  limits: { maxRegisters: 125, maxGap: 6 },
  currents: 'magnitude',
  rows: [
    float32('voltageL1', 1, 'V'),
    float32('voltageL2', 3, 'V'),
    float32('voltageL3', 5, 'V'),
    float32('currentL1', 13, 'A'),
    float32('currentL2', 15, 'A'),
    float32('currentL3', 17, 'A'),
    float32('powerL1', 25, 'W'),
    float32('powerL2', 27, 'W'),
    float32('powerL3', 29, 'W'),
    float32('totalPower', 65, 'W'),
  ],
  passedOver: [
    // Voltages L1-L2, L2-L3, L3-L1.
    { address: 7, words: 2 },
    { address: 9, words: 2 },
    { address: 11, words: 2 },
    // Apparent power L1, L2, L3.
    { address: 19, words: 2 },
    { address: 21, words: 2 },
    { address: 23, words: 2 },
  ],
};
