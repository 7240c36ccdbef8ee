/** The order of grants decides which limit a slave believes. */
import t from 'tap';
import { CHARGE_POINT_STATES, compareGrants, type GrantNumber } from '../../src/base/messages.js';

t.test('grants are ordered by epoch, then by sequence number', async (t) => {
  const inOrder: readonly GrantNumber[] = [
    { epoch: 0, seq: 0 },
    { epoch: 1, seq: 1 },
    { epoch: 1, seq: 2 },
    { epoch: 1, seq: 4_294_967_295 },
    { epoch: 2, seq: 1 },
    { epoch: 10, seq: 0 },
    { epoch: 4_294_967_295, seq: 1 },
  ];
  for (const [i, a] of inOrder.entries()) {
    for (const [j, b] of inOrder.entries()) {
      t.equal(Math.sign(compareGrants(a, b)), Math.sign(i - j), `${a.epoch}/${a.seq} against ${b.epoch}/${b.seq}`);
    }
  }
});

t.test('the codes of the charge point states are fixed', async (t) => {
  t.strictSame(CHARGE_POINT_STATES.indexOf('Available'), 0);
  t.strictSame(CHARGE_POINT_STATES.indexOf('Charging'), 2);
  t.strictSame(CHARGE_POINT_STATES.indexOf('Faulted'), 8);
  t.equal(new Set(CHARGE_POINT_STATES).size, 9, 'nine different ones');
});
