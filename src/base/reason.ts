/** Why a charge point has the limit that it has: exactly one binding reason, as a closed union; text is made at the edge. */
import { PHASE_NAMES, type Amps, type PhaseIndex } from './units.js';

export type LimitReason =
  /** Its own maximum: hardware, cable, installation. */
  | { readonly kind: 'maximum' }
  /** The fuse of a circuit is full on this phase. */
  | { readonly kind: 'circuit'; readonly circuit: string; readonly phase: PhaseIndex }
  /** Full because the circuit's meter is lost and the fallback holds. */
  | { readonly kind: 'fallback'; readonly circuit: string; readonly phase: PhaseIndex; readonly fallbackA: Amps }
  /** More would widen the difference between two phases beyond the circuit's limit. */
  | { readonly kind: 'imbalance'; readonly circuit: string; readonly phases: readonly [PhaseIndex, PhaseIndex] }
  /** Paused: not even the minimum is left for it. */
  | { readonly kind: 'shortage'; readonly circuit: string; readonly phase: PhaseIndex }
  /** Only the remainder of the division is missing. */
  | { readonly kind: 'step'; readonly circuit: string; readonly phase: PhaseIndex }
  /** Its share is found but not yet free: other charge points have not confirmed their lower limits. */
  | { readonly kind: 'waiting'; readonly circuit: string; readonly phase: PhaseIndex }
  /** After a start: what it may still be drawing on old grants is not known yet. */
  | { readonly kind: 'startup' }
  | { readonly kind: 'noVehicle' }
  /** The vehicle does not want to charge: the minimum stays open for it. */
  | { readonly kind: 'vehiclePaused' }
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
    case 'imbalance':
      return `imbalance ${PHASE_NAMES[reason.phases[0]]}-${PHASE_NAMES[reason.phases[1]]} of ${reason.circuit}`;
    case 'shortage':
      return `paused, ${reason.circuit} ${PHASE_NAMES[reason.phase]} has no minimum left`;
    case 'step':
      return `${reason.circuit} ${PHASE_NAMES[reason.phase]} full, remainder of the division`;
    case 'waiting':
      return `waits for current on ${reason.circuit} ${PHASE_NAMES[reason.phase]} to be confirmed free`;
    case 'startup':
      return 'start: old grants may still be in force';
    case 'noVehicle':
      return 'no vehicle';
    case 'vehiclePaused':
      return 'vehicle does not charge, minimum kept open';
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
