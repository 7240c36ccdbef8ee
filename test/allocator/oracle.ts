/** Random sites before the judge: every rule of "what is right", the exact share by linear programs. */
import type fc from 'fast-check';
import t from 'tap';
import { divide } from './division.js';
import type { RequestForm } from './form.js';
import { judge } from './judge.js';
import { overSites, type Tap } from './over-sites.js';
import { solved } from './shares.js';
import { sites } from './sites.js';

t.test('the judge finds nothing wrong', async (t) => {
  judgeAll(t, 'every rule', sites());
  judgeAll(t, 'every rule, imbalance limited', sites({ isImbalanceLimited: true }));
});

function judgeAll(t: Tap, name: string, draws: fc.Arbitrary<RequestForm>): void {
  const short = { sites: 0, mostSteps: 0, withoutNeed: 0 };
  const [lps, milps] = [solved.lps, solved.milps];
  overSites(t, name, draws, (request, isFirst) => {
    const { objections, shortfall } = judge(request, divide(request));
    if (!isFirst) return objections;
    if (shortfall.own > 0) short.sites += 1;
    if (shortfall.own > shortfall.least) short.withoutNeed += 1;
    short.mostSteps = Math.max(short.mostSteps, shortfall.own);
    return objections;
  });
  t.comment(`${solved.lps - lps} linear programs, ${solved.milps - milps} with whole numbers`);
  t.comment(
    `below the whole share: ${short.sites} sites, at most ${short.mostSteps} steps, ${short.withoutNeed} without need`,
  );
}
