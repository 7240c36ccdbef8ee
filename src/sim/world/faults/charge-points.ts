/** Rows 18 to 29 and 60: charge points, their vehicles and their boxes. */
import { TYPICAL_VEHICLE } from '../../../chargers/vehicle.js';
import type { Misbehaviour } from '../charge-point.js';
import type { ChargePointPlan, VehiclePlan } from '../scenario.js';
import { type Injector, type Mend, MINUTE_MS, SECOND_MS, type Strike } from './injector.js';
import { cutOff } from './network.js';

const EXCESS_A = 3;
const TAKES_A = 7;
const STRANGER = 'stranger';
const VISITOR: Omit<VehiclePlan, 'phases'> = {
  ...TYPICAL_VEHICLE,
  maxA: 32,
};
/** For how long it is seen with all its phases. */
const STAYS_MS = 10 * SECOND_MS;
const MORE_DISCONNECTED_A = 4;

function misbehave({ world, target }: Strike, wrong: Partial<Misbehaviour>): Mend {
  const { hardware } = world.box(target);
  const nowMs = (): number => world.box(target).nowMs;
  const mend = hardware.misbehave(wrong, nowMs());
  return () => mend(nowMs());
}

function vehicle(row: number, name: string, what: string, wrong: Partial<Misbehaviour>): Injector {
  const lastsMs = [20 * SECOND_MS, 3 * MINUTE_MS] as const;
  return { row, name, what, lastsMs, target: 'chargePoint', begin: (at) => misbehave(at, wrong) };
}

/** Off, and on again at the end, whatever happened to it meanwhile. */
function powerCut({ world, target }: Pick<Strike, 'world' | 'target'>): Mend {
  world.box(target).powerOff();
  return () => {
    // It may have been taken away meanwhile, or have its power back.
    const box = world.boxes.get(target);
    if (box && !box.isOn) box.boot();
  };
}

/** A new vehicle, so that one phase is all that was ever seen of it. */
function addPhases(at: Strike): Mend {
  const { hardware, nowMs } = at.world.box(at.target);
  const found = hardware.vehicle;
  if (found) hardware.unplug(nowMs);
  const mend = misbehave(at, { phases: 1 });
  const vehicle: VehiclePlan = { ...(found ?? VISITOR), phases: 3 };
  hardware.plugIn(vehicle, nowMs);
  return () => {
    mend();
    at.world.time.at(at.world.time.nowMs + STAYS_MS, () => {
      // Nobody planned its visit, so nobody else ends it.
      if (!found && hardware.vehicle === vehicle) hardware.unplug(at.world.box(at.target).nowMs);
    });
  };
}

/** One more box, with the id of another one or an own one. */
function oneMore({ world, target }: Strike, tapId: string, change: Partial<ChargePointPlan>): Mend {
  const { plan } = world.box(target).hardware;
  if (world.boxes.has(tapId)) return () => {};
  world.addBox({ ...plan, ...change }, tapId);
  return () => world.removeBox(tapId);
}

export const CHARGE_POINT_INJECTORS: readonly Injector[] = [
  vehicle(18, 'charger-deaf', 'the charger follows no limit any more', { isDeaf: true }),
  vehicle(18, 'charger-overdraws', `draws ${EXCESS_A} A more than it may`, { excessA: EXCESS_A }),
  {
    row: 19,
    name: 'charger-outlasts-lease',
    what: 'hears nothing any more, and draws on when its lease is over',
    lastsMs: [30 * SECOND_MS, 2 * MINUTE_MS],
    target: 'chargePoint',
    begin: (at) => {
      const [mend, heal] = [misbehave(at, { isDeaf: true }), cutOff(at, [at.target], 'toSlave')];
      return () => {
        heal();
        mend();
      };
    },
  },
  vehicle(20, 'vehicle-drops-phases', 'goes on with one phase', { phases: 1 }),
  {
    row: 21,
    name: 'vehicle-adds-phases',
    what: 'begins with one phase, and takes the others in the middle',
    lastsMs: [20 * SECOND_MS, 2 * MINUTE_MS],
    target: 'chargePoint',
    begin: addPhases,
  },
  vehicle(22, 'vehicle-takes-less', `takes ${TAKES_A} A of whatever it is offered`, { takesAtMostA: TAKES_A }),
  vehicle(22, 'vehicle-pauses', 'pauses by itself', { isPausing: true }),
  vehicle(22, 'charger-faulted', 'reports a fault, and draws nothing', {
    state: 'Faulted',
    errorCode: 'GroundFailure',
    isPausing: true,
  }),
  {
    row: 24,
    name: 'slave-reboots',
    what: 'loses power for a moment',
    lastsMs: [500, 20 * SECOND_MS],
    target: 'chargePoint',
    begin: (at) => powerCut(at),
  },
  {
    row: 25,
    name: 'slave-doubled',
    what: 'a second box with the same id',
    lastsMs: [MINUTE_MS, 3 * MINUTE_MS],
    target: 'chargePoint',
    begin: (at) => oneMore(at, `${at.target} twin`, {}),
  },
  {
    row: 28,
    name: 'slave-unknown',
    what: 'a charge point that nobody has listed',
    lastsMs: [MINUTE_MS, 3 * MINUTE_MS],
    target: 'chargePoint',
    begin: (at) => {
      const circuit = at.world.scenario.config.site.defaultCircuit;
      const mend = oneMore(at, STRANGER, { id: STRANGER, circuit });
      return () => {
        mend();
        at.world.forget(STRANGER);
      };
    },
  },
  {
    row: 29,
    name: 'slave-disconnected-limit',
    what: `comes back with a disconnected limit that is ${MORE_DISCONNECTED_A} A higher`,
    lastsMs: [30 * SECOND_MS, 2 * MINUTE_MS],
    target: 'chargePoint',
    begin: (at) => {
      const box = at.world.box(at.target);
      // As it was built: of two that overlap each takes back the same.
      const { disconnectedLimitA } = box.hardware.plan;
      const comeBackWith = (limitA: number): void => {
        box.powerOff();
        box.disconnectedLimitA = limitA;
        box.boot();
      };
      comeBackWith(disconnectedLimitA + MORE_DISCONNECTED_A);
      return () => comeBackWith(disconnectedLimitA);
    },
  },
  {
    row: 36,
    name: 'slave-moves',
    what: 'gets another address, and runs on',
    lastsMs: [10 * SECOND_MS, MINUTE_MS],
    target: 'chargePoint',
    begin: ({ world, target }) => {
      const { host } = world.box(target);
      world.box(target).move(`${host}'`);
      return () => world.box(target).move(host);
    },
  },
  {
    row: 60,
    name: 'voltage-dip',
    what: 'all charge points lose power together',
    lastsMs: [500, 5 * SECOND_MS],
    target: 'network',
    begin: ({ world }) => {
      const mends = [...world.boxes.keys()].map((target) => powerCut({ world, target }));
      return () => {
        for (const mend of mends) mend();
      };
    },
  },
];
