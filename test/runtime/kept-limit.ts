/** The disconnected limit over restarts (S8): what is written when, what a lost write does, what people are told. */
import t from 'tap';
import { fail, ok, type Result } from '../../src/base/result.js';
import type { StateStore } from '../../src/ports/state-store.js';
import { HOLD_MS } from '../../src/dlm/leases/lease-rules.js';
import { FACTS, SlaveRig } from './slave-rig.js';

const MASTER = '10.0.0.1:16031';
const ALONE_MS = FACTS.leaseMs + HOLD_MS;

/** A disk whose writes end when the test says so. */
class Disk implements StateStore {
  text: string | undefined;
  readonly writes: string[] = [];
  error: string | undefined;
  isSlow = false;
  #end: () => void = () => {};

  load(): Result<string | undefined> {
    return ok(this.text);
  }

  setAside(): Result<string> {
    this.text = undefined;
    return ok('aside');
  }

  save(text: string, done: (saved: Result<void>) => void): void {
    this.writes.push(text);
    this.#end = () => {
      if (this.error === undefined) this.text = text;
      done(this.error === undefined ? ok(undefined) : fail(this.error));
    };
    if (!this.isSlow) this.#end();
  }

  end(): void {
    this.#end();
  }
}

const kept = (limitA: number): string => `{"format":1,"disconnectedLimitA":${limitA}}`;

function start(disk: Disk, disconnectedLimitA: number): SlaveRig {
  return new SlaveRig({ store: disk }, undefined, undefined, { ...FACTS, disconnectedLimitA });
}

/** What it allows itself without any master. */
function aloneA(disk: Disk, disconnectedLimitA: number): number {
  const rig = start(disk, disconnectedLimitA);
  rig.run(ALONE_MS + 100);
  return rig.runtime.applied.limitA;
}

function confirm(disk: Disk, disconnectedLimitA: number): SlaveRig {
  const rig = start(disk, disconnectedLimitA);
  rig.beacon(MASTER);
  rig.grant(MASTER, 16);
  rig.run(200);
  return rig;
}

t.test('raised, lowered and raised again, with and without a master', (t) => {
  const disk = new Disk();
  t.equal(aloneA(disk, 6), 6, 'the first start: as configured');
  t.equal(disk.text, kept(6), 'and from now on this is what may be known');
  t.equal(aloneA(disk, 14), 6, 'raised, and no master has heard of it');
  t.equal(aloneA(disk, 20), 6, 'once more');
  confirm(disk, 14);
  t.equal(disk.text, kept(14), 'a GRANT answered');
  t.equal(aloneA(disk, 14), 14);
  t.equal(aloneA(disk, 8), 8, 'lowered: at once');
  t.equal(aloneA(disk, 14), 8, 'raised again: a master may have heard of 8 A');
  t.end();
});

t.test('the write after a GRANT is lost: the lower one stays', (t) => {
  const disk = new Disk();
  disk.text = kept(6);
  disk.isSlow = true;
  const rig = confirm(disk, 14);
  t.same(disk.writes, [kept(14)]);
  rig.run(ALONE_MS + 1000);
  t.equal(rig.runtime.applied.limitA, 14, 'in this start it is confirmed');
  t.equal(aloneA(disk, 14), 6, 'in the next one it is not');
  t.end();
});

t.test('no STATUS tells of a lower one before it is written', (t) => {
  const disk = new Disk();
  disk.text = kept(14);
  disk.isSlow = true;
  const rig = start(disk, 8);
  rig.beacon(MASTER);
  rig.run(2000);
  t.equal(rig.sent.length, 0, 'the file may still say 14 A after a power cut now');
  disk.end();
  rig.run(100);
  t.equal(rig.lastStatus?.disconnectedLimitA, 8);
  t.same(disk.writes, [kept(8)]);
  t.end();
});

t.test('a raised one is told at once, before anything is written', (t) => {
  const disk = new Disk();
  disk.text = kept(6);
  const rig = start(disk, 14);
  rig.beacon(MASTER);
  t.equal(rig.lastStatus?.disconnectedLimitA, 14);
  t.same(disk.writes, []);
  t.end();
});

t.test('a disk that cannot be written: told once, control goes on, tried again', (t) => {
  const disk = new Disk();
  disk.error = 'ENOSPC: no space left';
  const rig = confirm(disk, 6);
  t.equal(rig.runtime.applied.limitA, 16);
  rig.run(60_000);
  t.equal(disk.writes.length, 7, 'every 10 s');
  disk.error = undefined;
  rig.run(10_000);
  t.same(
    rig.log
      .filter(({ event }) => event.startsWith('STATE'))
      .map(({ level, event, text }) => `${level} ${event} ${text}`),
    [
      'error STATE_FAILED cp1: the file of its disconnected limit not written: ENOSPC: no space left; tried again every 10 s',
      'info STATE_SAVED cp1: the file of its disconnected limit can be written again',
    ],
  );
  t.equal(disk.text, kept(6));
  t.end();
});

t.test('a file that cannot be used is set aside and told', (t) => {
  const rows = [
    '',
    '{',
    '[]',
    '{"format":2,"disconnectedLimitA":6}',
    kept(-1),
    '{"format":1,"disconnectedLimitA":"6"}',
  ];
  for (const text of rows) {
    const disk = new Disk();
    disk.text = text;
    const rig = start(disk, 8);
    t.match(
      rig.log.find(({ event }) => event === 'STATE_FAILED')?.text,
      /^cp1: its disconnected limit of before is unknown/,
    );
    t.equal(disk.text, kept(8), text);
  }
  t.end();
});
