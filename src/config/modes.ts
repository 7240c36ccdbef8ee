/** DLB and ALM: what these modes are in terms of limits, fallbacks and reserves. */
import type { Amps, PhaseAmps, Watts } from '../base/units.js';
import { mapPhases, PHASES } from '../base/units.js';
import { type ChargePoint, type Circuit, NOMINAL_VOLTAGE_V } from '../dlm/types.js';
import { upwards } from './disconnected.js';
import { ampsOrShare, toPhases } from './phase-amps.js';
import type { CircuitEntry } from './schema/circuits.js';

/** ALM always keeps so much, beside the reserve. */
const FIXED_PERCENT = 5;

export type ModeEntry = Partial<Pick<CircuitEntry, 'limitA' | 'operatorLimitA' | 'fallbackA' | 'dlb' | 'alm'>>;

/** What the mode allows; infinity without one. */
export function modeLimitW({ dlb, alm }: ModeEntry): Watts {
  if (dlb) return dlb.powerW;
  return alm ? (alm.powerW * (100 - FIXED_PERCENT - alm.reservePercent)) / 100 : Number.POSITIVE_INFINITY;
}

/** What the charge points may draw together while the meter is lost; `undefined`: no mode says so. */
export function modeFallbackW({ alm }: ModeEntry): Watts | undefined {
  return alm && (alm.powerW * alm.meterLostPercent) / 100;
}

/** The fallback of a circuit in A: as it is written, or that of its mode, the same on each phase that it has. */
export function fallbackOf(entry: ModeEntry, voltageV = NOMINAL_VOLTAGE_V): PhaseAmps {
  const { limitA = 0, operatorLimitA, fallbackA = 0 } = entry;
  const powerW = modeFallbackW(entry);
  if (powerW === undefined) return ampsOrShare(fallbackA, { limitA, operatorLimitA });
  const fuseA = toPhases(limitA);
  const count = PHASES.filter((p) => fuseA[p] > 0).length;
  const eachA: Amps = count > 0 ? powerW / voltageV / count : 0;
  return mapPhases((p) => (fuseA[p] > 0 ? eachA : 0));
}

/** The circuit with what its mode keeps free. */
export function withReserve(
  circuit: Circuit,
  { dlb, alm }: ModeEntry,
  circuits: readonly Circuit[],
  chargePoints: readonly ChargePoint[],
): Circuit {
  if (alm) return { ...circuit, reserve: { mode: 'ALM' } };
  if (!dlb) return circuit;
  const byId = new Map(circuits.map((each) => [each.id, each]));
  const below = chargePoints.filter((each) => upwards(byId, each.circuit).includes(circuit.id));
  // Each has an equal part of the power, also while it is not heard.
  return { ...circuit, reserve: { mode: 'DLB', offlineW: dlb.powerW / Math.max(1, below.length) } };
}
