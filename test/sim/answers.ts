/** S5, on the product's own slave: whoever was granted something else says so at once, not with the next heartbeat. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { type Ms, perPhase } from '../../src/base/units.js';
import { TYPICAL_VEHICLE } from '../../src/chargers/vehicle.js';
import { VirtualGroup } from '../../src/sim/virtual-group.js';
import { chargePoint, circuit, site } from '../helpers/site.js';

const STEP_MS: Ms = 5;
const WAY_MS: Ms = 50;

t.test('S5: an accepted grant is answered at once, the same limit too', async (t) => {
  const of = site({
    autoAdopt: false,
    circuits: [circuit({ id: 'main', limitA: perPhase(32) })],
    chargePoints: [chargePoint({ id: 'a' })],
  });
  const group = new VirtualGroup(of, seededRng(1));
  group.addSlave({ id: 'a', phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 6 });
  group.startMaster();
  group.plugIn('a', { ...TYPICAL_VEHICLE, phases: 3, maxA: 32 });
  group.run(20_000);
  const [record] = group.master.controller.records;
  let grants = 0;
  let before = record?.grants.last;
  let sinceMs = 0;
  let latestMs = 0;
  for (let ms = 0; ms < 10_000; ms += STEP_MS) {
    group.run(STEP_MS);
    if (record?.grants.last !== before) {
      before = record?.grants.last;
      grants += 1;
      sinceMs = ms;
    }
    if (record?.account.openGrants[0]?.seq === before?.seq) continue;
    latestMs = Math.max(latestMs, ms - sinceMs);
  }
  t.ok(grants >= 9, `${grants} grants`);
  t.ok(latestMs <= WAY_MS, `acknowledged within ${latestMs} ms`);
});
