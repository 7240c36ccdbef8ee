/** From what was read to one reading: grid order, import positive, or a reason why these values must not be used. */
import { fail, ok, type Result } from '../base/result.js';
import { mapPhases, type PerPhase, PHASE_NAMES, type PhaseIndex, type Watts } from '../base/units.js';
import { type BlockWords, rowValue } from '../modbus/rows.js';
import type { MeterReading } from '../ports/meter-reading.js';
import type { MeterMeasurand, MeterModel } from './model.js';

/**
 * Below this the sign of a phase power is noise around zero, and the current counts as import: the safe side, and the
 * right one for a reactive load.
 */
const TINY_POWER_W: Watts = 10;

type Values = ReadonlyMap<MeterMeasurand, number>;

function readValues(model: MeterModel, blocks: readonly BlockWords[]): Result<Values> {
  const values = new Map<MeterMeasurand, number>();
  for (const row of model.rows) {
    const value = rowValue(row, blocks);
    if (!value.ok) return value;
    values.set(row.measurand, value.value);
  }
  return ok(values);
}

function triple(values: Values, quantity: 'voltage' | 'current' | 'power'): PerPhase<number | null> {
  return mapPhases((phase) => values.get(`${quantity}${PHASE_NAMES[phase]}`) ?? null);
}

function signed(magnitude: number | null, powerW: Watts | null): number | null {
  if (magnitude === null) return null;
  return powerW !== null && powerW <= -TINY_POWER_W ? -Math.abs(magnitude) : Math.abs(magnitude);
}

/** One reading from the blocks of a poll. Fails, naming the register, when one is missing or says "no value". */
export function decodeReading(model: MeterModel, blocks: readonly BlockWords[]): Result<MeterReading> {
  const values = readValues(model, blocks);
  if (!values.ok) return fail(values.error);
  const powerW = triple(values.value, 'power');
  const currentA = triple(values.value, 'current');
  const direction = (phase: PhaseIndex): number | null =>
    model.currents === 'signed' ? currentA[phase] : signed(currentA[phase], powerW[phase]);
  return ok({
    currentA: mapPhases(direction),
    voltageV: triple(values.value, 'voltage'),
    powerW,
    totalPowerW: values.value.get('totalPower') ?? null,
  });
}
