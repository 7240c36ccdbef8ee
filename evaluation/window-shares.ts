/** What equal sharing reaches in each piece of the months, without building load and delays. */
import { clairvoyantBound } from './bound.js';
import { quietSite, WINDOW_WEEKS } from './cases.js';
import type { EvaluationData } from './data.js';
import { BLOCK_MINUTES } from './evaluate.js';
import { idealRun } from './ideal.js';
import { fluidRun } from './methods.js';
import type { WindowShares } from './report-apart.js';
import type { EvaluationSite, ManagedRun } from './site.js';
import { windowsOf } from './weeks.js';

export async function windowShares(data: EvaluationData): Promise<readonly WindowShares[]> {
  const shares: WindowShares[] = [];
  for (const { firstWeek, site, demandWh } of windowsOf(quietSite(data), WINDOW_WEEKS)) {
    const boundWh = clairvoyantBound(site, BLOCK_MINUTES).energyWh;
    const sessions = site.chargePoints.reduce((count, point) => count + point.sessions.length, 0);
    const fluidShare = (await energyOf(fluidRun, site)) / boundWh;
    const wholeShare = (await energyOf(idealRun, site)) / boundWh;
    shares.push({ firstWeek, sessions, demandWh, boundShare: boundWh / demandWh, fluidShare, wholeShare });
  }
  return shares;
}

async function energyOf(run: ManagedRun, site: EvaluationSite): Promise<number> {
  const { energyWh } = await run.run(site, 'equal');
  return energyWh.flat().reduce((sumWh, each) => sumWh + each, 0);
}
