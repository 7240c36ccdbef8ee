/** Why a charge point has its limit: exactly one reason, as a closed union. Its text is made where it is shown. */
import { PHASE_NAMES, type Amps, type PhaseIndex, type Watts } from './units.js';

/**
 * `fallback`: the meter of the circuit is lost. Of a charge point: `cable`: it says so itself; `imbalance`: for vehicles on one or
 * two phases; `surplus`: its mode takes PV surplus.
 */
export type LimitSource =
  | 'fuse'
  | 'operator'
  | 'fallback'
  | 'schedule'
  | 'input'
  | 'hardware'
  | 'cable'
  | 'installation'
  | 'imbalance'
  | 'surplus';

/** What makes the limit of a circuit as low as it is on one phase. A reason says the effect, this the cause. */
export type LimitCause = {
  readonly source: LimitSource;
  readonly limitA: Amps;
  /** Which one, where a source has several: "schedule Mo-Fr 06:00-20:00", "input relay". */
  readonly name?: string;
};

/** What makes the power limit of a circuit as low as it is, where that is not its configuration. */
export type PowerCause = {
  readonly source: 'section14a';
  readonly limitW: Watts;
};

/** What a circuit keeps free for charge points that are idle or not heard, by `dlb` or `alm`. */
export type ReserveCause = {
  readonly mode: 'DLB' | 'ALM';
  readonly reservedW: Watts;
  readonly for: readonly string[];
};

/** Why a raise waits. `raised`: it was raised in the last 10 s. `takenBack`: a raise was, before. `ramp`: by the site's ramp. */
export type CalmHold = 'raised' | 'takenBack' | 'ramp';

export type LimitReason =
  /** The maximum of the charge point, or a lower limit of it. A division by itself does not know its cause. */
  | { readonly kind: 'maximum'; readonly cause?: LimitCause }
  /** A circuit is full on this phase. No cause: the allocator alone was asked, which knows one limit of each circuit. */
  | {
      readonly kind: 'circuit';
      readonly circuit: string;
      readonly phase: PhaseIndex;
      readonly cause?: LimitCause;
      readonly reserve?: ReserveCause;
    }
  /** The power limit of a circuit is reached. */
  | { readonly kind: 'power'; readonly circuit: string; readonly power?: PowerCause; readonly reserve?: ReserveCause }
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
      readonly cause?: LimitCause;
      readonly power?: PowerCause;
      readonly reserve?: ReserveCause;
    }
  /** It gets the share rounded down, and others get the remainder. No phase where a power limit binds. */
  | {
      readonly kind: 'step';
      readonly circuit: string;
      readonly phase?: PhaseIndex;
      readonly cause?: LimitCause;
      readonly power?: PowerCause;
      readonly reserve?: ReserveCause;
    }
  /** Its share is not free yet: other charge points have not confirmed their lower limits. No phase where a power limit binds. */
  | { readonly kind: 'waiting'; readonly circuit: string; readonly phase?: PhaseIndex }
  /** The master has started: which old grants the charge point may still follow is not known yet. */
  | { readonly kind: 'startup' }
  | { readonly kind: 'noVehicle' }
  /** 0 A until its phase switch connects these phases of the grid. */
  | { readonly kind: 'switching'; readonly phases: readonly PhaseIndex[] }
  /** By people, until they let it go on. */
  | { readonly kind: 'paused' }
  /** By people: no session, or no new one. */
  | { readonly kind: 'blocked' }
  /** A limit of the charge point is below what its vehicle needs. */
  | { readonly kind: 'belowMinimum'; readonly cause: LimitCause; readonly minA: Amps }
  /** Paused: its room became too small twice within the hour, and is not steady yet. */
  | { readonly kind: 'unsteady' }
  /** Its limit stays for a moment, or rises a part of the way. */
  | { readonly kind: 'calming'; readonly held: CalmHold }
  /** The time or the energy that one session may take is used up. Exactly one of the two bounds is there. */
  | { readonly kind: 'session'; readonly maxMin?: number; readonly maxKwh?: number }
  /** The vehicle does not charge: its minimum stays offered. */
  | { readonly kind: 'vehiclePaused' }
  /** Withdrawn offer: the vehicle drew nothing of it, and others can use it in this circuit, on this phase (no phase: a power limit binds). */
  | { readonly kind: 'declined'; readonly circuit: string; readonly phase?: PhaseIndex }
  /** Its vehicle drew only so much of its limit, and others use the rest. It gets its share again once it takes more. */
  | { readonly kind: 'unused'; readonly drawnA: Amps }
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

/** The reason as one short phrase for a log line: "garage L2 full". */
export function reasonText(reason: LimitReason): string {
  switch (reason.kind) {
    case 'maximum':
      return reason.cause === undefined ? 'its own maximum' : limitText(reason.cause);
    case 'circuit':
      return `${reason.circuit} ${PHASE_NAMES[reason.phase]} full${causeText(reason.cause)}${reserveText(reason.reserve)}`;
    case 'power':
      return `power limit of ${reason.circuit} reached${powerText(reason.power)}${reserveText(reason.reserve)}`;
    case 'imbalance':
      return pairText(reason);
    case 'shortage':
      return `paused, ${shortageText(reason)}${causeText(reason.cause)}${powerText(reason.power)}${reserveText(reason.reserve)}${yieldText(reason.yieldsTo)}`;
    case 'step':
      return `${placeText(reason)} full${causeText(reason.cause)}${powerText(reason.power)}${reserveText(reason.reserve)}, remainder of the division`;
    case 'waiting':
      return `waits for current on ${placeText(reason)} to be confirmed free`;
    case 'startup':
      return 'start: old grants may still be in force';
    case 'noVehicle':
      return 'no vehicle';
    case 'switching':
      return switchText(reason.phases);
    case 'paused':
      return 'paused by the operator';
    case 'blocked':
      return 'blocked by the operator';
    case 'belowMinimum':
      return `paused: ${limitText(reason.cause)}, its vehicle needs ${reason.minA} A`;
    case 'unsteady':
      return 'paused: current for it came and went, it starts once enough is there for the steady time';
    case 'calming':
      return CALM_TEXTS[reason.held];
    case 'session':
      return sessionText(reason);
    case 'vehiclePaused':
      return 'vehicle does not charge, minimum kept open';
    case 'declined':
      return `vehicle does not charge, others need its minimum on ${placeText(reason)}`;
    case 'unused':
      return `draws ${Number(reason.drawnA.toFixed(1))} A, others use the rest`;
    case 'overdraw':
      return 'draws more than its limit';
    case 'unavailable':
      return 'charge point out of service';
    case 'offline':
      return 'not heard: what it may take stays reserved';
    case 'notAdopted':
      return 'not adopted';
    case 'passive':
      return 'another master is active';
    case 'fallbackUnsafe':
      return `disconnected limits of ${reason.circuit} exceed its fuse`;
  }
}

const CALM_TEXTS: Readonly<Record<CalmHold, string>> = {
  raised: 'raised a moment ago, and once in 10 s at most',
  takenBack: 'raised as far as leaves something to spare: a raise was taken back',
  ramp: 'raised by a ramp',
};

const SOURCE_TEXTS: Readonly<Record<LimitSource, string>> = {
  fuse: 'fuse',
  operator: 'operator limit',
  fallback: 'meter lost, fallback',
  schedule: 'schedule',
  input: 'input',
  hardware: 'its own maximum',
  cable: 'its cable',
  installation: 'its installation limit',
  imbalance: 'its own imbalance limit',
  surplus: 'surplus',
};

function limitText({ source, name, limitA }: LimitCause): string {
  if (source === 'hardware') return SOURCE_TEXTS.hardware;
  // Its name says how much: "surplus 6.0 kW".
  return source === 'surplus' && name !== undefined
    ? name
    : `${name ?? SOURCE_TEXTS[source]} ${Number(limitA.toFixed(2))} A`;
}

/** A full fuse needs no word more. */
function causeText(cause: LimitCause | undefined): string {
  switch (cause?.source) {
    case undefined:
    case 'fuse':
      return '';
    default:
      return cause === undefined ? '' : ` (${limitText(cause)})`;
  }
}

function powerText(power: PowerCause | undefined): string {
  return power === undefined ? '' : ` (grid operator by section 14a ${Math.round(power.limitW)} W)`;
}

function reserveText(reserve: ReserveCause | undefined): string {
  if (reserve === undefined) return '';
  const [first, ...others] = reserve.for;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `, ${reserve.mode} keeps ${reserve.reservedW} W for ${first}${more}`;
}

function switchText(phases: readonly PhaseIndex[]): string {
  const [first] = phases;
  return phases.length === 1 && first !== undefined
    ? `switches to one phase, ${PHASE_NAMES[first]}`
    : `switches to ${phases.length === 3 ? 'three' : 'two'} phases`;
}

function sessionText({ maxMin, maxKwh }: Extract<LimitReason, { kind: 'session' }>): string {
  const bound = maxMin === undefined ? `energy of ${maxKwh} kWh` : `time of ${maxMin} min`;
  return `session ${bound} used up, unplug the vehicle for a new session`;
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
