/** All rows of one site: the bound, the baselines, and the runs of our own control. */
import { staticForAll, staticForFew, unmanaged } from './baselines.js';
import { clairvoyantBound } from './bound.js';
import { type Measures, measure } from './measures.js';
import type { EvaluationSite, ManagedRun, Sharing } from './site.js';

/** Blocks of the bound. Each is also divided where somebody comes or leaves. */
export const BLOCK_MINUTES = 15;
/** The bound is computed with these too, to show how little the length matters: it can only fall with shorter blocks. */
export const COARSE_BLOCK_MINUTES = 60;

export interface NamedRun {
  readonly name: string;
  readonly sharing: Sharing;
  readonly managed: ManagedRun;
  readonly isPart?: boolean;
}

/** `bound`: nobody can do better. `rival`: without load management. `own`: ours; `part`: ours with something left out. */
export type MethodKind = 'bound' | 'rival' | 'own' | 'part';

export interface Row {
  readonly method: string;
  readonly kind: MethodKind;
  readonly energyWh: number;
  /** Of the demand. */
  readonly servedShare: number;
  /** Nothing for the bound, which is of energy alone. */
  readonly measures?: Measures;
  readonly trips?: number;
  readonly seconds: number;
}

export interface SiteResult {
  readonly site: EvaluationSite;
  readonly recordedWh: number;
  readonly demandWh: number;
  readonly coarseBoundWh: number;
  /** The bound first. */
  readonly rows: readonly Row[];
}

export async function evaluateSite(
  site: EvaluationSite,
  runs: readonly NamedRun[],
  progress: (text: string) => void,
): Promise<SiteResult> {
  const sessions = site.chargePoints.flatMap((point) => point.sessions);
  const demandWh = sessions.reduce((sumWh, session) => sumWh + session.demandWh, 0);
  const recordedWh = sessions.reduce((sumWh, session) => sumWh + session.recordedWh, 0);
  const rows: Row[] = [];
  const add = async (method: string, kind: MethodKind, run: () => Outcome | Promise<Outcome>): Promise<void> => {
    progress(method);
    const startedMs = performance.now();
    const outcome = await run();
    const seconds = (performance.now() - startedMs) / 1000;
    rows.push({ method, kind, ...outcome, servedShare: outcome.energyWh / demandWh, seconds });
  };
  const measured = (delivered: Parameters<typeof measure>[1]): Outcome => {
    const measures = measure(site, delivered);
    const { trips } = delivered;
    return { energyWh: measures.energyWh, measures, ...(trips === undefined ? {} : { trips }) };
  };
  await add('clairvoyant bound', 'bound', () => ({ energyWh: clairvoyantBound(site, BLOCK_MINUTES).energyWh }));
  for (const { name, sharing, managed, isPart } of runs) {
    await add(name, isPart ? 'part' : 'own', async () => measured(await managed.run(site, sharing)));
  }
  await add('no management', 'rival', () => measured(unmanaged(site)));
  await add('static, all charge points', 'rival', () => measured(staticForAll(site)));
  await add('static, as many as 6 A allow', 'rival', () => measured(staticForFew(site)));
  const coarseBoundWh = clairvoyantBound(site, COARSE_BLOCK_MINUTES).energyWh;
  return { site, recordedWh, demandWh, coarseBoundWh, rows };
}

type Outcome = Pick<Row, 'energyWh' | 'measures' | 'trips'>;
