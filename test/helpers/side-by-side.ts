/**
 * Tests that wait for real time and share nothing run beside each other. What they look at can be late by itself on a busy
 * machine: a lease ends, a poll times out. A test that fails there is repeated; on a machine that keeps up it is not.
 */
import { Readable } from 'node:stream';
import t, { TapFile, Test } from 'tap';
import { Stopwatch } from './machine.js';
import type { Needs } from './tools.js';

const ATTEMPTS_MAX = 5;

export type Body = (t: Test) => Promise<void>;

interface Case {
  readonly name: string;
  readonly body: Body;
  readonly needs: Needs;
}

/** Collects the tests of all files of an entry, and plays so many at once. */
export class SideBySide {
  readonly #atOnceMax: number;
  readonly #cases: Case[] = [];
  #isPlanned = false;

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  add(name: string, body: Body, needs: Needs = {}): void {
    this.#cases.push({ name, body, needs });
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    t.test('side by side', async (t) => {
      // By then all files have named their tests.
      await new Promise((resolve) => setImmediate(resolve));
      const work = async (): Promise<void> => {
        for (let next = this.#cases.shift(); next; next = this.#cases.shift()) await play(t, next);
      };
      await Promise.all(Array.from({ length: this.#atOnceMax }, work));
    });
  }
}

/** A single test of this kind. */
export function repeated(name: string, body: Body, needs: Needs = {}): void {
  new SideBySide(1).add(name, body, needs);
}

async function play(t: Test, { name, body, needs }: Case): Promise<void> {
  if (needs.skip !== undefined) {
    await t.test(name, { ...needs }, () => undefined);
    return;
  }
  for (let attempt = 1; ; attempt++) {
    const watch = new Stopwatch();
    const { isGood, output } = await judged(name, body);
    const wasLate = watch.lateMs > watch.tookMs / 2;
    if (isGood || !wasLate || attempt === ATTEMPTS_MAX) {
      const tapStream = Readable.from([`${output}# it took ${watch}\n`]);
      await t.sub(TapFile, { name, tapStream, buffered: true });
      return;
    }
    t.comment(`${name}: failed, and this machine was late by ${watch.lateMs} ms: once more`);
  }
}

/** A test of its own: tap learns of the one attempt that counts. */
async function judged(name: string, body: Body): Promise<{ readonly isGood: boolean; readonly output: string }> {
  const test = new Test({ name, cb: body, buffered: true });
  await new Promise<void>((resolve) => test.runMain(resolve));
  return { isGood: test.results?.ok === true, output: test.output };
}
