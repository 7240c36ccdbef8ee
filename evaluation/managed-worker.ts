/** One run of the virtual site in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '../src/base/assert.js';
import { casesOf, SEED } from './cases.js';
import { evaluationData } from './data.js';
import { runManaged } from './managed-run.js';
import { methodsOf } from './methods.js';
import type { FromWorker, Job } from './workers.js';

const TOLD_EVERY_SHARE = 0.1;

const job = workerData as Job;
const site = defined(casesOf(evaluationData(new URL(job.folder), SEED), job.extent)[job.site], 'site');
const { run, sharing } = defined(methodsOf(site)[job.method], 'method');
const tell = (said: FromWorker): void => parentPort?.postMessage(said);

if ('played' in run) {
  let told = 0;
  const delivered = await runManaged(site, sharing, run.played, (share) => {
    if (share < told + TOLD_EVERY_SHARE) return;
    told = share;
    tell({ share });
  });
  tell({ delivered });
}
