/** What the checks across entries look at. */
import type { Path } from './issue.js';
import type { ChargePointEntry, CircuitEntry, DiscoveryEntry, MeterEntry } from './schema.js';
import type { Draft, Drafts } from './shape.js';

/** Where something stands in the text. */
export interface Places {
  has(path: Path): boolean;
  lineOf(path: Path): number;
}

export interface Facts {
  readonly circuits: Drafts<CircuitEntry>;
  readonly meters: Drafts<MeterEntry>;
  readonly chargePoints: Drafts<ChargePointEntry>;
  readonly discovery: Draft<DiscoveryEntry>;
  readonly meterModels: readonly string[];
  readonly places: Places;
}
