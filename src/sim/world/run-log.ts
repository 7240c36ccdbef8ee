/** What a run leaves for people to look at: samples at even distances, marks of the faults, and the verdict. */
import type { Amps, Ms, PhaseAmps } from '../../base/units.js';
import type { ChargePointState } from '../../base/messages.js';

/** One circuit at the time of a sample; grid order. */
export interface CircuitSample {
  /** What the charge points may take by the master's reckoning; `null` while no master decides. */
  readonly capacityA: PhaseAmps | null;
  /** The ledger's worst case. */
  readonly exposureA: PhaseAmps | null;
  /** What the charge points enforce. */
  readonly allowedA: PhaseAmps;
  /** What flows: charge points and building. */
  readonly totalA: PhaseAmps;
  readonly buildingA: PhaseAmps;
  /** What its meter shows; `null` without one, or while it is lost. */
  readonly measuredA: PhaseAmps | null;
}

export interface ChargePointSample {
  /** What it enforces. */
  readonly limitA: Amps;
  /** On its most loaded phase. */
  readonly currentA: Amps;
  readonly state: ChargePointState | 'Off';
  /** Why the master gave it this limit, as people read it. */
  readonly reason: string;
}

export interface Sample {
  readonly atMs: Ms;
  /** In the order of `RunLog.circuits`. */
  readonly circuits: readonly CircuitSample[];
  /** In the order of `RunLog.chargePoints`. */
  readonly chargePoints: readonly ChargePointSample[];
}

export interface FaultMark {
  readonly fault: string;
  /** Row of the table of faults. */
  readonly row: number;
  /** Whom it befell: an id, or 'network', 'master', 'standby'. */
  readonly target: string;
  readonly fromMs: Ms;
  readonly toMs: Ms;
  /** From its end until all was well again; `null`: other faults went on, or the run ended. */
  readonly recoveryMs: Ms | null;
}

export interface Violation {
  readonly atMs: Ms;
  /** The rule that did not hold: "I1", "breaker", "fairness"... */
  readonly judge: string;
  readonly text: string;
}

/** How near a breaker came to tripping: 1 = cold, 0 = it trips. */
export interface BreakerMargin {
  readonly circuit: string;
  readonly margin: number;
  /** The most that flowed, as a multiple of the rated current, and how long anything above it lasted at a stretch. */
  readonly worstShare: number;
  readonly longestOverMs: Ms;
}

export interface Measures {
  readonly breakers: readonly BreakerMargin[];
  /** Largest difference in energy between equal vehicles, as a share; `null`: there were none. */
  readonly unfairnessShare: number | null;
  /** Changes of the limit, and pauses, per vehicle and hour. */
  readonly limitChangesPerHour: number;
  readonly pausesPerHour: number;
  /** Of the worst charge point: changes of its limit in the calm time, as a part of what is allowed. */
  readonly mostFlapping: number;
  /** The most starts of one vehicle within an hour, turns of a shortage included. */
  readonly mostStarts: number;
  readonly energyKwh: number;
}

export interface RunLog {
  readonly scenario: string;
  readonly seed: number;
  readonly durationMs: Ms;
  readonly digest: string;
  /** The command that plays it again. */
  readonly replay: string;
  readonly circuits: readonly { readonly id: string; readonly limitA: PhaseAmps }[];
  readonly chargePoints: readonly { readonly id: string; readonly circuit: string }[];
  readonly sampleEveryMs: Ms;
  readonly samples: readonly Sample[];
  readonly faults: readonly FaultMark[];
  readonly violations: readonly Violation[];
  readonly measures: Measures;
  /** Events, decisions and datagrams of the run. */
  readonly counts: Readonly<Record<string, number>>;
}
