/** I4: each way out that a finding names is one, and the next ampere would be too much. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { MODELS } from './support.js';
import { parseConfig } from '../../src/config/parse.js';

const SITES = 150;
/** Replay one: put its seed here, and 1 above. */
const FIRST_SEED = 1;

interface Drawn {
  readonly limitA: number;
  readonly backgroundA: number;
  readonly pointsA: readonly number[];
}

function drawn(seed: number): Drawn {
  const rng = seededRng(seed);
  return {
    limitA: 10 + rng.int(60),
    backgroundA: rng.int(40),
    pointsA: Array.from({ length: 1 + rng.int(8) }, () => rng.int(20)),
  };
}

/** What is found wrong with it; `undefined` when it is good. */
function finding({ limitA, backgroundA, pointsA }: Drawn): string | undefined {
  const points = pointsA.map((amps, index) => `  - { id: cp${index}, circuit: main, disconnectedLimitA: ${amps} }\n`);
  const circuit = `  - { id: main, limitA: ${limitA}, backgroundMaxA: ${backgroundA} }\n`;
  const parsed = parseConfig(`site: X\ncircuits:\n${circuit}chargePoints:\n${points.join('')}`, {
    meterModels: MODELS,
  });
  return parsed.ok ? undefined : parsed.error.map(({ expected }) => expected).join('\n');
}

function withoutLargest(pointsA: readonly number[], count: number): readonly number[] {
  const largest = pointsA.map((_, index) => index).sort((a, b) => (pointsA[b] ?? 0) - (pointsA[a] ?? 0));
  const none = new Set(largest.slice(0, count));
  return pointsA.map((amps, index) => (none.has(index) ? 0 : amps));
}

/** Each way by its words, and the site after it with so much more than it says. */
const WAYS: readonly (readonly [RegExp, (site: Drawn, value: number, more: number) => Drawn])[] = [
  [/raise limitA to (\d+) A/, (site, value, more) => ({ ...site, limitA: value - more })],
  [/lower backgroundMaxA to (\d+) A/, (site, value, more) => ({ ...site, backgroundA: value + more })],
  [
    /lower disconnectedLimitA to (\d+) A/,
    (site, value, more) => ({ ...site, pointsA: site.pointsA.map((amps) => Math.min(amps, value + more)) }),
  ],
  [
    /to 0 A for the largest (\d+)/,
    (site, value, more) => ({ ...site, pointsA: withoutLargest(site.pointsA, value - more) }),
  ],
];

t.test('every way out is one, and not farther than it must be', async (t) => {
  const used = new Map<RegExp, number>();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SITES; seed++) {
    const site = drawn(seed);
    const text = finding(site);
    if (text === undefined) continue;
    for (const [words, after] of WAYS) {
      const value = words.exec(text)?.[1];
      if (value === undefined) continue;
      used.set(words, (used.get(words) ?? 0) + 1);
      const [good, bad] = [finding(after(site, Number(value), 0)), finding(after(site, Number(value), 1))];
      if (good !== undefined || bad === undefined) {
        t.fail(
          `seed ${seed}: ${JSON.stringify(site)}: ${text}; after "${words.source}": ${good ?? 'one more fits too'}`,
        );
      }
    }
  }
  for (const [words] of WAYS) t.ok((used.get(words) ?? 0) > 10, `${words.source}: ${used.get(words)} times`);
});
