/** Why a charge point has the limit that it has: exactly one binding reason, as a closed union; text is made at the edge. */
import { PHASE_NAMES, type Amps, type PhaseIndex } from './units.js';

export type LimitReason =
  /** Its own maximum: hardware, cable, installation. */
  | { readonly kind: 'maximum' }
  /** The fuse of a circuit is full on this phase. */
  | { readonly kind: 'circuit'; readonly circuit: string; readonly phase: PhaseIndex }
  /** Full because the circuit's meter is lost and the fallback holds. */
  | { readonly kind: 'fallback'; readonly circuit: string; readonly phase: PhaseIndex; readonly fallbackA: Amps }
  /** The power limit of a circuit is reached. */
  | { readonly kind: 'power'; readonly circuit: string }
  /** More would widen the difference between two phases beyond the circuit's limit. */
  | { readonly kind: 'imbalance'; readonly circuit: string; readonly phases: readonly [PhaseIndex, PhaseIndex] }
  /**
   * Paused: not even the minimum is left beside those who are served before. `phase` where a fuse is full, `phases` where
   * the imbalance would grow too large, neither where a power limit binds.
   */
  | {
      readonly kind: 'shortage';
      readonly circuit: string;
      readonly phase?: PhaseIndex;
      readonly phases?: readonly [PhaseIndex, PhaseIndex];
      readonly yieldsTo: readonly string[];
    }
  /** Only the remainder of the division is missing; no phase where a power limit binds. */
  | { readonly kind: 'step'; readonly circuit: string; readonly phase?: PhaseIndex }
  /** Its share is found but not yet free: other charge points have not confirmed their lower limits. */
  | { readonly kind: 'waiting'; readonly circuit: string; readonly phase: PhaseIndex }
  /** After a start: what it may still be drawing on old grants is not known yet. */
  | { readonly kind: 'startup' }
  | { readonly kind: 'noVehicle' }
  /** The vehicle does not want to charge: the minimum stays open for it. */
  | { readonly kind: 'vehiclePaused' }
  /** It took nothing of what it was offered, and others can use it in this circuit; on this phase, unless a power limit holds them. */
  | { readonly kind: 'declined'; readonly circuit: string; readonly phase?: PhaseIndex }
  /** It draws more than it was granted: that counts as its load, and it is not raised. */
  | { readonly kind: 'overdraw' }
  /** Charge point faulted, unavailable or reserved. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'notAdopted' }
  /** Another master grants in this network id, and it has the higher rank. */
  | { readonly kind: 'passive' }
  /** The disconnected limits of the circuit add up to more than its fuse: nobody gets more than its own. */
  | { readonly kind: 'fallbackUnsafe'; readonly circuit: string };

/** The reason as one short phrase for a log line: "garage L2 full". */
export function reasonText(reason: LimitReason): string {
  switch (reason.kind) {
    case 'maximum':
      return 'its own maximum';
    case 'circuit':
      return `${reason.circuit} ${PHASE_NAMES[reason.phase]} full`;
    case 'fallback':
      return `meter of ${reason.circuit} lost, fallback ${reason.fallbackA} A on ${PHASE_NAMES[reason.phase]}`;
    case 'power':
      return `power limit of ${reason.circuit} reached`;
    case 'imbalance':
      return pairText(reason);
    case 'shortage':
      return `paused, ${shortageText(reason)}${yieldText(reason.yieldsTo)}`;
    case 'step':
      return `${placeText(reason)} full, remainder of the division`;
    case 'waiting':
      return `waits for current on ${reason.circuit} ${PHASE_NAMES[reason.phase]} to be confirmed free`;
    case 'startup':
      return 'start: old grants may still be in force';
    case 'noVehicle':
      return 'no vehicle';
    case 'vehiclePaused':
      return 'vehicle does not charge, minimum kept open';
    case 'declined':
      return `vehicle does not charge, others need its minimum on ${placeText(reason)}`;
    case 'overdraw':
      return 'draws more than its limit';
    case 'unavailable':
      return 'charge point out of service';
    case 'offline':
      return 'not heard, disconnected limit reserved';
    case 'notAdopted':
      return 'not adopted';
    case 'passive':
      return 'another master is active';
    case 'fallbackUnsafe':
      return `disconnected limits of ${reason.circuit} exceed its fuse`;
  }
}

function pairText({
  circuit,
  phases,
}: Pick<Extract<LimitReason, { kind: 'imbalance' }>, 'circuit' | 'phases'>): string {
  return `imbalance ${PHASE_NAMES[phases[0]]}-${PHASE_NAMES[phases[1]]} of ${circuit}`;
}

function shortageText(reason: Extract<LimitReason, { kind: 'shortage' }>): string {
  const { circuit, phases } = reason;
  return phases === undefined
    ? `${placeText(reason)} has no minimum left`
    : `${pairText({ circuit, phases })} too large`;
}

function placeText({ circuit, phase }: { readonly circuit: string; readonly phase?: PhaseIndex }): string {
  return phase === undefined ? circuit : `${circuit} ${PHASE_NAMES[phase]}`;
}

function yieldText(ids: readonly string[]): string {
  const [first] = ids;
  if (first === undefined) return '';
  return ids.length === 1 ? `, yields to ${first}` : `, yields to ${first} and ${ids.length - 1} more`;
}
