/** `make evaluate`: real months of charging behind fuses that are too small, by every method; writes docs/evaluation.md and .svg. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { casesOf, type Extent, SEED } from './cases.js';
import { evaluationData } from './data.js';
import { evaluateSite, type NamedRun, type SiteResult } from './evaluate.js';
import { methodsOf } from './methods.js';
import { page } from './report.js';
import type { EvaluationSite } from './site.js';
import { plot } from './svg.js';
import { windowShares } from './window-shares.js';
import { WorkerPool } from './workers.js';

const ROOT = new URL('../../', import.meta.url);
/** The recorded days stand beside the project. */
const RECORDED = new URL('../shared/data/', ROOT);

/** What stands in docs/ is of the recorded sessions; others do not replace it. */
function folderFor(isRecorded: boolean): string {
  return isRecorded ? 'docs' : 'build/evaluation-generated';
}

const EXTENT: Extent = process.env['EVENKEEL_WEEKS'] === 'all' ? 'allWeeks' : 'someWeeks';

/** The runs of the virtual site begin at once, in the order in which they are asked for. */
function runsOf(site: EvaluationSite, at: number, pool: WorkerPool, say: (text: string) => void): readonly NamedRun[] {
  return methodsOf(site).map(({ run, ...named }, method) => {
    if ('ideal' in run) return { ...named, managed: run.ideal };
    const job = { folder: RECORDED.href, extent: EXTENT, site: at, method };
    const where = `${site.name}, ${site.fuseA} A: ${named.name}`;
    const delivered = pool.run(job, (share) => say(`${where}: ${(100 * share).toFixed(0)} %`));
    // Who asks for it later hears of an error then.
    delivered.catch(() => undefined);
    return { ...named, managed: { run: () => delivered } };
  });
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const say = (text: string): void => {
    console.log(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  };
  const data = evaluationData(RECORDED, SEED);
  if (data.isRecorded) say(`${data.sessions.length} recorded sessions`);
  else say(`../shared/data is not there: ${data.sessions.length} GENERATED sessions with the same statistics`);
  const results: SiteResult[] = [];
  const sites = casesOf(data, EXTENT);
  const pool = new WorkerPool(availableParallelism());
  const runs = sites.map((site, at) => runsOf(site, at, pool, say));
  for (const [at, site] of sites.entries()) {
    const where = `${site.name}, ${site.fuseA} A`;
    const result = await evaluateSite(site, runs[at] ?? [], (method) => say(`${where}: ${method}`));
    for (const { method, servedShare, seconds } of result.rows) {
      console.log(
        `        ${method.padEnd(30)} ${(100 * servedShare).toFixed(2).padStart(6)} %  ${seconds.toFixed(1)} s`,
      );
    }
    results.push(result);
  }
  const folder = folderFor(data.isRecorded);
  mkdirSync(new URL(folder, ROOT), { recursive: true });
  writeFileSync(new URL(`${folder}/evaluation.md`, ROOT), page(results, data, await windowShares(data)));
  writeFileSync(new URL(`${folder}/evaluation.svg`, ROOT), plot(results, plotTitle(data.isRecorded)));
  say(`written: ${folder}/evaluation.md, ${folder}/evaluation.svg`);
}

function plotTitle(isRecorded: boolean): string {
  return isRecorded ? 'Share of the demand that is served' : 'Share of the demand that is served (GENERATED sessions)';
}

await main();
