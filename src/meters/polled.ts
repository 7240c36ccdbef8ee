/** What a poll reads of a model: not the sum of the phases where that alone would cost a request of its own. */
import { planReads } from '../modbus/plan.js';
import type { Installation } from './decode.js';
import type { MeterModel } from './model.js';

/**
 * On a line of 9600 bit/s a request more costs as much as 13 registers, and the sum is known from its parts: it is added up
 * then. Where a phase may be missing, it is the meter that knows what it adds up.
 */
export function polledModel(model: MeterModel, { needed }: Pick<Installation, 'needed'>): MeterModel {
  const rows = model.rows.filter(({ measurand }) => measurand !== 'totalPower');
  const isKnown = (['powerL1', 'powerL2', 'powerL3'] as const).every((power) =>
    rows.some(({ measurand }) => measurand === power),
  );
  const isShorter = planReads(rows, model.limits).length < planReads(model.rows, model.limits).length;
  return isKnown && isShorter && needed.every(Boolean) ? { ...model, rows } : model;
}
