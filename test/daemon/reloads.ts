/** One start after the other, without a daemon in them. */
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { EXIT, ExitError } from '../../src/daemon/exit-codes.js';
import type { DaemonLogger } from '../../src/daemon/pino-logger.js';
import { Reloads, type Start } from '../../src/daemon/reloads.js';

class Bench {
  /** What happened: `start 1`, `stop 1`. */
  readonly did: string[] = [];
  /** What the next hangups find: the number of a start, or why it cannot be. */
  next: number | ExitError | undefined;
  /** A stop waits for it. */
  hold: Promise<void> = Promise.resolve();
  readonly reloads: Reloads;

  constructor() {
    const logger: DaemonLogger = {
      log: (_level, event) => this.did.push(event),
      dropped: () => 0,
      flush: async () => undefined,
    };
    this.reloads = new Reloads(logger, () => (this.next === undefined ? undefined : this.start(this.next)));
  }

  start(which: number | ExitError): Start {
    return async () => {
      if (which instanceof ExitError) throw which;
      this.did.push(`start ${which}`);
      return {
        stop: async () => {
          this.did.push(`stop ${which}`);
          await this.hold;
        },
      };
    };
  }

  async settle(): Promise<readonly string[]> {
    for (let turns = 0; turns < 10; turns++) await turn();
    return this.did;
  }
}

t.test('several hangups while one is carried out are one more, and nothing runs beside another', async (t) => {
  const bench = new Bench();
  await bench.reloads.begin(bench.start(1));
  let release: () => void = () => undefined;
  bench.hold = new Promise((resolve) => {
    release = resolve;
  });
  bench.next = 2;
  bench.reloads.ask();
  bench.next = 3;
  bench.reloads.ask();
  bench.reloads.ask();
  t.same(await bench.settle(), ['start 1', 'stop 1']);
  release();
  t.same(await bench.settle(), ['start 1', 'stop 1', 'start 2', 'stop 2', 'start 3']);
});

t.test('what cannot be started brings the former one back', async (t) => {
  const bench = new Bench();
  await bench.reloads.begin(bench.start(1));
  bench.next = new ExitError(EXIT.system, 'a port is taken');
  bench.reloads.ask();
  t.same(await bench.settle(), ['start 1', 'stop 1', 'RELOAD_REFUSED', 'start 1']);
});

t.test('nothing starts after a crash, nor is anything asked for after the end', async (t) => {
  const bench = new Bench();
  await bench.reloads.begin(bench.start(1));
  bench.next = 2;
  bench.reloads.ask();
  await bench.reloads.abort()?.stop();
  bench.reloads.ask();
  t.same(await bench.settle(), ['start 1', 'stop 1', 'stop 1']);
});
