/** What the checks across entries look at. */
import type { Network } from '../base/rotation.js';
import type { Volts } from '../base/units.js';
import type { Path } from './issue.js';
import type { RedistributionEntry } from './schema/allocation.js';
import type { ChargePointEntry } from './schema/charge-points.js';
import type { CircuitEntry } from './schema/circuits.js';
import type { DiscoveryEntry } from './schema/discovery.js';
import type { InputEntry } from './schema/inputs.js';
import type { MeterMapEntry } from './schema/meter-maps.js';
import type { MeterEntry } from './schema/meters.js';
import type { SolarEntry } from './schema/solar.js';
import type { Draft, Drafts } from './shape.js';

/** What the checks know of a meter model. */
export interface KnownModel {
  readonly id: string;
  /** Other names; one may stand for several models. */
  readonly aliases: readonly string[];
  readonly phases: 1 | 3;
  /** From the factory. */
  readonly unitId: number;
  /** Why it can guard no circuit. */
  readonly unusable?: string;
}

/** Where something stands in the text. */
export interface Places {
  has(path: Path): boolean;
  lineOf(path: Path): number;
}

export interface Facts {
  readonly circuits: Drafts<CircuitEntry>;
  readonly meters: Drafts<MeterEntry>;
  readonly chargePoints: Drafts<ChargePointEntry>;
  readonly inputs: Drafts<InputEntry>;
  readonly network: Network | undefined;
  /** As the file says: between phase and neutral, or between conductors in an IT network. */
  readonly voltageV: Volts | undefined;
  /** Whether the file names an MQTT broker. */
  readonly hasBroker: boolean;
  readonly discovery: Draft<DiscoveryEntry>;
  readonly redistribution: Draft<RedistributionEntry>;
  /** `undefined`: the file says nothing of PV surplus. */
  readonly solar: Draft<SolarEntry> | undefined;
  /** Those that come with evenkeel. */
  readonly knownModels: readonly KnownModel[];
  /** Those of the file. */
  readonly meterMaps: Drafts<MeterMapEntry>;
  readonly places: Places;
}
