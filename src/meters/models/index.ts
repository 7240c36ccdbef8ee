/** Every meter model that evenkeel knows. A new one is a file of rows and a line here. */
import { nearest } from '../../base/nearest.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { MeterModel } from '../model.js';
import { SIEMENS_PAC2200 } from './siemens-pac2200.js';

export const METER_MODELS: readonly MeterModel[] = [SIEMENS_PAC2200];

/** The model of that id; the error names the nearest one. */
export function meterModel(id: string): Result<MeterModel> {
  const model = METER_MODELS.find((candidate) => candidate.id === id);
  if (model) return ok(model);
  const ids = METER_MODELS.map((candidate) => candidate.id);
  const guess = nearest(id, ids);
  return fail(`meter model: expected one of ${ids.join(', ')}, got ${id}${guess ? `; did you mean ${guess}?` : ''}`);
}
