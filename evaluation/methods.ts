/** Our own runs of each site: the division by itself, the product, and both with something left out where a site is taken apart. */
import { SEED } from './cases.js';
import { idealRun, idealRunIn } from './ideal.js';
import { PLAYED_S, type PlayForm } from './managed-play.js';
import { type EvaluationSite, type ManagedRun, MIN_A, type Sharing } from './site.js';

export interface OwnMethod {
  readonly name: string;
  readonly sharing: Sharing;
  /** Not ours as it is, but to see what a part of it costs. */
  readonly isPart?: boolean;
  readonly run: { readonly ideal: ManagedRun } | { readonly played: PlayForm };
}

const REAL: PlayForm = { seed: SEED, playedS: PLAYED_S, hasTaper: true, fullLeave: false };
/** Amperes that nobody notices. */
const FINE = 0.01;

/** What the page compares where a site is taken apart. */
export const APART_NAMES = {
  ideal: 'equal shares, no delays',
  product: 'product, equal sharing',
  fluid: 'no delays, no 6 A, no steps',
  fine: 'no delays, no steps',
  leave: 'product, who is full leaves',
  leaveStraight: 'product, who is full leaves, no taper',
  real: 'product, all 60 s played',
} as const;

export const fluidRun: ManagedRun = idealRunIn({ minA: FINE, stepA: FINE });

const EVERYWHERE: readonly OwnMethod[] = [
  { name: APART_NAMES.ideal, sharing: 'equal', run: { ideal: idealRun } },
  { name: 'by priority, no delays', sharing: 'priority', run: { ideal: idealRun } },
  { name: APART_NAMES.product, sharing: 'equal', run: { played: REAL } },
  { name: 'product, priority sharing', sharing: 'priority', run: { played: REAL } },
];

function part(name: string, run: OwnMethod['run']): OwnMethod {
  return { name, sharing: 'equal', isPart: true, run };
}

const APART: readonly OwnMethod[] = [
  part(APART_NAMES.fluid, { ideal: fluidRun }),
  part(APART_NAMES.fine, { ideal: idealRunIn({ minA: MIN_A, stepA: FINE }) }),
  part(APART_NAMES.leave, { played: { ...REAL, fullLeave: true } }),
  part(APART_NAMES.leaveStraight, { played: { ...REAL, fullLeave: true, hasTaper: false } }),
  part(APART_NAMES.real, { played: { ...REAL, playedS: 60 } }),
];

export function methodsOf({ isTakenApart }: EvaluationSite): readonly OwnMethod[] {
  return isTakenApart ? [...EVERYWHERE, ...APART] : EVERYWHERE;
}
