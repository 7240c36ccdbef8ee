/** PV surplus: the meter that shows it, the charge points that look at it, and contracts that export lifts. */
import type { Facts } from './facts.js';
import { type Finding, gotText, type Path } from './issue.js';
import type { CircuitEntry } from './schema/circuits.js';
import type { Draft } from './shape.js';

/** It must see the charge points: else their own current would be surplus. */
function ofMeter({ solar, circuits }: Facts): Finding[] {
  const word = solar?.value.meter;
  const owner = circuits.items.find(({ value }) => word !== undefined && value.meter === word);
  if (!solar || owner?.value.meterLocation !== 'excluding') return [];
  const expected = 'a meter that includes the charge points (meterLocation: including)';
  return [{ path: [...solar.path, 'meter'], expected, got: `${gotText(word)}, which excludes them` }];
}

/** A mode is one of a charge point below the meter of the surplus. */
function ofModes({ solar, chargePoints, circuits }: Facts): Finding[] {
  return chargePoints.items.flatMap(({ path, value: { mode, circuit } }) => {
    if (mode === undefined || mode === 'fast') return [];
    const own: Path = [...path, 'mode'];
    if (!solar) return [{ path: own, expected: 'fast, or "solar" in this file', got: gotText(mode) }];
    const owner = circuits.items.find(({ value }) => value.meter !== undefined && value.meter === solar.value.meter);
    const isKnown = owner?.value.id !== undefined && circuits.intact && circuit !== undefined;
    if (!isKnown || isBelow(circuits.items, circuit, owner.value.id)) return [];
    const expected = `fast, or a circuit below ${owner.value.id}, where the surplus is measured`;
    return [{ path: own, expected, got: `${mode} at ${circuit}` }];
  });
}

function isBelow(circuits: readonly Draft<CircuitEntry>[], from: string, above: string | undefined): boolean {
  const seen = new Set<string>();
  for (let id: string | undefined = from; id !== undefined && !seen.has(id); ) {
    if (id === above) return true;
    seen.add(id);
    id = circuits.find(({ value }) => value.id === id)?.value.parent;
  }
  return false;
}

/** Only a contract is lifted, and only by a meter that sees the charge points: they show which way it counts. */
function ofExport({ path, value }: Draft<CircuitEntry>): Finding[] {
  const { exportMakesRoom, contractW, meterLocation } = value;
  if (exportMakesRoom !== true) return [];
  const own = [...path, 'exportMakesRoom'];
  if (contractW === undefined) {
    return [{ path: own, expected: 'a circuit with contractW: export lifts nothing else', got: 'true' }];
  }
  if (meterLocation !== 'excluding') return [];
  return [{ path: own, expected: 'a meter that includes the charge points', got: 'one that excludes them' }];
}

export function solarFindings(facts: Facts): Finding[] {
  return [...ofMeter(facts), ...ofModes(facts), ...facts.circuits.items.flatMap(ofExport)];
}
