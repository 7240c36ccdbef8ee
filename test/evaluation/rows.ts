/** All rows of a site with a run of our own plugged in, the page and the plot that come of them. */
import t from 'tap';
import { evaluateSite, type SiteResult } from '../../evaluation/evaluate.js';
import { mostAtOnce, page } from '../../evaluation/report.js';
import type { EvaluationSite, ManagedRun } from '../../evaluation/site.js';
import { plot } from '../../evaluation/svg.js';
import { smallSite } from './small-site.js';

const SITE = smallSite(16, [
  {
    stays: [
      [0, 60, 3.68],
      [60, 90, 1],
    ],
  },
  { priority: 2, stays: [[0, 60, 3.68]] },
]);

/** Stands in for the virtual site: everybody gets half of what he wants. */
const half: ManagedRun = {
  run: async ({ chargePoints }: EvaluationSite) => ({
    energyWh: chargePoints.map(({ sessions }) => sessions.map(({ demandWh }) => demandWh / 2)),
    use: { worstA: [16, 0, 0], utilisation: 0.875, minutesOver: 0 },
  }),
};

async function result(): Promise<SiteResult> {
  return evaluateSite(SITE, [{ name: 'half <of> it', sharing: 'equal', managed: half }], () => undefined);
}

t.test('the rows of a site', async (t) => {
  const { rows, demandWh, coarseBoundWh } = await result();
  t.strictSame(
    rows.map(({ method, kind }) => `${kind}: ${method}`),
    [
      'bound: clairvoyant bound',
      'own: half <of> it',
      'rival: no management',
      'rival: static, all charge points',
      'rival: static, as many as 6 A allow',
    ],
  );
  t.equal(demandWh, 8360);
  t.equal(Math.round(rows[0]?.energyWh ?? 0), 4680, 'an hour of 16 A, then the rest alone');
  t.ok(coarseBoundWh >= (rows[0]?.energyWh ?? 0) - 1e-6);
  t.ok(
    rows.every(({ energyWh }) => energyWh <= 4680.001),
    'nobody is above the bound',
  );
  t.equal(rows[1]?.servedShare, 0.5);
  t.equal(rows[2]?.trips, 2, 'at once, and again after the hour of darkness');
});

t.test('the page', async (t) => {
  const data = { isRecorded: true, sessions: [], household: [] };
  const text = page([await result()], data);
  const cells = (method: string): string[] => {
    const line = text.split('\n').find((each) => each.includes(`| ${method} |`)) ?? '';
    return line.split('|').map((cell) => cell.trim());
  };
  const half = ['4', '50.0 %', '89.3 %', '1.000', '50.0 %', '100.0 %', '50.0 % / 50.0 %', '87.5 %', '100.0 %', 'never'];
  t.strictSame(cells('half <of> it').slice(3, -1), half);
  t.match(cells('no management')[12], /^7.0 min, 2 trips$/);
  t.equal(cells('static, all charge points')[3], '5', '8 A each, for two and a half hours');
  t.match(text, 'CC BY 4.0');
  t.notMatch(text, /generated/i);
  t.match(page([await result()], { ...data, isRecorded: false }), /^\*\*Generated sessions, not recorded ones\*\*/m);
});

t.test('the plot', async (t) => {
  const text = plot([await result()], 'A & B');
  t.equal(text.match(/<rect /g)?.length, 5, 'a bar for each row, and no background');
  t.match(text, 'A &amp; B');
  t.match(text, 'half &lt;of&gt; it');
  t.notMatch(text, /NaN|undefined|script|href/);
});

t.test('who leaves makes room in the same minute', async (t) => {
  t.equal(mostAtOnce(SITE), 2);
});
