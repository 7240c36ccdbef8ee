/** What people set at one master, all others learn: over a network that loses, doubles and reorders, and from nobody who should not be believed. */
import t from 'tap';
import { defined } from '../../src/base/assert.js';
import type { Ask, Beacon, Tell } from '../../src/base/messages.js';
import { seededRng } from '../../src/base/rng.js';
import { compareVersions, type RememberedSettings } from '../../src/base/settings.js';
import { perPhase } from '../../src/base/units.js';
import { Settings } from '../../src/dlm/limits/settings.js';
import { SettingsExchange } from '../../src/dlm/masters/settings-exchange.js';
import { Notices } from '../../src/dlm/notice.js';
import { beaconOf, bootIdOf } from '../helpers/messages.js';

type Sent = Beacon | Ask | Tell;

/** A master that does nothing else. */
class Teller {
  readonly settings = new Settings();
  readonly notices = new Notices();
  readonly exchange: SettingsExchange;
  readonly bootId: string;
  readonly id: string;
  changes = 0;

  constructor(id: string) {
    this.id = id;
    this.bootId = bootIdOf(id);
    const { settings, notices, bootId } = this;
    const onChange = (): void => {
      this.changes += 1;
    };
    this.exchange = new SettingsExchange({ networkId: 0, masterId: id, bootId, settings, notices, onChange });
  }

  /** People set something here. */
  set(change: (settings: Settings) => void): void {
    change(this.settings);
    this.settings.stamp(this.bootId);
  }

  get beacon(): Beacon {
    return beaconOf(this.id, { bootId: this.bootId, settings: this.settings.version });
  }

  /** What is set, whatever its order. */
  get known(): RememberedSettings {
    const { circuits, chargePoints, ...rest } = this.settings.remembered(0);
    const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
    return { ...rest, circuits: circuits.toSorted(byId), chargePoints: chargePoints.toSorted(byId) };
  }

  told(): readonly string[] {
    return this.notices.drain().map(({ event, message }) => `${event} ${message}`);
  }
}

/** All that a BEACON of `from` sets off between the two; `asks` counts. */
function beacon(from: Teller, to: Teller): number {
  let waiting: readonly (readonly [to: Teller, message: Sent])[] = [[to, from.beacon]];
  let asks = 0;
  while (waiting.length > 0) {
    waiting = waiting.flatMap(([at, message]) => {
      const back = at === to ? from : to;
      return at.exchange.hear(message, 0).map((answer) => {
        if (answer.type === 'ask') asks += 1;
        return [back, answer] as const;
      });
    });
    if (asks > 10_000) throw new Error('it never ends');
  }
  return asks;
}

function setAll(settings: Settings): void {
  settings.setSection14a(true);
  settings.setOperatorLimit('main', [63, 50, 40.5]);
  settings.change('a', { operatorA: 10, isPaused: true, mode: 'fast' });
  settings.change('b', { block: { from: 'next', goesOn: 'b000000000000000/7' } });
  settings.change('c', { priority: { value: 2, session: 'c000000000000000/1' } });
  settings.change('d', { boost: { untilMs: 60_000, session: 'd000000000000000/1' } });
}

t.test('all that people set, and how it is told', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  t.equal(beacon(a, b), 0, 'nothing is set');
  a.set(setAll);
  t.equal(beacon(a, b), 6, 'each part once');
  t.strictSame(b.known, a.known);
  t.strictSame(b.told(), ['OPERATOR takes over what was set at master m-a: section 14a, main, a, b, c and 1 more']);
  t.equal(b.changes, 1, 'to be kept over a restart');
  t.same([beacon(a, b), beacon(b, a), a.changes], [0, 0, 0], 'both know it');
  b.set((settings) => settings.change('a', { operatorA: undefined, isPaused: undefined, mode: undefined }));
  beacon(b, a);
  t.strictSame(a.known, b.known, 'the other way round');
  t.strictSame(a.told(), ['OPERATOR takes over what was set at master m-b: a']);
});

t.test('what is the same is taken without a word', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  for (const master of [a, b]) master.set((settings) => settings.change('a', { operatorA: 10 }));
  a.set((settings) => settings.change('a', { operatorA: 10 }));
  beacon(a, b);
  t.strictSame([b.known, b.told()], [a.known, []]);
});

t.test('a boost goes on for as long as it has left', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  a.set(setAll);
  const [ask] = b.exchange.hear(a.beacon, 900_000) as readonly Ask[];
  let asks: readonly Ask[] = [defined(ask, 'a question')];
  while (asks.length > 0) {
    asks = asks.flatMap((each) =>
      a.exchange.hear(each, 20_000).flatMap((tell) => b.exchange.hear(tell, 900_000) as readonly Ask[]),
    );
  }
  t.same(b.settings.of('d').boost, { untilMs: 940_000, session: 'd000000000000000/1' });
});

t.test('of two that were told something apart one wins, the same for both', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  a.set((settings) => settings.setOperatorLimit('main', perPhase(10)));
  b.set((settings) => settings.setOperatorLimit('main', perPhase(20)));
  t.same([beacon(a, b), beacon(b, a) > 0], [0, true], 'the greater boot id');
  t.strictSame(a.known, b.known);
  t.same(a.settings.operatorLimitA('main'), perPhase(20));
  a.set((settings) => settings.setOperatorLimit('main', undefined));
  beacon(a, b);
  t.equal(b.settings.operatorLimitA('main'), undefined, 'and what is set next holds, wherever');
});

t.test('what has ended meanwhile moves the parts: none is missed', async (t) => {
  for (let toldBefore = 0; toldBefore <= 6; toldBefore++) {
    const [a, b] = [new Teller('m-a'), new Teller('m-b')];
    a.set(setAll);
    let asks: readonly Sent[] = b.exchange.hear(a.beacon, 0);
    for (let count = 0; asks.length > 0; count++) {
      if (count === toldBefore) a.settings.watch('c', undefined, 0);
      const [ask, ...others] = asks as readonly Ask[];
      const tells = a.exchange.hear(defined(ask, 'a question'), 0);
      asks = [...others, ...tells.flatMap((tell) => b.exchange.hear(tell, 0))];
      if (count > 100) throw new Error('it never ends');
    }
    const { priority } = b.settings.of('c');
    t.equal(priority === undefined, toldBefore < 6, `${toldBefore} parts before`);
    t.equal(b.settings.isBoosted('d'), true, 'the last one');
    t.equal(beacon(a, b), 0);
  }
});

t.test('nobody is believed who was not asked', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  a.set((settings) => settings.change('a', { operatorA: 10 }));
  const [ask] = b.exchange.hear(a.beacon, 0);
  const [tell] = a.exchange.hear(defined(ask, 'a question'), 0) as readonly Tell[];
  const good = defined(tell, 'an answer');
  const { version } = good;
  const wrong: readonly Partial<Tell>[] = [
    { masterId: 'm-c' },
    { masterId: 'm-b' },
    { masterBootId: bootIdOf('m-a', 2) },
    { bootId: bootIdOf('m-b', 2) },
    { version: { ...version, revision: version.revision + 1 } },
    { version: { ...version, author: bootIdOf('m-c') } },
    { part: 2, parts: 2 },
    { parts: 60_000 },
  ];
  for (const change of wrong) {
    t.strictSame(b.exchange.hear({ ...good, parts: 1, ...change }, 0), [], JSON.stringify(change));
    t.equal(compareVersions(b.settings.version, version) < 0, true, `${JSON.stringify(change)}: nothing is set`);
  }
  t.equal(b.exchange.hear(good, 0).length, 1, 'the right one is: it asks on');
  t.strictSame(a.exchange.hear({ ...(ask as Ask), version: { ...version, revision: 9 } }, 0), [], 'another version');
  t.match(
    a.exchange.hear({ ...(ask as Ask), part: 60_000 }, 0),
    [{ part: 1, parts: 2 }],
    'for one that is not there, the last',
  );
  t.strictSame(b.exchange.hear(beaconOf('m-old'), 0), [], 'a master that does not tell');
});

t.test('people who set something here while it is told are later', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  a.set((settings) => settings.setOperatorLimit('main', perPhase(10)));
  const [ask] = b.exchange.hear(a.beacon, 0);
  const [first] = a.exchange.hear(defined(ask, 'a question') as Ask, 0);
  const [second] = b.exchange.hear(defined(first, 'an answer'), 0);
  const [last] = a.exchange.hear(defined(second, 'the next question') as Ask, 0);
  for (let times = 0; times < 2; times++) b.set((settings) => settings.setOperatorLimit('main', perPhase(30)));
  t.strictSame(b.exchange.hear(defined(last, 'the last answer'), 0), []);
  t.same(b.settings.operatorLimitA('main'), perPhase(30));
});

t.test('more masters than there can be: the memory of them is bounded, and the real one is heard', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  a.set(setAll);
  for (let i = 0; i < 100; i++) {
    const forged = beaconOf(`forged-${i}`, { settings: { revision: 1000 + i, author: bootIdOf('x') } });
    t.equal(b.exchange.hear(forged, 0).length, 1, 'asked once for each BEACON');
  }
  beacon(a, b);
  t.strictSame(b.known, a.known);
});

t.test('a thousand charge points', async (t) => {
  const [a, b] = [new Teller('m-a'), new Teller('m-b')];
  a.set((settings) => {
    for (let i = 0; i < 1000; i++) settings.change(`cp${i}`, { operatorA: 6 + (i % 20) });
  });
  t.equal(beacon(a, b), 1001);
  t.strictSame(b.known, a.known);
});

const SEED = Number(process.env['EVENKEEL_SEED'] ?? 19);
const RUNS = Number(process.env['EVENKEEL_RUNS'] ?? 300);

t.test('three masters, a network that loses, doubles and reorders: at the end all know the same', async (t) => {
  t.comment(
    `seeds ${SEED} to ${SEED + RUNS - 1}; replay one: EVENKEEL_SEED=n EVENKEEL_RUNS=1 node build/test/dlm.test.js`,
  );
  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    const rng = seededRng(seed);
    const masters = ['m-a', 'm-b', 'm-c'].map((id) => new Teller(id));
    const mail: [to: Teller, message: Sent][] = [];
    const post = (from: Teller, to: Teller, messages: readonly Sent[], isCalm: boolean): void => {
      for (const message of messages) {
        if (!isCalm && rng.chance(0.3)) continue;
        mail.push([to, message]);
        if (!isCalm && rng.chance(0.2)) mail.push([to, message]);
      }
      if (mail.length > 5_000) throw new Error(`seed ${seed}: ${from.id} floods`);
    };
    const deliver = (isCalm: boolean): void => {
      const [to, message] = defined(mail.splice(isCalm ? 0 : rng.int(mail.length), 1)[0], 'a message');
      const from = defined(
        masters.find(({ id }) => id === message.masterId),
        'its sender',
      );
      post(to, from, to.exchange.hear(message, 0), isCalm);
    };
    for (let step = 0; step < 120; step++) {
      const master = defined(masters[rng.int(3)], 'a master');
      if (rng.chance(0.1)) master.set((settings) => settings.change(`cp${rng.int(6)}`, { operatorA: rng.int(32) }));
      if (rng.chance(0.4))
        for (const other of masters) if (other !== master) post(master, other, [master.beacon], false);
      for (let n = rng.int(6); n > 0 && mail.length > 0; n--) deliver(false);
    }
    mail.length = 0;
    for (let round = 0; round < 2; round++) {
      for (const from of masters) for (const to of masters) if (from !== to) post(from, to, [from.beacon], true);
      while (mail.length > 0) deliver(true);
    }
    const [first, ...others] = masters.map(({ known }) => known);
    for (const other of others) t.strictSame(other, first, `seed ${seed}`);
    if (!t.passing()) return;
  }
});
