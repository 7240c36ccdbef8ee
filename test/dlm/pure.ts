/** A decision writes nothing: asked twice of the same state it says the same, and the records stay as they are. */
import t from 'tap';
import { carryOut } from '../../src/base/carrier.js';
import { perPhase } from '../../src/base/units.js';
import { Allocator } from '../../src/dlm/allocate.js';
import { decide } from '../../src/dlm/decide.js';
import { LimitSums } from '../../src/dlm/sharing/limit-sums.js';
import { Services } from '../../src/dlm/sharing/services.js';
import { Shares } from '../../src/dlm/sharing/shares.js';
import type { Snapshot } from '../../src/dlm/sharing/snapshot.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

function snapshotOf({ controller, nowMs }: Rig, isStarting: boolean): Snapshot {
  const { site, topology, records, mastership } = controller;
  return {
    ...{ nowMs, epoch: mastership.epoch, site, topology, records, isStarting },
    shares: new Shares(new Allocator(site.circuits)),
    settings: controller.limits.settings,
    limits: controller.limits,
    services: new Services(),
    surplusShares: undefined,
    limitSums: new LimitSums(),
    surplusLimits: new Map(),
    capacities: controller.circuits(nowMs).map(({ capacity }) => capacity),
    ...{ noRaise: undefined, isStrict: false, unsafeCircuits: new Set<number>() },
  };
}

/** One leaves, one leaves its offer unused, one is paused, one is silent, one comes. */
function busyRig(): Rig {
  const ids = ['leaves', 'declines', 'paused', 'silent', 'comes'];
  const points = ids.map((id) => chargePoint({ id, disconnectedLimitA: 0 }));
  const rig = new Rig({
    site: site({
      autoAdopt: false,
      circuits: [circuit({ id: 'main', limitA: perPhase(20) })],
      chargePoints: points,
    }),
  });
  for (const id of ids.slice(0, 4)) rig.slave(id).plugIn();
  rig.slave('declines').startsAfterMs = Number.POSITIVE_INFINITY;
  rig.run(200_000);
  rig.slave('silent').isHeard = false;
  rig.run(5_000);
  rig.slave('leaves').unplug();
  rig.slave('comes').plugIn();
  rig.nowMs += 1000;
  for (const id of ids) rig.poll(id);
  return rig;
}

t.test('a decision leaves the records as they are', async (t) => {
  for (const isStarting of [false, true]) {
    const rig = busyRig();
    const before = rig.controller.records.map((record) => carryOut(record));
    const [first, second] = [snapshotOf(rig, isStarting), snapshotOf(rig, isStarting)];
    const { grants, reasons, services } = decide(first);
    t.ok(grants.length >= 1, 'it grants');
    t.ok(reasons.size >= 5, 'it explains');
    if (!isStarting) t.ok(services.size >= 1, 'it changes who is served');
    t.same(decide(second).grants, grants, 'asked again it says the same');
    t.strictSame(
      rig.controller.records.map((record) => carryOut(record)),
      before,
    );
  }
});
