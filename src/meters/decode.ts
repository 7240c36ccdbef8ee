/** From what was read to one reading: grid order, import positive, or a reason why these values must not be used. */
import type { MeterMeasurand } from '../base/registers.js';
import { fail, ok, type Result } from '../base/result.js';
import { gridPhases, type Rotation, toGrid } from '../base/rotation.js';
import {
  mapPhases,
  type PerPhase,
  PHASE_NAMES,
  PHASES,
  type PhaseIndex,
  type Volts,
  type Watts,
} from '../base/units.js';
import { type BlockWords, rowValue } from '../modbus/rows.js';
import type { MeterReading } from '../ports/meter-reading.js';
import type { MeterMap } from './model.js';

/**
 * Below this the sign of a phase power is noise around zero, and the current counts as import: the safe side, and the
 * right one for a reactive load.
 */
const TINY_POWER_W: Watts = 10;
/** A terminal that is not connected shows nothing, or what an open wire picks up. */
const DEAD_VOLTAGE_V: Volts = 100;
const DEAD_CURRENT_A = 0.1;

/** How the meter is connected, and what its circuit needs of it. */
export interface Installation {
  /** Currents and powers are multiplied with it: 40 for transformers 200/5 A that the meter does not know of. */
  readonly ctRatio: number;
  /** Whose current transformer sits the wrong way round; in the meter's own order. */
  readonly inverted: PerPhase<boolean>;
  /** How the meter's own L1, L2, L3 meet the grid's. */
  readonly order: Rotation;
  /**
   * Grid order. A phase without a value is a reason to reject the reading where it is needed, and `null` elsewhere: a
   * terminal that is not connected says "no value" for ever, or 0 V and 0 A.
   */
  readonly needed: PerPhase<boolean>;
}

export const AS_LABELLED: Installation = {
  ctRatio: 1,
  inverted: [false, false, false],
  order: 'RST',
  needed: [true, true, true],
};

type Values = ReadonlyMap<MeterMeasurand, number | null>;
type Triple = PerPhase<number | null>;

/** The phase of the meter that a measurand belongs to; `undefined` for the total. */
function phaseOf(measurand: MeterMeasurand): PhaseIndex | undefined {
  return PHASES.find((phase) => measurand.endsWith(PHASE_NAMES[phase]));
}

function readValues(
  { rows }: MeterMap,
  blocks: readonly BlockWords[],
  { needed, order }: Installation,
): Result<Values> {
  const grid = gridPhases(order);
  const values = new Map<MeterMeasurand, number | null>();
  for (const row of rows) {
    const phase = phaseOf(row.measurand);
    const isNeeded = phase === undefined ? needed.every(Boolean) : needed[grid[phase]];
    const value = rowValue(row, blocks);
    if (!value.ok && (isNeeded || !value.error.isNotAvailable)) return fail(value.error.text);
    const before = values.get(row.measurand);
    values.set(row.measurand, value.ok && before !== null ? (before ?? 0) + value.value : null);
  }
  return ok(values);
}

/** In the meter's own order; multiplied with the factor of each phase. */
function triple(values: Values, quantity: 'voltage' | 'current' | 'power', factor: PerPhase<number>): Triple {
  return mapPhases((phase) => {
    const value = values.get(`${quantity}${PHASE_NAMES[phase]}`) ?? null;
    // + 0: never a negative zero.
    return value === null ? null : value * factor[phase] + 0;
  });
}

function signed(magnitude: number | null, powerW: Watts | null): number | null {
  if (magnitude === null) return null;
  return powerW !== null && powerW <= -TINY_POWER_W ? -Math.abs(magnitude) : Math.abs(magnitude);
}

/** What the meter adds up is wrong where one transformer of several is inverted, and then it is added up again here. */
function totalPower(
  model: MeterMap,
  values: Values,
  powerW: Triple,
  { inverted, ctRatio }: Installation,
): Watts | null {
  const measured = PHASES.filter((phase) => model.rows.some((row) => phaseOf(row.measurand) === phase));
  const turned = measured.filter((phase) => inverted[phase]).length;
  const total = values.get('totalPower');
  if (total !== undefined && (turned === 0 || turned === measured.length)) {
    return total === null ? null : total * (turned === 0 ? ctRatio : -ctRatio) + 0;
  }
  const known = measured.flatMap((phase) => powerW[phase] ?? []);
  return known.length === 0 || known.length < measured.length ? null : known.reduce((sum, watts) => sum + watts, 0);
}

/** Whether nothing is connected there. */
function isDead(volts: number | null, amps: number | null): boolean {
  return (volts ?? 0) < DEAD_VOLTAGE_V && Math.abs(amps ?? 0) < DEAD_CURRENT_A;
}

/** One reading from the blocks of a poll. Fails, naming the register, when a needed one is missing or says "no value". */
export function decodeReading(
  model: MeterMap,
  blocks: readonly BlockWords[],
  installation: Installation = AS_LABELLED,
): Result<MeterReading> {
  const values = readValues(model, blocks, installation);
  if (!values.ok) return values;
  const { inverted, ctRatio, order, needed } = installation;
  const factor = mapPhases((phase) => (inverted[phase] ? -ctRatio : ctRatio));
  const powerW = triple(values.value, 'power', factor);
  const flowA = triple(values.value, 'current', factor);
  const currentA = model.currents === 'signed' ? flowA : mapPhases((phase) => signed(flowA[phase], powerW[phase]));
  const voltageV = triple(values.value, 'voltage', [1, 1, 1]);
  const inGrid = toGrid(
    order,
    mapPhases((phase) => ({ amps: currentA[phase], volts: voltageV[phase], watts: powerW[phase] })),
  );
  const connected = mapPhases((phase) => needed[phase] || !isDead(inGrid[phase].volts, inGrid[phase].amps));
  return ok({
    currentA: mapPhases((phase) => (connected[phase] ? inGrid[phase].amps : null)),
    voltageV: mapPhases((phase) => (connected[phase] ? inGrid[phase].volts : null)),
    powerW: mapPhases((phase) => (connected[phase] ? inGrid[phase].watts : null)),
    totalPowerW: totalPower(model, values.value, powerW, installation),
  });
}
