/** Currents of a circuit as they are written: one number, one for each phase, or a share of its limit: "10 %". */
import { mapPhases, type PhaseAmps } from '../base/units.js';

type Written = number | readonly [number, number, number];

interface Limits {
  readonly limitA: Written;
  readonly operatorLimitA?: Written | undefined;
}

/** Shares are rounded to this: 10 % of 63 A is 6.3 A. */
const DECIMALS = 1e6;

export function toPhases(value: Written): PhaseAmps {
  return typeof value === 'number' ? [value, value, value] : value;
}

/** A share is one of the limit that it lowers: of the fuse or the operator limit, phase by phase the lower one. */
export function ampsOrShare(value: Written | string, { limitA, operatorLimitA }: Limits): PhaseAmps {
  if (typeof value !== 'string') return toPhases(value);
  const share = Number.parseFloat(value) / 100;
  const [fuseA, operatorA] = [toPhases(limitA), toPhases(operatorLimitA ?? limitA)];
  return mapPhases((p) => Math.round(share * Math.min(fuseA[p], operatorA[p]) * DECIMALS) / DECIMALS);
}
