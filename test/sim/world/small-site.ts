/** What the tests of the virtual site share: small sites, and worlds that ran for a while. */
import { defined } from '../../../src/base/assert.js';
import { fail } from '../../../src/base/result.js';
import type { Ms } from '../../../src/base/units.js';
import { TYPICAL_VEHICLE } from '../../../src/chargers/vehicle.js';
import { virtualPorts } from '../../../src/cli/site/ports.js';
import { METER_MODELS } from '../../../src/meters/models/index.js';
import { INJECTORS } from '../../../src/sim/world/faults/index.js';
import { Referee } from '../../../src/sim/world/judges/referee.js';
import type { Scenario, VehiclePlan } from '../../../src/sim/world/scenario.js';
import { World } from '../../../src/sim/world/world.js';
import { goodScenario } from '../scenario-support.js';

/** Two charge points behind a fuse and its meter. */
export const METERED = `name: Two behind a meter
durationMin: 20
configuration:
  site: X
  circuits: [{ id: main, limitA: 40, meter: grid, fallbackA: 16, backgroundMaxA: 20 }]
  meters: [{ id: grid, model: siemens-pac2200, connection: "tcp://192.0.2.1" }]
  chargePoints: [{ id: cp1, circuit: main }, { id: cp2, circuit: main }]
building: [{ circuit: main, lowA: 2, highA: 12 }]
vehicles: [{ chargePoint: cp1, atS: 5 }, { chargePoint: cp2, atS: 6 }]
`;

/** Two charge points behind a fuse alone. */
export const PLAIN = `name: Two behind a fuse
durationMin: 20
configuration:
  site: X
  circuits: [{ id: main, limitA: 40 }]
  chargePoints: [{ id: cp1, circuit: main }, { id: cp2, circuit: main }]
vehicles: [{ chargePoint: cp1, atS: 5 }, { chargePoint: cp2, atS: 6 }]
`;

const READ = { meterModels: METER_MODELS, readFile: () => fail('nothing'), faults: INJECTORS } as const;

export function scenarioOf(text: string, changed: Partial<Scenario> = {}): Scenario {
  return { ...goodScenario(text, READ), ...changed };
}

export interface Judged {
  readonly world: World;
  readonly referee: Referee;
  /** "I1", "breaker"..., each once. */
  readonly judges: () => readonly string[];
}

/** A world with its judges that ran for a while; its vehicles are there from the beginning. */
export async function judged(scenario: Scenario, forMs: Ms): Promise<Judged> {
  const world = new World(scenario, 1, virtualPorts);
  const referee = new Referee(world);
  for (const { chargePoint, vehicle } of scenario.visits) {
    const { hardware, nowMs } = world.box(chargePoint);
    hardware.plugIn(vehicle, nowMs);
  }
  world.start();
  await world.run(forMs);
  return { world, referee, judges: () => [...new Set(referee.violations.map(({ judge }) => judge))] };
}

export const VEHICLE: VehiclePlan = {
  ...TYPICAL_VEHICLE,
  phases: 3,
  maxA: 32,
  reactionMs: 1_000,
  rampAPerS: 8,
};

export function first<T>(items: Iterable<T>): T {
  const [one] = items;
  return defined(one, 'the first one');
}
