/** METER_LOST names each meter that is lost, with its reason, whichever was lost last. */
import t from 'tap';
import { perPhase } from '../../src/base/units.js';
import { circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';

t.test('each lost meter is named until it gives values again', async (t) => {
  const circuits = [
    circuit({ id: 'main', limitA: perPhase(63), meter: 'grid' }),
    circuit({ id: 'heating', parent: 'main', limitA: perPhase(32), meter: 'boiler' }),
  ];
  const { controller } = new Rig({ site: site({ circuits }) });
  const alarm = (): string | undefined =>
    controller.alarms.list().find(({ code, active }) => active && code === 'METER_LOST')?.text;
  t.equal(alarm(), undefined);
  controller.loseMeter('grid', 'no answer', 1_000);
  controller.loseMeter('boiler', 'connection refused', 2_000);
  t.equal(alarm(), 'grid: no answer; boiler: connection refused');
  controller.loseMeter('grid', 'another device answers', 3_000);
  t.equal(alarm(), 'grid: another device answers; boiler: connection refused', 'in the order of their loss');
  controller.recoverMeter('grid', 4_000);
  t.equal(alarm(), 'boiler: connection refused');
  controller.recoverMeter('boiler', 5_000);
  t.equal(alarm(), undefined);
});
