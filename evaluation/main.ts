/** `make evaluate`: real months of charging behind fuses that are too small, by every method; writes docs/evaluation.md and .svg. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { casesOf, SEED } from './cases.js';
import { evaluationData } from './data.js';
import { evaluateSite, type NamedRun, type SiteResult } from './evaluate.js';
import { idealRun } from './ideal.js';
import { page } from './report.js';
import { plot } from './svg.js';

const RUNS: readonly NamedRun[] = [
  { name: 'equal shares, no delays', sharing: 'equal', managed: idealRun },
  { name: 'by priority, no delays', sharing: 'priority', managed: idealRun },
];

const ROOT = new URL('../../', import.meta.url);
/** The recorded days stand beside the project. */
const RECORDED = new URL('../shared/data/', ROOT);

/** What stands in docs/ is of the recorded sessions; others do not replace it. */
function folderFor(isRecorded: boolean): string {
  return isRecorded ? 'docs' : 'build/evaluation-generated';
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
  for (const site of casesOf(data)) {
    const where = `${site.name}, ${site.fuseA} A`;
    const result = await evaluateSite(site, RUNS, (method) => say(`${where}: ${method}`));
    for (const { method, servedShare, seconds } of result.rows) {
      console.log(
        `        ${method.padEnd(30)} ${(100 * servedShare).toFixed(2).padStart(6)} %  ${seconds.toFixed(1)} s`,
      );
    }
    results.push(result);
  }
  const folder = folderFor(data.isRecorded);
  mkdirSync(new URL(folder, ROOT), { recursive: true });
  writeFileSync(new URL(`${folder}/evaluation.md`, ROOT), page(results, data));
  writeFileSync(new URL(`${folder}/evaluation.svg`, ROOT), plot(results, plotTitle(data.isRecorded)));
  say(`written: ${folder}/evaluation.md, ${folder}/evaluation.svg`);
}

function plotTitle(isRecorded: boolean): string {
  return isRecorded ? 'Share of the demand that is served' : 'Share of the demand that is served (GENERATED sessions)';
}

await main();
