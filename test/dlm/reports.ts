/** What a charge point reports against what is configured: a higher disconnected limit, more phases. */
import t from 'tap';
import type { Grant } from '../../src/base/messages.js';
import { type Amps, perPhase } from '../../src/base/units.js';
import type { ChargePoint, Site } from '../../src/dlm/types.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { Rig } from './rig.js';
import { statusOf } from '../helpers/messages.js';

/** Listed charge points behind one fuse. */
function behind(limitA: number, ids: string, facts: Partial<ChargePoint> = {}): Site {
  return site({
    autoAdopt: false,
    circuits: [circuit({ id: 'main', limitA: perPhase(limitA) })],
    chargePoints: ids.split(' ').map((id) => chargePoint({ id, ...facts })),
  });
}

t.test(
  'I4: a slave that reports a higher disconnected limit while it runs: nobody above its own, until it is lowered',
  async (t) => {
    const rig = new Rig({ site: behind(32, 'a b') });
    for (const slave of rig.slaves.values()) slave.plugIn();
    rig.run(3000);
    t.equal(rig.limits, '16 16');
    const report = (disconnectedLimitA: Amps): void => {
      const status = { ...rig.slave('b').status(rig.nowMs), disconnectedLimitA };
      rig.controller.hearStatus(status, rig.nowMs);
    };
    const cycles = (count: number, disconnectedLimitA: Amps): readonly Grant[] =>
      Array.from({ length: count }, () => {
        rig.nowMs += 1000;
        rig.poll('a');
        report(disconnectedLimitA);
        const grants = rig.controller.decide(rig.nowMs);
        for (const grant of grants) rig.slave(grant.chargePointId).core.hearGrant(grant, rig.nowMs);
        return grants;
      }).flat();
    const unsafe = cycles(30, 28).slice(4);
    t.ok(unsafe.length > 0 && unsafe.every(({ chargePointId, limitA }) => limitA <= (chargePointId === 'a' ? 6 : 28)));
    t.match(
      rig.alarm('FALLBACK_UNSAFE'),
      /^disconnected limits exceed the fuse: main L1: 34 A of 32 A, 2 A too much; /,
    );
    cycles(30, 6);
    t.equal(rig.alarm('FALLBACK_UNSAFE'), undefined);
    rig.run(5000);
    t.equal(rig.limits, '16 16');
  },
);

t.test('a listed one that reports more phases than its row: told once, and again when it comes back', async (t) => {
  const rig = new Rig({ site: behind(32, 'a', { phases: 1 }) });
  const hear = (phases: 1 | 2 | 3): void => {
    rig.nowMs += 1000;
    rig.controller.hearStatus(statusOf('a', { phases, tauMs: rig.nowMs }), rig.nowMs);
    rig.notices.push(...rig.controller.drainNotices());
  };
  hear(1);
  t.same(rig.events('PHASE_MISMATCH'), []);
  hear(3);
  hear(3);
  const text =
    'a reports 3 phases, the configuration lists 1: what it draws on the others is not counted; correct its phases in the configuration';
  t.same(rig.events('PHASE_MISMATCH'), [text]);
  rig.nowMs += 10_000;
  hear(3);
  t.same(rig.events('PHASE_MISMATCH'), [text, text]);
});
