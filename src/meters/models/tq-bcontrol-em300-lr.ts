/**
 * TQ Energy Manager EM300-LR, sold as B-Control EM300 too: Modbus TCP port 502. One source: the driver of OpenEMS.
 * Import and export are registers of their own without a sign, in 0.1 W: the power is their difference. Currents, in mA,
 * are magnitudes. Between the groups lies what that source does not name: one read for each group.
 */
import { type MeterModel, meterRows } from '../model.js';

const FORMAT = { functionCode: 3, encoding: 'uint32', wordOrder: 'big' } as const;

export const TQ_BCONTROL_EM300_LR: MeterModel = {
  id: 'tq-bcontrol-em300-lr',
  title: 'TQ Energy Manager EM300-LR, B-Control EM300',
  aliases: ['tq-em300', 'tq-em300-lr', 'b-control-em300', 'bcontrol-em300'],
  phases: 3,
  connections: ['tcp', 'rtu'],
  unitId: 1,
  limits: { maxRegisters: 125, maxGap: 0 },
  currents: 'magnitude',
  rows: [
    ...meterRows(
      { ...FORMAT, scale: { V: 0.001, A: 0.001, W: 0.1 } },
      {
        ...{ voltageL1: 62, voltageL2: 102, voltageL3: 142 },
        ...{ currentL1: 60, currentL2: 100, currentL3: 140 },
        ...{ powerL1: 40, powerL2: 80, powerL3: 120, totalPower: 0 },
      },
    ),
    ...meterRows({ ...FORMAT, scale: { W: -0.1 } }, { powerL1: 42, powerL2: 82, powerL3: 122, totalPower: 2 }),
  ],
  passedOver: [],
  confidence: 'one source',
  notes: ['Modbus must be switched on in the web page of the device.', 'The unit id is not confirmed.'],
};
