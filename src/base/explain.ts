/**
 * Every limit explains itself in one sentence: what binds, with its numbers, and what would change it next. The one text for the
 * log, `evenkeel status`, `evenkeel explain` and MQTT.
 */
import { type CalmHold, type LimitCause, type LimitReason, reasonText } from './reason.js';
import { type Amps, type Ms, PHASE_NAMES, type PhaseIndex, type Watts } from './units.js';

/** What is known of the things that would change a limit next. `dlm/outlook` finds it. */
export interface Outlook {
  /** What limits and other load take of what the circuit carries on the phase that binds; in W: of what is left for charge points. */
  readonly used?: { readonly taken: Amps | Watts; readonly of: Amps | Watts; readonly unit: 'A' | 'W' };
  /** Charge points with a limit there, the highest first. */
  readonly others?: readonly string[];
  /** The other load there is measured, and may fall. */
  readonly hasLoad?: boolean;
  /** Its place among those that wait there; 1 is next. */
  readonly place?: number;
  /** When what comes next is due; left out where no clock decides it. */
  readonly inMs?: Ms;
}

/** "10 A: garage L2 full (63 of 63 A); next: cp5 leaves". */
export function explanation(limitA: Amps, reason: LimitReason, outlook: Outlook): string {
  return `${ampsText(limitA)} A: ${reasonText(reason)}${usedText(outlook)}; next: ${nextText(reason, outlook)}`;
}

function usedText({ used }: Outlook): string {
  if (!used) return '';
  const shown = (value: number): string => (used.unit === 'A' ? ampsText(value) : String(Math.round(value)));
  return ` (${shown(used.taken)} of ${shown(used.of)} ${used.unit})`;
}

/** What would change the limit next, as a part of a sentence. */
export function nextText(reason: LimitReason, outlook: Outlook): string {
  switch (reason.kind) {
    case 'maximum':
      if (reason.cause?.source === 'surplus' && outlook.inMs !== undefined) {
        return `it pauses${inText(outlook, ' in ')}, unless the surplus is enough again`;
      }
      return reason.cause ? afterCause(reason.cause) : 'nothing, it has all that it can take';
    case 'circuit':
      return isCopper(reason.cause) ? afterOthers(outlook) : afterCause(reason.cause);
    case 'power':
      return reason.power ? 'the grid operator ends it' : afterOthers(outlook);
    case 'imbalance':
      return afterImbalance(reason.phases);
    case 'shortage':
      return `${placeText(outlook)}${shortageEnd(reason, outlook)}`;
    case 'step':
      return `the remainder goes round${inText(outlook, ', within ')}`;
    case 'waiting':
      return 'others confirm their lower limits, within seconds';
    case 'startup':
      return `the charge points have answered${inText(outlook, ', or old grants end in ')}`;
    case 'noVehicle':
      return 'a vehicle is plugged in';
    case 'switching':
      return `its switch is there${inText(outlook, ', within ')}`;
    case 'paused':
      return 'the operator resumes it';
    case 'blocked':
      return 'the operator unblocks it';
    case 'belowMinimum':
      if (reason.cause.source !== 'surplus') return afterCause(reason.cause);
      return `it starts${inText(outlook, ' in ')}, once the surplus was enough for a while`;
    case 'unsteady':
      return `enough current stays for the steady time${inText(outlook, ', in ')}`;
    case 'calming':
      return `${CALM_NEXT[reason.held]}${inText(outlook, ' in ')}`;
    case 'session':
      return 'a new session, once the vehicle is unplugged';
    case 'vehiclePaused':
      return 'the vehicle takes current';
    case 'declined':
      return `it is looked at again${inText(outlook, ' in ')}, or the vehicle wants current`;
    case 'unused':
      return 'the vehicle takes more';
    case 'overdraw':
      return 'it keeps to its limit again';
    case 'unavailable':
      return 'the charge point is in service again';
    case 'offline':
      return 'it is heard again';
    case 'notAdopted':
      return 'evenkeel slaves adopt';
    case 'passive':
      return 'the other master falls silent';
    case 'fallbackUnsafe':
      return 'disconnected limits there are set lower';
  }
}

const CALM_NEXT: Readonly<Record<CalmHold, string>> = {
  raised: 'raised further',
  takenBack: 'the rest, or more than a step is free',
  ramp: 'raised further within seconds',
};

const AFTER_SOURCE: Readonly<Record<LimitCause['source'], string>> = {
  fuse: 'current becomes free there',
  operator: 'the operator sets another limit',
  fallback: 'its meter answers again',
  schedule: 'the schedule changes',
  input: 'the input becomes inactive',
  hardware: 'nothing, it has all that it can take',
  cable: 'another cable',
  installation: 'nothing, it is built so',
  imbalance: 'the vehicle uses all phases',
  surplus: 'the surplus changes',
};

/** A period of a schedule names its end: "schedule Mo-Fr 06:00-20:00". */
function afterCause({ source, name }: LimitCause): string {
  const end = source === 'schedule' ? /-(\d\d:\d\d)$/.exec(name ?? '')?.[1] : undefined;
  return end === undefined ? AFTER_SOURCE[source] : `the schedule ends at ${end}`;
}

function isCopper(cause: LimitCause | undefined): cause is undefined {
  return cause === undefined || cause.source === 'fuse';
}

function afterOthers({ others = [], hasLoad = false }: Outlook): string {
  const [first] = others;
  const load = hasLoad ? ' or the other load falls' : '';
  if (first === undefined) return hasLoad ? 'the other load falls' : 'nothing, it has all that is there';
  return others.length === 1 ? `${first} leaves${load}` : `${first} or one of ${others.length - 1} more leaves${load}`;
}

function afterImbalance([high, low]: readonly [PhaseIndex, PhaseIndex]): string {
  return `the load on ${PHASE_NAMES[high]} falls or that on ${PHASE_NAMES[low]} rises`;
}

function placeText({ place }: Outlook): string {
  return place === undefined ? '' : `${ordinal(place)} in line, `;
}

function shortageEnd(reason: Extract<LimitReason, { kind: 'shortage' }>, outlook: Outlook): string {
  if (outlook.inMs !== undefined) return `next change in ${durationText(outlook.inMs)}`;
  if (reason.phases) return afterImbalance(reason.phases);
  if (reason.power) return 'the grid operator ends it';
  return isCopper(reason.cause) ? afterOthers(outlook) : afterCause(reason.cause);
}

function inText({ inMs }: Outlook, before: string): string {
  return inMs === undefined ? '' : `${before}${durationText(inMs)}`;
}

/** "1st", "2nd", "3rd", "11th". */
export function ordinal(place: number): string {
  const isTeen = Math.floor(place / 10) % 10 === 1;
  return `${place}${(isTeen ? undefined : ['th', 'st', 'nd', 'rd'][place % 10]) ?? 'th'}`;
}

/** Rounded up: "9 s", "6 min", "3 h". */
export function durationText(durationMs: Ms): string {
  const seconds = Math.ceil(durationMs / 1000);
  if (seconds <= 90) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** At most one decimal. */
function ampsText(valueA: Amps): string {
  return String(Number(valueA.toFixed(1)) + 0);
}
