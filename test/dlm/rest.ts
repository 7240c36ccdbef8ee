/** Why a vehicle takes nothing, by STATUS alone, and when a wake-up is due. */
import t from 'tap';
import { RestWatch } from '../../src/dlm/group/rest.js';
import type { Status } from '../../src/base/messages.js';
import { perPhase } from '../../src/base/units.js';
import { statusOf } from '../helpers/messages.js';

const SESSION = { bootId: statusOf('a').bootId, sessionId: 1, tauMs: 0, pluggedInMs: 0, chargingMs: 0, energyWh: 0 };

class Rest {
  readonly watch = new RestWatch();
  status = statusOf('a');
  nowMs = 0;

  /** A STATUS per second: limit, current, for so many seconds. */
  pass(enforcedA: number, drawnA: number, forS = 1, facts: Partial<Status> = {}): this {
    const state = enforcedA < 6 ? 'SuspendedEVSE' : drawnA > 1 ? 'Charging' : 'SuspendedEV';
    for (const endMs = this.nowMs + forS * 1000; this.nowMs < endMs; this.nowMs += 1000) {
      this.status = statusOf('a', { enforcedA, state, currentA: perPhase(drawnA), wakeUps: 0, ...facts });
      this.watch.applyStatus(this.status, this.nowMs);
    }
    return this;
  }

  get due(): number | undefined {
    return this.watch.dueWakeUp(this.status, this.nowMs);
  }

  get isBeingWoken(): boolean {
    return this.watch.isBeingWoken(this.status, this.nowMs);
  }
}

t.test('why it takes nothing', async (t) => {
  const rows: readonly (readonly [what: string, rest: Rest, cause: string | undefined])[] = [
    ['it never drew', new Rest().pass(0, 0).pass(16, 0, 60), undefined],
    ['it draws', new Rest().pass(16, 16, 5), undefined],
    ['paused, at once', new Rest().pass(16, 16).pass(0, 0), 'paused'],
    [
      'paused, and it takes 4 s to follow',
      new Rest().pass(16, 16).pass(0, 16, 2).pass(0, 7).pass(0, 2).pass(0, 0),
      'paused',
    ],
    ['full, from 16 A', new Rest().pass(16, 16).pass(16, 0), 'byItself'],
    ['full, with a taper', new Rest().pass(16, 16).pass(16, 8).pass(16, 2).pass(16, 0), 'byItself'],
    ['full, lowered a moment before', new Rest().pass(16, 6.2).pass(12, 6.2).pass(12, 0), 'byItself'],
    ['full, and then paused', new Rest().pass(16, 16).pass(16, 0).pass(0, 0, 60).pass(16, 0), 'byItself'],
    ['it needs more than it was lowered to', new Rest().pass(16, 16).pass(6, 0), 'lowered'],
    ['that one, paused after it', new Rest().pass(16, 16).pass(6, 0).pass(0, 0).pass(16, 0), 'paused'],
    ['it draws again', new Rest().pass(16, 16).pass(0, 0).pass(16, 0, 9).pass(16, 16), undefined],
    ['another vehicle', new Rest().pass(16, 16).pass(0, 0).pass(0, 0, 1, { sessionId: 2 }), undefined],
    [
      'another start',
      new Rest()
        .pass(16, 16)
        .pass(0, 0)
        .pass(0, 0, 1, { bootId: 'ff'.repeat(8) }),
      undefined,
    ],
  ];
  for (const [what, { watch }, cause] of rows) t.equal(watch.cause, cause, what);
});

t.test('three wake-ups: 30 s after the offer, then 60 s apart', async (t) => {
  const rest = new Rest().pass(10, 10, 60).pass(0, 0, 60);
  t.equal(rest.due, undefined, 'nothing is offered');
  t.equal(rest.pass(10, 0, 29).due, undefined);
  t.equal(rest.pass(10, 0, 2).due, 1);
  t.equal(rest.pass(10, 0, 59, { wakeUps: 1 }).due, undefined);
  t.equal(rest.pass(10, 0, 2, { wakeUps: 1 }).due, 2);
  t.equal(rest.pass(10, 0, 61, { wakeUps: 2 }).due, 3);
  t.ok(rest.pass(10, 0, 59, { wakeUps: 3 }).isBeingWoken, 'the last one has its time, too');
  rest.pass(10, 0, 600, { wakeUps: 3 });
  t.same([rest.due, rest.isBeingWoken], [undefined, false]);
  rest.pass(10, 10, 5).pass(0, 0, 5);
  t.equal(rest.pass(10, 0, 61).due, 1, 'anew after it has charged');
});

t.test('nobody is woken up who cannot be, or is full, or does not sleep', async (t) => {
  const paused = (): Rest => new Rest().pass(10, 10, 60).pass(0, 0, 60);
  t.equal(new Rest().pass(10, 10, 60).pass(10, 0, 300).due, undefined, 'full');
  t.equal(new Rest().pass(10, 0, 300).due, undefined, 'it never drew');
  t.equal(paused().pass(10, 0, 300, { state: 'Faulted' }).due, undefined);
  t.equal(paused().pass(5, 0, 300).due, undefined, 'no offer');
  const old = paused();
  old.pass(10, 0, 300);
  const { wakeUps: _, ...unable } = old.status;
  t.equal(old.watch.dueWakeUp(unable, old.nowMs), undefined, 'a slave that does not say how often it did so');
});

t.test('after a restart of the master', async (t) => {
  const kept = (powerW: number, cause?: 'paused' | 'byItself'): Rest => {
    const rest = new Rest();
    rest.watch.expect({ ...SESSION, isCharging: powerW > 0, powerW }, cause);
    return rest;
  };
  t.equal(kept(0, 'paused').pass(10, 0, 31).due, 1);
  t.equal(kept(0, 'byItself').pass(10, 0, 61).due, undefined, 'full');
  t.equal(kept(0).pass(10, 0, 61).due, undefined, 'not known');
  t.equal(kept(6900).pass(0, 0, 10).pass(10, 0, 61).due, 1, 'it charged, and has nothing now');
  t.equal(kept(6900).pass(10, 0, 61).due, undefined, 'it charged, and stopped under its offer');
  t.equal(kept(0, 'paused').pass(10, 0, 61, { sessionId: 2 }).due, undefined, 'another vehicle');
  t.equal(kept(0, 'paused').pass(10, 0, 61, { wakeUps: 3 }).due, undefined, 'the slave counts on');
});
