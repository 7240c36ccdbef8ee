/** The state store may fail, be slow or hold garbage: what is told, what is tried again, and when askers are answered. */
import t from 'tap';
import { perPhase, type Ms } from '../../src/base/units.js';
import { fail, ok, type Result } from '../../src/base/result.js';
import { Controller } from '../../src/dlm/controller.js';
import type { StateStore } from '../../src/ports/state-store.js';
import { MemoryKeeper } from '../../src/runtime/memory-keeper.js';
import { statusOf } from '../helpers/messages.js';
import { circuit, site } from '../helpers/site.js';

/** Saves end when the test says so. */
class Disk implements StateStore {
  stored: Result<string | undefined> = ok(undefined);
  readonly texts: string[] = [];
  readonly log: string[] = [];
  nowMs: Ms = 0;
  #done: ((saved: Result<void>) => void) | undefined;
  readonly keeper = new MemoryKeeper({
    store: this,
    clock: { monotonicMs: () => this.nowMs, wallMs: () => 0 },
    logger: { log: (level, event, message) => this.log.push(`${level} ${event} ${message}`) },
  });
  readonly controller = new Controller(
    {
      site: site({ circuits: [circuit({ id: 'main', limitA: perPhase(32) })] }),
      masterId: 'me',
      bootId: '00000000000000ff',
      rank: 0,
      memory: undefined,
    },
    0,
  );

  load(): Result<string | undefined> {
    return this.stored;
  }

  setAside(): Result<string> {
    return ok('elsewhere');
  }

  save(text: string, done: (saved: Result<void>) => void): void {
    this.texts.push(text);
    this.#done = done;
  }

  end(saved: Result<void>): void {
    this.#done?.(saved);
  }

  /** One cycle at this time: how many saves were begun until then. */
  at(nowMs: Ms): number {
    this.nowMs = nowMs;
    this.keeper.keep(this.controller);
    return this.texts.length;
  }

  get isAlarmed(): boolean {
    return this.controller.alarms.list().some(({ code, active }) => code === 'STATE_FAILED' && active);
  }
}

t.test('fault 42: what could not be written is tried again every 10 s, with an alarm until it is', async (t) => {
  const disk = new Disk();
  t.equal(disk.at(0), 1, 'the first cycle writes');
  t.equal(disk.at(1_000), 1, 'one save at a time');
  disk.end(fail('ENOSPC'));
  t.ok(disk.isAlarmed);
  const failed = 'error STATE_FAILED state not written: ENOSPC; control goes on from memory, tried again every 10 s';
  t.same(disk.log, [failed]);
  t.equal(disk.at(10_900), 1);
  t.equal(disk.at(11_000), 2);
  disk.end(fail('ENOSPC'));
  t.same(disk.log, [failed], 'told once');
  disk.controller.hearStatus(statusOf('x'), 12_000);
  t.equal(disk.at(12_000), 3, 'at once when something else has changed');
  t.match(disk.texts[2], /"id": "x"/);
  disk.end(fail('EIO'));
  t.equal(disk.at(22_000), 4);
  t.equal(disk.texts[3], disk.texts[2]);
  disk.end(ok(undefined));
  t.notOk(disk.isAlarmed);
  t.same(disk.log, [failed, 'info STATE_SAVED the state file can be written again']);
  t.equal(disk.at(60_000), 4, 'and then it is left alone');
});

t.test('whoever asks is answered by the first save that knows of it', async (t) => {
  const disk = new Disk();
  const answers: string[] = [];
  disk.at(0);
  disk.controller.hearStatus(statusOf('x'), 0);
  disk.keeper.keepNow(disk.controller, (error) => answers.push(error ?? 'written'));
  disk.end(ok(undefined));
  t.same(answers, [], 'the save that ran does not know of it');
  t.equal(disk.texts.length, 2);
  disk.end(fail('EIO'));
  t.same(answers, ['EIO']);
  const without = new MemoryKeeper({ clock: { monotonicMs: () => 0, wallMs: () => 0 }, logger: { log: () => {} } });
  disk.controller.hearStatus(statusOf('y'), 0);
  without.keepNow(disk.controller, (error) => answers.push(error ?? 'written'));
  t.same(answers, ['EIO', 'written'], 'where nothing is kept, nothing is waited for');
});

t.test('fault 44: what cannot be used is set aside and told, and that something was there is known', async (t) => {
  const disk = new Disk();
  t.same(disk.keeper.load(), { memory: undefined, isMemoryLost: false });
  for (const [stored, reason] of [
    [fail('it is damaged'), 'it is damaged'],
    [ok('{'), 'the state file is not JSON'],
    [ok('{}'), 'the state file has another format, or values out of range'],
  ] as const) {
    disk.stored = stored;
    t.same(disk.keeper.load(), { memory: undefined, isMemoryLost: true });
    t.equal(
      disk.log.at(-1),
      `error STATE_FAILED state not used: ${reason} (kept as elsewhere); waits for old leases to run out`,
    );
  }
});

t.test(
  'a memory that was lost may have had adopted slaves: one lease is waited, also where nobody is taken on',
  async (t) => {
    const of = site({ autoAdopt: false, circuits: [circuit({ id: 'main' })] });
    const options = { site: of, masterId: 'me', bootId: '00000000000000ff', rank: 0, memory: undefined };
    const told = (isMemoryLost: boolean): readonly string[] =>
      new Controller({ ...options, isMemoryLost }, 0).drainNotices().map(({ message }) => message);
    t.same(told(false), []);
    t.match(told(true), [/^nothing is remembered: .* no charge point is raised for 16 s$/]);
  },
);
