/** Where a phase switch of a charge point makes no sense. */
import type { Facts } from './facts.js';
import type { Finding } from './issue.js';

export function switchFindings({ chargePoints, network }: Facts): Finding[] {
  return chargePoints.items.flatMap(({ path, value: { phaseSwitch, phases = 3 } }) => {
    if (phaseSwitch === undefined) return [];
    const own = [...path, 'phaseSwitch'];
    if (network === 'IT') return [{ path: own, expected: 'nothing in an IT network', got: phaseSwitch }];
    const expected = `phases 3 of the charge point, or no phaseSwitch`;
    return phases === 3 ? [] : [{ path: own, expected, got: `${phaseSwitch} and phases ${phases}` }];
  });
}
