/** Why a charge point has its limit: exactly one reason, as a closed union. Its text is made where it is shown. */
import { PHASE_NAMES, type Amps, type PhaseIndex } from './units.js';

/** Which of a charge point's own limits is the lowest. `cable`: it says so itself. `imbalance`: for one or two phases. */
export type MaximumCause = 'hardware' | 'cable' | 'installation' | 'operator' | 'imbalance';

export type LimitReason =
  /** The maximum of the charge point. A division by itself does not know its cause. */
  | { readonly kind: 'maximum'; readonly cause?: MaximumCause }
  /** The fuse of a circuit is full on this phase. */
  | { readonly kind: 'circuit'; readonly circuit: string; readonly phase: PhaseIndex }
  /** Full because the circuit's meter is lost and the fallback holds. */
  | { readonly kind: 'fallback'; readonly circuit: string; readonly phase: PhaseIndex; readonly fallbackA: Amps }
  /** The power limit of a circuit is reached. */
  | { readonly kind: 'power'; readonly circuit: string }
  /** More would widen the difference between two phases beyond the circuit's limit. */
  | { readonly kind: 'imbalance'; readonly circuit: string; readonly phases: readonly [PhaseIndex, PhaseIndex] }
  /**
   * Paused: its minimum does not fit beside the charge points that are served before. `phase` where a fuse is full, `phases`
   * where the imbalance would grow too large, neither where a power limit binds.
   */
  | {
      readonly kind: 'shortage';
      readonly circuit: string;
      readonly phase?: PhaseIndex;
      readonly phases?: readonly [PhaseIndex, PhaseIndex];
      readonly yieldsTo: readonly string[];
    }
  /** It gets the share rounded down, and others get the remainder. No phase where a power limit binds. */
  | { readonly kind: 'step'; readonly circuit: string; readonly phase?: PhaseIndex }
  /** Its share is not free yet: other charge points have not confirmed their lower limits. No phase where a power limit binds. */
  | { readonly kind: 'waiting'; readonly circuit: string; readonly phase?: PhaseIndex }
  /** The master has started: which old grants the charge point may still follow is not known yet. */
  | { readonly kind: 'startup' }
  | { readonly kind: 'noVehicle' }
  /** Paused: its room became too small twice within the hour, and is not steady yet. */
  | { readonly kind: 'unsteady' }
  /** Its limit stays for a moment: a raise was taken back within 10 s. */
  | { readonly kind: 'calming' }
  /** The vehicle does not charge: its minimum stays offered. */
  | { readonly kind: 'vehiclePaused' }
  /** Withdrawn offer: the vehicle drew nothing of it, and others can use it in this circuit, on this phase (no phase: a power limit binds). */
  | { readonly kind: 'declined'; readonly circuit: string; readonly phase?: PhaseIndex }
  /** The charge point draws more than it was granted: its current is counted, and it is not raised. */
  | { readonly kind: 'overdraw' }
  /** The charge point is faulted, unavailable or reserved, or two charge points have its id. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'notAdopted' }
  /** Another master of higher rank grants in this network id. */
  | { readonly kind: 'passive' }
  /** The disconnected limits of the circuit exceed its fuse: no charge point below gets more than its own. */
  | { readonly kind: 'fallbackUnsafe'; readonly circuit: string };

const MAXIMUM_TEXTS: Readonly<Record<MaximumCause, string>> = {
  hardware: 'its own maximum',
  cable: 'its cable',
  installation: 'its installation limit',
  operator: 'its operator limit',
  imbalance: 'its own imbalance limit',
};

/** The reason as one short phrase for a log line: "garage L2 full". */
export function reasonText(reason: LimitReason): string {
  switch (reason.kind) {
    case 'maximum':
      return MAXIMUM_TEXTS[reason.cause ?? 'hardware'];
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
      return `waits for current on ${placeText(reason)} to be confirmed free`;
    case 'startup':
      return 'start: old grants may still be in force';
    case 'noVehicle':
      return 'no vehicle';
    case 'unsteady':
      return 'paused, its room wandered: it starts once the room is steady';
    case 'calming':
      return 'kept for a moment: its room wanders';
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
