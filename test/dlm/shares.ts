/** A division that is remembered is given again only while everything that it was asked for is the same. */
import t from 'tap';
import { perPhase } from '../../src/base/units.js';
import { type AllocationRequest, Allocator } from '../../src/dlm/allocate.js';
import { Shares } from '../../src/dlm/sharing/shares.js';

const [A, B] = ['a', 'b'].map((id, index) => ({
  id,
  circuit: 'main',
  rotation: 'RST' as const,
  activePhases: 1,
  minA: 6,
  maxA: 32,
  priority: 1,
  connectedAtS: index,
  chargingS: index,
}));
const MAIN = { id: 'main', limitA: perPhase(33), backgroundA: perPhase(0) };

function request(facts: Partial<AllocationRequest> = {}): AllocationRequest {
  if (!A || !B) throw new Error('two candidates');
  const rules = { stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', rotationSeed: 0 } as const;
  return { circuits: [MAIN], chargePoints: [A, B], ...rules, ...facts };
}

t.test('the same figures: the same answer, not made again', async (t) => {
  const shares = new Shares(new Allocator([MAIN]));
  t.equal(shares.divide(request()), shares.divide(request({ circuits: [{ ...MAIN, limitA: perPhase(33) }] })));
});

t.test('any other figure: asked anew', async (t) => {
  if (!A || !B) throw new Error('two candidates');
  const others: readonly AllocationRequest[] = [
    request({ stepA: 2 }),
    request({ sharing: 'priority' }),
    request({ shortage: 'priority-only' }),
    request({ rotationSeed: 1 }),
    request({ chargePoints: [A] }),
    ...[
      { id: 'c' },
      { rotation: 'STR' as const },
      { activePhases: 3 },
      { minA: 7 },
      { maxA: 8 },
      { priority: 2 },
      { connectedAtS: 9 },
      { chargingS: 9 },
    ].map((facts) => request({ chargePoints: [A, { ...B, ...facts }] })),
    ...[
      { limitA: [20, 33, 33] as const },
      { limitA: [33, 33, 20] as const },
      { backgroundA: [1, 0, 0] as const },
      { backgroundA: [0, 3, 0] as const },
      { imbalanceLimitA: 20 },
      { limitW: 5000 },
      { voltageV: 231 },
    ].map((facts) => request({ circuits: [{ ...MAIN, ...facts }] })),
  ];
  const allocator = new Allocator([MAIN]);
  const shares = new Shares(allocator);
  for (const [index, other] of others.entries()) {
    const before = shares.divide(request());
    const answer = shares.divide(other);
    t.not(answer, before, `change ${index}`);
    t.same(answer, allocator.allocate(other), `change ${index}: the answer is its own`);
  }
});
