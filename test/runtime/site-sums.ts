/** The sums over all charge points, by what their slaves said last. */
import t from 'tap';
import { siteSums } from '../../src/runtime/site-sums.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from '../dlm/rig.js';

const IDS = ['a', 'b', 'c', 'd', 'e'] as const;
const SITE = site({
  circuits: [circuit({ id: 'main', limitA: [63, 63, 63] })],
  chargePoints: IDS.map((id) => chargePoint({ id })),
});

t.test('example 75: free, occupied without charging and charging add up to all configured', async (t) => {
  const rig = new Rig({ site: SITE });
  const sums = () => siteSums(rig.controller.records, rig.nowMs);
  t.match(sums(), { free: 0, occupied: 5, outOfService: 5, charging: 0 }, 'nothing was heard yet');
  rig.run(20_000);
  t.match(sums(), { free: 5, occupied: 0, outOfService: 0, charging: 0, powerW: 0, limiting: false });
  rig.slave('a').plugIn({ maxA: 16 });
  rig.slave('b').plugIn({ phases: 1, maxA: 10 });
  rig.slave('c').plugIn();
  rig.slave('c').state = 'SuspendedEV';
  rig.slave('c').drawsA = 0;
  rig.slave('d').state = 'Faulted';
  rig.slave('e').isHeard = false;
  rig.run(30_000);
  t.same(sums(), {
    free: 0,
    occupied: 3,
    outOfService: 2,
    charging: 2,
    powerW: 58 * 230,
    currentA: [26, 16, 16],
    limiting: false,
  });
  for (const state of ['Preparing', 'Finishing', 'Reserved', 'Unavailable', 'Available', 'SuspendedEVSE'] as const) {
    rig.slave('c').state = state;
    rig.run(2_000);
    const { free, occupied, charging } = sums();
    t.equal(free + occupied + charging, IDS.length, state);
    t.equal(free, state === 'Available' ? 1 : 0, state);
  }
});

t.test('limiting: a vehicle would take more than the site has for it', async (t) => {
  const rig = new Rig({ site: { ...SITE, circuits: [circuit({ id: 'main', limitA: [40, 40, 40] })] } });
  const limiting = (): boolean => siteSums(rig.controller.records, rig.nowMs).limiting;
  rig.slave('a').plugIn();
  rig.run(20_000);
  t.equal(limiting(), false, 'alone it has its own maximum');
  rig.slave('b').plugIn();
  rig.run(20_000);
  t.equal(limiting(), true, 'both would take 32 A of 40');
  rig.slave('a').drawsA = 7;
  rig.slave('b').drawsA = 7;
  rig.run(5_000);
  t.equal(limiting(), false, 'they leave what they have');
  for (const id of ['c', 'd', 'e']) rig.slave(id).plugIn();
  rig.slave('a').drawsA = undefined;
  rig.slave('b').drawsA = undefined;
  rig.run(20_000);
  t.equal(rig.limits, '8 8 8 8 8');
  t.equal(limiting(), true);
});
