/** The poller on a virtual clock, over a bus that answers from a virtual meter or fails as told. */
import t from 'tap';
import { fail, ok } from '../../src/base/result.js';
import { seededRng } from '../../src/base/rng.js';
import type { MeterModel } from '../../src/meters/model.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import type { BusError, RegisterBus } from '../../src/ports/register-bus.js';
import type { Cancel } from '../../src/ports/time.js';
import { MeterPoller, type PollerEvent, type PollerOptions } from '../../src/runtime/poller.js';
import { virtualMeter } from '../../src/sim/virtual-meter.js';

/** Two reads for a poll. */
const MODEL: MeterModel = { ...SIEMENS_PAC2200, limits: { ...SIEMENS_PAC2200.limits, maxRegisters: 18 } };

/** Time that moves only in run(), which lets promises settle after each timer. */
class FakeTime {
  nowMs = 5000;
  timers: { readonly atMs: number; readonly call: () => void }[] = [];

  monotonicMs = (): number => this.nowMs;
  wallMs = (): number => this.nowMs;

  after = (delayMs: number, call: () => void): Cancel => {
    const timer = { atMs: this.nowMs + delayMs, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };

  async run(durationMs: number): Promise<void> {
    const endMs = this.nowMs + durationMs;
    await settled();
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.nowMs = next.atMs;
      this.timers.splice(this.timers.indexOf(next), 1);
      next.call();
      await settled();
    }
    this.nowMs = endMs;
  }

  #next(endMs: number): { readonly atMs: number; readonly call: () => void } | undefined {
    return this.timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const REFUSED: BusError = { kind: 'unreachable', text: 'connect ECONNREFUSED 127.0.0.1:502' };
const TIMEOUT: BusError = { kind: 'timeout', text: 'no answer within 400 ms' };

function exception(code: number): BusError {
  return { kind: 'exception', text: `exception ${code}: whatever`, exceptionCode: code };
}

/** A poller over a bus whose next reads go as `behave` says: latency, then an error or the meter's words. */
function setUp(options: Partial<PollerOptions> = {}) {
  const time = new FakeTime();
  const meter = virtualMeter(MODEL, { currentA: [1, 2, -3], voltageV: [230, 230, 230] });
  const events: (PollerEvent & { readonly atMs: number })[] = [];
  const readsAtMs: number[] = [];
  /** `most`: reads in flight at the same time. */
  const site = { most: 0, latencyMs: 10, error: undefined as BusError | undefined };
  let inFlight = 0;
  const bus: RegisterBus = {
    read: async (_unitId, block) => {
      site.most = Math.max(site.most, ++inFlight);
      if (block.address === 1) readsAtMs.push(time.nowMs - 5000);
      await new Promise<void>((resolve) => {
        if (Number.isFinite(site.latencyMs)) time.after(site.latencyMs, resolve);
      });
      inFlight--;
      if (site.error) return fail(site.error);
      const words = meter.read(block);
      return words.ok ? ok(words.value) : fail(exception(words.error));
    },
    close: async () => {},
  };
  const poller = new MeterPoller(
    {
      meterId: 'grid',
      model: MODEL,
      unitId: 1,
      pollPeriodMs: 250,
      timeoutMs: 400,
      maxAgeMs: 3000,
      ...options,
    },
    {
      bus,
      clock: time,
      timers: time,
      rng: seededRng(1),
      emit: (event) => events.push({ ...event, atMs: time.nowMs - 5000 }),
    },
  );
  return { time, meter, events, readsAtMs, site, poller };
}

function kinds(events: readonly PollerEvent[]): string {
  return events.map((event) => event.kind).join(' ');
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

t.test('polls from start to start, and dates a sample at its request', async (t) => {
  const { poller, time, events, readsAtMs } = setUp();
  poller.start();
  await time.run(1000);
  t.strictSame(readsAtMs, [0, 250, 500, 750, 1000]);
  t.equal(kinds(events), 'recovered sample sample sample sample');
  t.match(events[1], {
    meterId: 'grid',
    sampledAtMs: 5000,
    atMs: 20,
    reading: { currentA: [1, 2, -3], powerW: [230, 460, -690], totalPowerW: 0 },
  });
  t.match(poller.belief, { state: 'online', sampledAtMs: 5750, misses: 0 });
  poller.stop();
});

t.test('slow answers: beats are skipped, never two requests in flight', async (t) => {
  const { poller, time, site, readsAtMs } = setUp();
  site.latencyMs = 300;
  poller.start();
  await time.run(2400);
  t.strictSame(readsAtMs, [0, 750, 1500, 2250], 'two reads of 300 ms each');
  t.equal(site.most, 1);
  poller.stop();
});

t.test('the loss comes by timer while a read hangs; stop leaves no timer', async (t) => {
  const { poller, time, site, events } = setUp();
  poller.start();
  await time.run(600);
  site.latencyMs = Number.POSITIVE_INFINITY;
  events.length = 0;
  await time.run(5000);
  t.equal(kinds(events), 'lost');
  t.match(events[0], { atMs: 3500, reason: 'no good values for 3000 ms: no answer' });
  t.strictSame(time.timers, []);
  poller.stop();
  await time.run(5000);
  t.equal(kinds(events), 'lost');
});

t.test('never heard is lost too; after a loss three good reads, and no sample before', async (t) => {
  const { poller, time, site, events, readsAtMs } = setUp();
  site.error = REFUSED;
  poller.start();
  await time.run(3100);
  t.equal(kinds(events), 'error lost');
  t.match(events[0], { text: REFUSED.text, atMs: 10 });
  t.match(events[1], { atMs: 3000, reason: `no good values for 3000 ms: ${REFUSED.text}` });
  events.length = 0;
  readsAtMs.length = 0;
  site.error = undefined;
  await time.run(12_000);
  t.match(kinds(events), /^recovered sample sample/);
  t.equal(events[0]?.atMs, (readsAtMs[2] ?? 0) + 20, 'with the third good read');
  t.strictSame(gaps(readsAtMs.slice(0, 5)), [250, 250, 250, 250], 'success resets the pause');
  site.latencyMs = Number.POSITIVE_INFINITY;
  await time.run(4000);
  t.match(kinds(events), / sample lost$/, 'and it can be lost again');
  poller.stop();
  t.strictSame(time.timers, []);
});

t.test('no connection: pauses from 0.5 s up to 10 s, drawn', async (t) => {
  const { poller, time, site, readsAtMs } = setUp({ pollPeriodMs: 10 });
  site.error = REFUSED;
  poller.start();
  await time.run(300_000);
  const pauses = gaps(readsAtMs).map((gap) => gap - 10);
  const highest = [1000, 2000, 4000, 8000, 10_000];
  for (const [index, pause] of pauses.entries()) {
    if (pause < 500 || pause > (highest[index] ?? 10_000) + 10) t.fail(`pause ${index}: ${pause} ms`);
  }
  t.ok(pauses.length > 25 && pauses.length < 120, `${pauses.length} attempts in 5 min`);
  t.ok(Math.max(...pauses) > 8000 && new Set(pauses).size > pauses.length / 2, 'spread');
  poller.stop();
});

t.test('one timeout changes nothing, the second in a row pauses', async (t) => {
  const { poller, time, site, readsAtMs, events } = setUp();
  poller.start();
  await time.run(700);
  site.error = TIMEOUT;
  await time.run(290);
  site.error = undefined;
  await time.run(600);
  t.strictSame(readsAtMs, [0, 250, 500, 750, 1000, 1250, 1500]);
  t.equal(kinds(events), 'recovered sample sample sample error sample sample sample');
  site.error = TIMEOUT;
  await time.run(1000);
  t.ok((readsAtMs[8] ?? 0) - (readsAtMs[7] ?? 0) === 250 && (readsAtMs[9] ?? 9e9) - (readsAtMs[8] ?? 0) >= 500);
  poller.stop();
});

t.test('exception 2: named once, asked again every 10 s only', async (t) => {
  const { poller, time, site, events, readsAtMs } = setUp();
  site.error = exception(2);
  poller.start();
  await time.run(60_000);
  t.equal(kinds(events), 'error lost');
  t.match(events[0], {
    text: 'exception 2: whatever: the device does not know the registers of siemens-pac2200, or unit 1 is another device',
  });
  t.ok(readsAtMs.length <= 7 && Math.min(...gaps(readsAtMs)) >= 10_000, `${readsAtMs}`);
  poller.stop();
});

t.test('exceptions 4, 6, 11 are misses like a timeout; another text is said again', async (t) => {
  const { poller, time, site, events } = setUp();
  poller.start();
  await time.run(100);
  for (const code of [4, 4, 6, 11]) {
    site.error = exception(code);
    await time.run(1000);
  }
  const texts = events.flatMap((event) => (event.kind === 'error' ? [event.text] : []));
  t.strictSame([...new Set(texts)], texts);
  t.ok(texts.length >= 2 && texts[0] === 'exception 4: whatever', texts.join());
  t.equal(poller.belief.state, 'lost');
  poller.stop();
});

t.test('implausible values: a miss at the normal pace, said once whatever the value', async (t) => {
  const { poller, time, meter, events, readsAtMs } = setUp({ limitA: [63, 63, 63] });
  poller.start();
  await time.run(100);
  events.length = 0;
  for (let amps = 100; amps < 116; amps++) {
    meter.set({ currentA: [0, 0, amps], voltageV: [230, 230, 230] });
    await time.run(250);
  }
  t.match(kinds(events), /^error suspect( overload)+ lost( overload)+$/, 'it may be an overload: that is told too');
  t.match(events[0], { text: 'implausible current on L3: expected at most 94.5 A, got 100 A' });
  t.match(
    events.find(({ kind }) => kind === 'lost'),
    { reason: /implausible current on L3: .*, got 1\d\d A$/ },
  );
  t.ok(gaps(readsAtMs).every((gap) => gap === 250));
  poller.stop();
});

t.test('stopped in the middle of a read, and out of an event', async (t) => {
  const first = setUp();
  first.poller.start();
  await first.time.run(5);
  first.poller.stop();
  await first.time.run(1000);
  t.strictSame([kinds(first.events), first.readsAtMs.length, first.time.timers.length], ['', 1, 0]);
  t.throws(() => first.poller.start(), /poller grid is stopped/);

  const second = setUp();
  second.events.push = () => {
    second.poller.stop();
    return 0;
  };
  second.poller.start();
  await second.time.run(1000);
  t.strictSame([second.readsAtMs.length, second.time.timers.length], [1, 0]);
});
