/** What is believed of the numbers in a STATUS. */
import type { Status } from '../../base/messages.js';
import { connectedMask, maskToGrid, type Network, onPhases, type Wiring, wiringIn } from '../../base/rotation.js';
import { type Amps, mapPhases, type PhaseAmps } from '../../base/units.js';

/** No charge point draws more than this multiple of what it can take or was granted. Its meter or its words are wrong then. */
const PLAUSIBLE_MULTIPLE = 1.5;
/** Beside a maximum of 0 A the noise of a meter is no lie. */
const NOISE_A: Amps = 1;
/** IEC 61851-1: no control pilot offers more. A charge point that no configuration lists may get another cable, up to this. */
const PILOT_MOST_A: Amps = 80;

export interface Known {
  /** The larger one of its maximum, as configured or as first heard, and of its last grant. */
  readonly maxA: Amps;
  readonly isListed: boolean;
}

/**
 * What cannot be counts as the largest that can. Else one stolen key stops all others: by a maximum, a disconnected limit, an
 * enforced limit or a current of 655 A. The same object if all of it can be.
 */
export function believed(status: Status, { maxA: knownA, isListed }: Known): Status {
  const mostA = Math.max(PLAUSIBLE_MULTIPLE * knownA, isListed ? 0 : PILOT_MOST_A) + NOISE_A;
  const maxA = status.maxA <= mostA ? status.maxA : knownA;
  const largestA = Math.max(maxA, knownA);
  const boundA = PLAUSIBLE_MULTIPLE * largestA + NOISE_A;
  const within = (amps: Amps): Amps => (amps <= boundA ? amps : largestA);
  const currentA = mapPhases((p) => within(status.currentA[p]));
  const [enforcedA, disconnectedLimitA] = [within(status.enforcedA), within(status.disconnectedLimitA)];
  const isBelieved = maxA === status.maxA && enforcedA === status.enforcedA;
  const isSame = isBelieved && disconnectedLimitA === status.disconnectedLimitA;
  if (isSame && currentA.every((amps, p) => amps === status.currentA[p])) return status;
  return { ...status, maxA, enforcedA, disconnectedLimitA, currentA };
}

/** What a STATUS says, with the connector as it is wired in its network. */
export type Wired = Omit<Status, 'rotation'> & { readonly rotation: Wiring };

export function wired(status: Status, network: Network): Wired {
  return network === 'TN' ? status : { ...status, rotation: wiringIn(network, status.rotation) };
}

/** The current that a STATUS of a start in doubt says may flow, in A per phase of the grid. */
export function saidA({ rotation, phases, disconnectedLimitA, enforcedA }: Wired): PhaseAmps {
  return onPhases(maskToGrid(rotation, connectedMask(phases)), Math.max(disconnectedLimitA, enforcedA));
}
