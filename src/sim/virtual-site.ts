/** What a meter at the supply of a virtual site shows: the building's day, the charge points, and the voltage that they leave. */
import { mapPhases, type PerPhase, type PhaseAmps, type Volts } from '../base/units.js';
import type { Circuit } from '../dlm/types.js';
import { type Building, buildingCurrentA } from './day/profile.js';

/** Between the transformer and the site, at no load. */
const OPEN_VOLTAGE_V: Volts = 232;
/** Line and transformer: 100 A take 2 V. */
const SOURCE_RESISTANCE_OHM = 0.02;

export interface SupplyMoment {
  readonly building: Building;
  /** Minute of the day; fractions allowed. */
  readonly minute: number;
  /** What all charge points together draw, grid order. */
  readonly chargePointsA: PhaseAmps;
  readonly meterLocation: Circuit['meterLocation'];
}

export interface SupplyValues {
  /** Grid order, signed: positive = import. */
  readonly currentA: PhaseAmps;
  /** Phase to neutral. Follows everything that flows, whether the meter counts it or not. */
  readonly voltageV: PerPhase<Volts>;
}

export function supplyValues({ building, minute, chargePointsA, meterLocation }: SupplyMoment): SupplyValues {
  const buildingA = buildingCurrentA(building, minute);
  const totalA = mapPhases((phase) => buildingA[phase] + chargePointsA[phase]);
  return {
    currentA: meterLocation === 'including' ? totalA : buildingA,
    voltageV: mapPhases((phase) => OPEN_VOLTAGE_V - SOURCE_RESISTANCE_OHM * totalA[phase]),
  };
}
