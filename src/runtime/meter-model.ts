/** From a meter of the configuration to its register map and to how it is connected. */
import { ok, type Result } from '../base/result.js';
import { mapPhases, type PhaseAmps } from '../base/units.js';
import type { MeterConfig, MeterMapConfig } from '../config/types.js';
import { AS_LABELLED, type Installation } from '../meters/decode.js';
import { type MeterModel, unitOf } from '../meters/model.js';
import { meterModel } from '../meters/models/index.js';

/** A map of the file says no more about the device than where its values stand. */
function ownModel({ maxRegisters, maxGap, rows, ...map }: MeterMapConfig): MeterModel {
  return {
    ...map,
    limits: { maxRegisters, maxGap },
    rows: rows.map((row) => ({ ...row, unit: unitOf(row.measurand) })),
    passedOver: [],
    aliases: [],
    connections: ['tcp', 'rtu'],
    unitId: 1,
    confidence: 'one source',
    notes: [],
  };
}

/** The map of the file where the meter names one, else the known model; fails for a model that nobody knows. */
export function modelOfMeter({ model, map }: Pick<MeterConfig, 'model' | 'map'>): Result<MeterModel> {
  return map ? ok(ownModel(map)) : meterModel(model);
}

/** `limitA`: the fuse that the meter guards; a phase without one (0 A) needs no values. Absent: all are needed. */
export function installationOf({ wiring }: Pick<MeterConfig, 'wiring'>, limitA?: PhaseAmps): Installation {
  const needed = limitA ? mapPhases((phase) => limitA[phase] > 0) : AS_LABELLED.needed;
  return { ...AS_LABELLED, ...wiring, needed };
}
