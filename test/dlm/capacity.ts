/** What a circuit can carry for the charge points below it: limits, headroom, the building's load, the loss of a meter. */
import t from 'tap';
import { type Ms, NO_AMPS, type PhaseAmps, perPhase } from '../../src/base/units.js';
import { CapacityBook } from '../../src/dlm/load/capacity.js';
import { AS_CONFIGURED } from '../helpers/limits.js';
import { FALL_HOLD_MS } from '../../src/dlm/load/metered-load.js';
import { buildTopology } from '../../src/dlm/topology.js';
import type { Circuit } from '../../src/dlm/types.js';
import { loadSample } from '../helpers/samples.js';
import { circuit } from '../helpers/site.js';

function bookOf(...circuits: readonly Circuit[]): CapacityBook {
  return new CapacityBook({ circuits, topology: buildTopology(circuits), limits: AS_CONFIGURED, places: [] });
}

interface Sample {
  readonly currentA: PhaseAmps;
  readonly drawnA?: PhaseAmps;
  readonly atMs?: Ms;
}

/** A single circuit of 100 A with a meter that has shown these samples. */
function metered(facts: Partial<Circuit>, ...samples: readonly Sample[]): CapacityBook {
  const book = bookOf(circuit({ id: 'main', limitA: perPhase(100), meter: 'grid', ...facts }));
  for (const { currentA, drawnA = NO_AMPS, atMs = 0 } of samples) {
    book.addSample(0, loadSample(currentA, drawnA, atMs), atMs);
  }
  return book;
}

const capacityA = (book: CapacityBook, index = 0): PhaseAmps | undefined => book.capacities(0)[index]?.capacityA;

t.test('without a meter: the limit, the operator, the headroom', async (t) => {
  const rows: readonly (readonly [string, Partial<Circuit>, PhaseAmps])[] = [
    ['the fuse', {}, [63, 63, 50]],
    ['the operator has a lower limit of his own', { operatorLimitA: [40, 70, 40] }, [40, 63, 40]],
    ['headroom is kept below', { headroomA: [5, 0, 10] }, [58, 63, 40]],
    ['both', { operatorLimitA: perPhase(40), headroomA: perPhase(5) }, [35, 35, 35]],
    ['never below 0', { headroomA: perPhase(70) }, [0, 0, 0]],
    ['a fallback means nothing without a meter', { fallbackA: perPhase(10) }, [63, 63, 50]],
  ];
  for (const [name, facts, expected] of rows) {
    const book = bookOf(circuit({ id: 'main', limitA: [63, 63, 50], ...facts }));
    t.same(capacityA(book), expected, name);
    t.same(book.capacities(0)[0]?.measuredA, null);
    t.equal(
      book.capacities(0)[0]?.cause.some(({ source }) => source === 'fallback'),
      false,
    );
  }
});

t.test('with a meter: less what the others take', async (t) => {
  const excluding = { meterLocation: 'excluding' } as const;
  const rows: readonly (readonly [string, Partial<Circuit>, Sample, PhaseAmps])[] = [
    ['excluding: what it shows', excluding, { currentA: [20, 30, 0], drawnA: [16, 16, 16] }, [80, 70, 100]],
    [
      'including: less what the charge points draw',
      {},
      { currentA: [36, 46, 16], drawnA: [16, 16, 16] },
      [80, 70, 100],
    ],
    [
      'PV feeds in: no more than the fuse, for a meter that counts backwards shows the same',
      excluding,
      { currentA: [-10, 0, 0] },
      [100, 100, 100],
    ],
    [
      'headroom and operator',
      { ...excluding, headroomA: perPhase(10), operatorLimitA: perPhase(80) },
      { currentA: [20, 0, 0] },
      [50, 70, 70],
    ],
    ['the building alone is too much', excluding, { currentA: [130, 0, 0] }, [0, 100, 100]],
  ];
  for (const [name, facts, sample, expected] of rows) t.same(capacityA(metered(facts, sample)), expected, name);
  const [now] = metered({}, { currentA: [36, 46, 16], drawnA: [16, 16, 16] }).capacities(0);
  t.match(now, { ceilingA: [100, 100, 100], backgroundA: [20, 30, 0], measuredA: [36, 46, 16] });
  t.equal(now?.cause[0].source, 'fuse');
});

t.test('M5: a rise counts at once, a fall when it has held', async (t) => {
  const book = metered({}, { currentA: [20, 20, 20], atMs: 0 });
  const hear = (currentA: PhaseAmps, atMs: Ms): PhaseAmps | undefined => {
    book.addSample(0, loadSample(currentA, NO_AMPS, atMs), atMs);
    return capacityA(book);
  };
  t.same(hear([50, 20, 20], 1000), [50, 80, 80], 'a rise on L1');
  t.same(hear([10, 40, 20], 1250), [50, 60, 80], 'L1 falls, L2 rises: each phase by itself');
  for (let atMs = 1500; atMs <= 5500; atMs += 250) hear([10, 10, 20], atMs);
  t.same(hear([10, 10, 20], 1000 + FALL_HOLD_MS - 1), [50, 60, 80]);
  t.same(hear([10, 10, 20], 1000 + FALL_HOLD_MS), [90, 60, 80], 'L1 has been lower for five seconds');
  t.same(hear([10, 10, 20], 1250 + FALL_HOLD_MS), [90, 90, 80]);
  t.same(hear([10, 10, 20], 60_000), [90, 90, 80]);
});

t.test('a fast meter does not shorten the hold to nothing, nor fill the memory', async (t) => {
  const book = metered({}, { currentA: perPhase(60), atMs: 0 });
  for (let atMs = 20; atMs <= 4000; atMs += 20) book.addSample(0, loadSample(perPhase(10), NO_AMPS, atMs), atMs);
  t.same(capacityA(book), perPhase(40), '50 samples a second');
});

t.test('M6: a lost meter means the fallback, never zero load', async (t) => {
  const rows: readonly (readonly [string, Partial<Circuit>, PhaseAmps, string])[] = [
    ['0: stop', { fallbackA: perPhase(0) }, [0, 0, 0], 'fallback fallback fallback'],
    ['50 A', { fallbackA: perPhase(50) }, [50, 50, 50], 'fallback fallback fallback'],
    ['each phase its own', { fallbackA: [50, 20, 0] }, [50, 20, 0], 'fallback fallback fallback'],
    [
      'above the limit: the limit',
      { fallbackA: perPhase(200), operatorLimitA: perPhase(63) },
      [63, 63, 63],
      'operator operator operator',
    ],
    [
      '9999: the loss is ignored',
      { fallbackA: perPhase(9999), headroomA: perPhase(10) },
      [90, 90, 90],
      'fuse fuse fuse',
    ],
    ['9999 on one phase', { fallbackA: [9999, 40, 40] }, [100, 40, 40], 'fuse fallback fallback'],
  ];
  for (const [name, facts, expected, sources] of rows) {
    const before = metered(facts);
    t.same(capacityA(before), expected, `${name}: before the first sample`);
    const book = metered(facts, { currentA: perPhase(5) });
    t.same(capacityA(book), mapMinus(facts), `${name}: it works`);
    book.loseMeter(0, 0);
    const [lost] = book.capacities(0);
    t.match(lost, { capacityA: expected, measuredA: null, backgroundA: null }, `${name}: lost`);
    t.equal(lost?.cause.map(({ source }) => source).join(' '), sources, `${name}: what binds`);
    book.addSample(0, loadSample(perPhase(5), NO_AMPS, 90_000), 90_000);
    t.same(capacityA(book), mapMinus(facts), `${name}: it is back`);
  }
});

/** 100 A, or the operator's limit, less headroom and the 5 A that the meter shows. */
function mapMinus({ operatorLimitA, headroomA }: Partial<Circuit>): PhaseAmps {
  return perPhase((operatorLimitA?.[0] ?? 100) - (headroomA?.[0] ?? 0) - 5);
}

t.test('a circuit without a meter carries what flows behind the meters below it', async (t) => {
  const book = bookOf(
    circuit({ id: 'main', limitA: perPhase(100) }),
    circuit({ id: 'hall', parent: 'main', limitA: perPhase(63), meter: 'hall', meterLocation: 'excluding' }),
    circuit({ id: 'yard', parent: 'main', limitA: perPhase(63) }),
    circuit({ id: 'shed', parent: 'yard', limitA: perPhase(32), meter: 'shed', backgroundMaxA: perPhase(8) }),
  );
  book.addSample(1, loadSample([20, 30, 0], NO_AMPS, 0), 0);
  t.same(capacityA(book, 3), [0, 0, 0], 'the meter of the shed is not there yet: its fallback');
  t.same(capacityA(book, 2), perPhase(55), 'the yard: the most that the shed ever takes');
  t.same(capacityA(book, 0), [72, 62, 92], 'the main fuse: the hall and the shed');
  book.addSample(3, loadSample([5, 5, 9], [2, 2, 2], 100), 100);
  t.same(capacityA(book, 3), [29, 29, 25]);
  t.same(capacityA(book, 2), [60, 60, 56], 'through two levels');
  t.same(capacityA(book, 0), [77, 67, 93]);
});

t.test('a meter further up sees those below: nothing is counted twice', async (t) => {
  const book = bookOf(
    circuit({ id: 'hall', parent: 'main', limitA: perPhase(63), meter: 'hall', meterLocation: 'excluding' }),
    circuit({ id: 'main', limitA: perPhase(100), meter: 'grid' }),
  );
  book.addSample(0, loadSample(perPhase(20), NO_AMPS, 0), 0);
  book.addSample(1, loadSample(perPhase(50), perPhase(10), 0), 0);
  t.same(capacityA(book, 1), perPhase(60), '40 A of others, those of the hall included');
  t.same(capacityA(book, 0), perPhase(43));
  t.same([book.circuitOfMeter('grid'), book.circuitOfMeter('hall'), book.circuitOfMeter('other')], [1, 0, undefined]);
});
