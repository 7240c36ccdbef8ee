/** The share of damaged answers, and when people are told of it. */
import t from 'tap';
import { NoiseWatch } from '../../src/meters/noise.js';

/** `requests` a second apart, of which each `nth` is damaged; what was told meanwhile. */
function play(watch: NoiseWatch, fromMs: number, requests: number, nth: number): boolean[] {
  const told: boolean[] = [];
  for (let index = 0; index < requests; index++) {
    const nowMs = fromMs + 1000 * index;
    watch.ask(nowMs);
    if (index % nth === nth - 1) watch.damage(nowMs);
    const turned = watch.turned(nowMs);
    if (turned !== undefined) told.push(turned);
  }
  return told;
}

t.test('told once when three in a hundred are damaged, and once when it is below one', async (t) => {
  const watch = new NoiseWatch();
  t.strictSame(watch.figures(0), { damagedAnswers: 0, damagedPercent: null });
  t.strictSame(play(watch, 0, 300, 1000), []);
  t.strictSame(watch.figures(299_000), { damagedAnswers: 0, damagedPercent: 0 });
  t.strictSame(play(watch, 300_000, 300, 10), [true]);
  t.strictSame(watch.figures(599_000), { damagedAnswers: 30, damagedPercent: 10 });
  t.strictSame(play(watch, 600_000, 300, 1000), [false]);
  t.strictSame(watch.figures(899_000), { damagedAnswers: 30, damagedPercent: 0 });
});

t.test('one or two are chance, whatever their share', async (t) => {
  const watch = new NoiseWatch();
  for (const nowMs of [0, 5000]) {
    watch.ask(nowMs);
    watch.damage(nowMs);
    t.equal(watch.turned(nowMs), undefined);
  }
  t.strictSame(watch.figures(5000), { damagedAnswers: 2, damagedPercent: 100 });
  watch.damage(6000);
  t.equal(watch.turned(6000), true);
  t.equal(watch.figures(6000).damagedPercent, 100, 'never more than all');
});

t.test('what nobody asks says nothing: no end is told of a line that is silent', async (t) => {
  const watch = new NoiseWatch();
  play(watch, 0, 100, 5);
  t.strictSame(watch.figures(500_000), { damagedAnswers: 20, damagedPercent: null });
  t.equal(watch.turned(500_000), undefined);
});
