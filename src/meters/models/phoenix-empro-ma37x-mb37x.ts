/**
 * Phoenix Contact EMpro EEM-MA370, EEM-MA371, EEM-MB370-EIP, EEM-MB371-EIP: Modbus TCP port 502, unit 1, at most four
 * clients. Measured values: empro_exporter, OpenEMS and two more agree; what the device says about itself is
 * from the manual 109357_en_00. Functions 3 and 4 read the same. Currents are magnitudes; powers positive = import.
 * Trap: float32 with the low word first, and texts with the second character in the high byte.
 */
import { type MeterModel, meterRows } from '../model.js';

export const PHOENIX_EMPRO_MA37X_MB37X: MeterModel = {
  id: 'phoenix-empro-ma37x-mb37x',
  title: 'Phoenix Contact EMpro EEM-MA370, -MA371, -MB370-EIP, -MB371-EIP',
  aliases: [
    'phoenix-eem-ma370',
    'phoenix-eem-ma371',
    'phoenix-eem-mb370',
    'phoenix-eem-mb370-eip',
    'phoenix-eem-mb371',
    'phoenix-eem-mb371-eip',
    'phoenix-empro',
    '2907976',
    '2907980',
    '2907983',
    '1127059',
  ],
  phases: 3,
  connections: ['tcp'],
  unitId: 1,
  // 6 registers: the total reactive and apparent power and the power factor before the powers of the phases.
  limits: { maxRegisters: 125, maxGap: 6 },
  currents: 'magnitude',
  rows: meterRows(
    { functionCode: 3, encoding: 'float32', wordOrder: 'little', scale: {} },
    {
      ...{ voltageL1: 0x8006, voltageL2: 0x8008, voltageL3: 0x800a },
      ...{ currentL1: 0x800e, currentL2: 0x8010, currentL3: 0x8012 },
      ...{ powerL1: 0x801e, powerL2: 0x8020, powerL3: 0x8022, totalPower: 0x8016 },
    },
  ),
  passedOver: [
    // Frequency, neutral current.
    { address: 0x800c, words: 2 },
    { address: 0x8014, words: 2 },
    // Reactive power, apparent power, power factor.
    { address: 0x8018, words: 2 },
    { address: 0x801a, words: 2 },
    { address: 0x801c, words: 2 },
  ],
  confidence: 'two sources',
  notes: [
    'EEM-MB371-EIP: the map is inferred from the family; the manual lists 370 and 371 as one type.',
    'From the factory it has the fixed address 192.168.1.2, and serves four Modbus clients at most.',
  ],
  identity: {
    name: 'serial number',
    address: 342,
    functionCode: 3,
    form: { kind: 'number', encoding: 'uint32', wordOrder: 'little' },
  },
  // Order numbers of Phoenix Contact have seven digits, those of these meters begin with 29.
  probe: {
    row: { name: 'order number', address: 308, functionCode: 3, form: { kind: 'swapped-text', words: 8 } },
    expected: ['29'],
  },
};
