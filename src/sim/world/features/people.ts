/** What people set while the masters run, sensible or not: what is refused changes nothing. */
import type { OperatorAction } from '../../../base/operator-action.js';
import type { Rng } from '../../../base/rng.js';
import { anyOf, type Draft, type Feature, moments, numberOf } from './draft.js';

const ACTIONS_MAX = 6;
/** Now and then somebody asks for too much. */
const TOO_MUCH = 1.1;

function acts(
  name: string,
  share: number,
  draw: (rng: Rng, draft: Draft) => readonly [string, OperatorAction],
): Feature {
  return {
    name,
    share,
    draw: (rng, draft) => {
      for (const atMs of moments(rng, draft, ACTIONS_MAX)) {
        const [target, action] = draw(rng, draft);
        draft.actions.push({ atMs, target, action });
      }
    },
  };
}

/** A charge point, or now and then all of a circuit. */
function target(rng: Rng, { chargePoints, circuits }: Draft): string {
  return rng.chance(0.8) ? anyOf(rng, [...chargePoints.keys()]) : anyOf(rng, circuits).id;
}

function ofCircuit(rng: Rng, { circuits }: Draft): readonly [string, OperatorAction] {
  const { id, fuseA } = anyOf(rng, circuits);
  const each = (): number => Math.floor(rng.between(0, fuseA * TOO_MUCH));
  const limitA = rng.chance(0.25) ? null : rng.chance(0.7) ? each() : ([each(), each(), each()] as const);
  return [id, { what: 'operatorLimit', limitA }];
}

function ofPoint(rng: Rng, { chargePoints }: Draft): readonly [string, OperatorAction] {
  const [id, keys] = anyOf(rng, [...chargePoints]);
  const limitA = rng.chance(0.3) ? null : Math.floor(rng.between(0, numberOf(keys, 'maxA', 32) * TOO_MUCH));
  return [id, { what: 'operatorLimit', limitA }];
}

function stop(rng: Rng, draft: Draft): readonly [string, OperatorAction] {
  return [target(rng, draft), { what: rng.chance(0.4) ? 'pause' : 'resume' }];
}

function block(rng: Rng, draft: Draft): readonly [string, OperatorAction] {
  const action = rng.chance(0.4)
    ? ({ what: 'block', from: rng.chance(0.5) ? 'now' : 'next' } as const)
    : ({ what: 'unblock' } as const);
  return [target(rng, draft), action];
}

function priority(rng: Rng, draft: Draft): readonly [string, OperatorAction] {
  return [target(rng, draft), { what: 'priority', priority: rng.chance(0.3) ? null : 1 + rng.int(4) }];
}

function boost(rng: Rng, draft: Draft): readonly [string, OperatorAction] {
  return [
    target(rng, draft),
    { what: 'boost', forMs: rng.chance(0.2) ? null : Math.floor(rng.between(10_000, 900_000)) },
  ];
}

export const PEOPLE_FEATURES: readonly Feature[] = [
  acts('operator limit of a circuit, while it runs', 0.25, ofCircuit),
  acts('operator limit of a charge point, while it runs', 0.2, ofPoint),
  acts('pause and resume', 0.2, stop),
  acts('block', 0.15, block),
  acts('priority', 0.15, priority),
  acts('boost', 0.2, boost),
];
