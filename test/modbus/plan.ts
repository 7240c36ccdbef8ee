/** Rows to block reads: fewest reads, within the limits, every value whole; and rows back out of the blocks. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { ENCODING_WORDS, type Encoding } from '../../src/base/registers.js';
import { encodeWords } from '../../src/modbus/encodings.js';
import { planReads, type ReadLimits } from '../../src/modbus/plan.js';
import { type RegisterRow, rowValue } from '../../src/modbus/rows.js';

function row(address: number, encoding: Encoding = 'float32', functionCode: 3 | 4 = 3): RegisterRow {
  return { measurand: `at${address}`, address, functionCode, encoding, wordOrder: 'big', scale: 1, unit: 'A' };
}

function planned(rows: readonly RegisterRow[], limits: ReadLimits): string[] {
  return planReads(rows, limits).map((block) => `${block.functionCode}:${block.address}+${block.count}`);
}

t.test('neighbours share a read, gaps only as far as allowed', (t) => {
  const rows = [row(13), row(1), row(3)];
  t.same(planned(rows, { maxRegisters: 125, maxGap: 0 }), ['3:1+4', '3:13+2']);
  t.same(planned(rows, { maxRegisters: 125, maxGap: 7 }), ['3:1+4', '3:13+2']);
  t.same(planned(rows, { maxRegisters: 125, maxGap: 8 }), ['3:1+14']);
  t.same(planned(rows, { maxRegisters: 13, maxGap: 8 }), ['3:1+4', '3:13+2']);
  t.same(planned([row(0, 'float64'), row(1, 'uint16')], { maxRegisters: 125, maxGap: 0 }), ['3:0+4'], 'one in another');
  t.same(planned([], { maxRegisters: 125, maxGap: 8 }), []);
  t.end();
});

t.test('a value is never cut in two, functions are never mixed', (t) => {
  t.same(planned([row(0), row(2), row(4)], { maxRegisters: 5, maxGap: 0 }), ['3:0+4', '3:4+2']);
  t.same(planned([row(0), row(2, 'float32', 4)], { maxRegisters: 125, maxGap: 0 }), ['3:0+2', '4:2+2']);
  t.throws(() => planReads([row(0, 'float64')], { maxRegisters: 2, maxGap: 0 }), /more registers than one read/);
  t.throws(() => planReads([], { maxRegisters: 126, maxGap: 0 }), /maxRegisters 126/);
  t.end();
});

/** The fewest reads by trying every cut between neighbours. */
function fewest(rows: readonly RegisterRow[], limits: ReadLimits): number {
  const best = [0];
  for (let end = 1; end <= rows.length; end++) {
    best[end] = Number.POSITIVE_INFINITY;
    for (let start = end - 1; start >= 0; start--) {
      const part = rows.slice(start, end);
      if (allowed(part, limits)) best[end] = Math.min(best[end] ?? 0, (best[start] ?? 0) + 1);
    }
  }
  return best[rows.length] ?? 0;
}

function allowed(part: readonly RegisterRow[], limits: ReadLimits): boolean {
  const ends = part.map((each) => each.address + ENCODING_WORDS[each.encoding]);
  const gaps = part.slice(1).map((each, index) => each.address - (ends[index] ?? 0));
  return (ends.at(-1) ?? 0) - (part[0]?.address ?? 0) <= limits.maxRegisters && gaps.every((g) => g <= limits.maxGap);
}

t.test('random maps: every row read whole, within the limits, with the fewest reads', (t) => {
  const seed = Number(process.env['EVENKEEL_SEED'] ?? 77);
  t.comment(`seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/modbus.test.js`);
  const rng = seededRng(seed);
  for (let round = 0; round < 300; round++) {
    const rows: RegisterRow[] = [];
    for (let address = rng.int(5), count = 1 + rng.int(12); rows.length < count; ) {
      const next = row(address, rng.chance(0.3) ? 'uint16' : rng.chance(0.3) ? 'float64' : 'float32');
      rows.push(next);
      address += ENCODING_WORDS[next.encoding] + (rng.chance(0.5) ? 0 : rng.int(12));
    }
    const limits = { maxRegisters: 4 + rng.int(30), maxGap: rng.int(10) };
    const blocks = planReads(rows, limits);
    const read = blocks.map((block) => ({ block, words: new Uint16Array(block.count) }));
    const unread = rows.filter((each) => !rowValue(each, read).ok);
    if (unread.length > 0 || blocks.some((block) => block.count > limits.maxRegisters)) t.fail(`round ${round}`);
    if (blocks.length !== fewest(rows, limits)) t.equal(blocks.length, fewest(rows, limits), `round ${round}`);
  }
  t.end();
});

t.test('a row out of a block', (t) => {
  const words = Uint16Array.of(9, ...encodeWords(-12.5, 'float32', 'little'), 9);
  const block = { functionCode: 4, address: 100, count: 4 } as const;
  const wanted = { ...row(101, 'float32', 4), wordOrder: 'little', scale: 0.1, unit: 'W' } as const;
  t.same(rowValue(wanted, [{ block, words }]), { ok: true, value: -1.25 });
  t.same(rowValue({ ...wanted, functionCode: 3 }, [{ block, words }]), {
    ok: false,
    error: { text: 'register 101 (at101): was not read', isNotAvailable: false },
  });
  t.same(rowValue({ ...wanted, address: 103 }, [{ block, words }]).ok, false, 'half of it lies outside');
  t.same(rowValue(wanted, [{ block, words: words.subarray(0, 3) }]).ok, false, 'a short answer is no answer');
  const gone = Uint16Array.of(0, 0, 0x7fc0, 0);
  t.same(rowValue(wanted, [{ block, words: gone }]), {
    ok: false,
    error: {
      text: 'register 101 (at101): expected a value, got 0000 7fc0 (float32: not available)',
      isNotAvailable: true,
    },
  });
  const tenths = { ...wanted, encoding: 'uint16', address: 100 } as const;
  const raw = (scale: number): unknown =>
    rowValue({ ...tenths, scale }, [{ block, words: Uint16Array.of(2301, 0, 0, 0) }]);
  t.same(raw(0.1), { ok: true, value: 230.1 }, '2301 * 0.1 would be 230.10000000000002');
  t.same(raw(-0.001), { ok: true, value: -2.301 });
  t.same(raw(1000), { ok: true, value: 2_301_000 });
  t.same(raw(0.3), { ok: true, value: 2301 * 0.3 });
  t.end();
});
