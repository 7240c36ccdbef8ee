/** A decision with every feature on, as the daemon makes it: processor time, in a process with its flags. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defined } from '../src/base/assert.js';
import type { FeatureTimes } from './features-child.js';
import { median, quantile } from './numbers.js';
import type { Table } from './table.js';
import type { Topic } from './topic.js';

const CHILD = fileURLToPath(new URL('./features-child.js', import.meta.url));
/** As in bin/evenkeel. */
const FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const SIZES = [200, 2000] as const;
const CALLS = 200;
const WARM_UP_CALLS = 100;
const P99_MAX_MS = 1;
const TIMES_MAX = 10;

export const decide: Topic = {
  name: 'decide',
  about: 'computing time of one decision with every feature on',
  async run(_workshop, progress) {
    const rows: FeatureTimes[] = [];
    for (const count of SIZES) {
      progress(`${count} charge points`);
      rows.push(await timesOf(count));
    }
    return [tableOf(rows)];
  },
};

async function timesOf(count: number): Promise<FeatureTimes> {
  const args = [...FLAGS, CHILD, `${count}`, `${CALLS}`, `${WARM_UP_CALLS}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as FeatureTimes;
}

function tableOf(rows: readonly FeatureTimes[]): Table {
  const [small, large] = rows.map(({ timesMs }) => quantile(timesMs, 0.99));
  const [smallMs, largeMs] = [defined(small, 'the small site'), defined(large, 'the large site')];
  return {
    title: `decide: one decision with every feature on, ${CALLS} calls after ${WARM_UP_CALLS} to warm up, ms of a processor`,
    columns: [
      { head: 'charge points' },
      { head: 'circuits' },
      ...['least', 'median', 'p90', 'p99'].map((head) => ({ head, digits: 2 })),
    ],
    rows: rows.map(({ timesMs }, index) => {
      const count = SIZES[index] ?? 0;
      return [
        count,
        count / 10 + 1,
        Math.min(...timesMs),
        median(timesMs),
        quantile(timesMs, 0.9),
        quantile(timesMs, 0.99),
      ];
    }),
    targets: [
      { what: `p99 with ${SIZES[0]} charge points`, most: P99_MAX_MS, found: smallMs, unit: 'ms' },
      { what: `p99 with ${SIZES[1]}, in times of that`, most: TIMES_MAX, found: largeMs / smallMs, unit: 'x' },
    ],
    notes: [
      'Redistribution, priorities, boosts and pauses, four-row schedules, inputs, session limits, limits in W, of differences between phases and of each role, DLB, ALM and section 14a, all at once; vehicles differ in what they take. In a process with the flags of the daemon, garbage collection included.',
    ],
  };
}
