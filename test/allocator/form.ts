/** Request and answer as the command `allocate` reads and writes them: all that the judge knows of a division. */

export const ROTATION_WORDS = ['RST', 'STR', 'TRS', 'RTS', 'SRT', 'TSR'] as const;
export const PHASE_WORDS = ['L1', 'L2', 'L3'] as const;
export type PhaseWord = (typeof PHASE_WORDS)[number];
/** One number for each phase of the grid. */
export type Triple = readonly [number, number, number];

export interface CircuitForm {
  readonly id: string;
  readonly parent?: string;
  readonly limitA: Triple;
  readonly backgroundA?: Triple;
  readonly imbalanceLimitA?: number;
  readonly limitW?: number;
  readonly voltageV?: number;
}

export interface ChargePointForm {
  readonly id: string;
  readonly circuit: string;
  readonly phases: number;
  readonly rotation: (typeof ROTATION_WORDS)[number];
  /** In the connector's order. */
  readonly activePhases?: readonly boolean[];
  readonly minA: number;
  readonly maxA: number;
  readonly priority?: number;
  readonly connectedAtS: number;
  readonly chargingS: number;
}

export interface RequestForm {
  readonly circuits: readonly CircuitForm[];
  readonly chargePoints: readonly ChargePointForm[];
  readonly stepA?: number;
  readonly sharing: 'equal' | 'priority';
  readonly shortage: 'longest-charging-first' | 'last-connected-first' | 'priority-only';
  readonly rotationSeed?: number;
}

export interface ReasonForm {
  readonly kind: string;
  readonly circuit?: string;
  readonly phase?: PhaseWord;
  readonly phases?: readonly PhaseWord[];
  readonly yieldsTo?: readonly string[];
}

export interface LimitForm {
  readonly limitA: number;
  readonly boundBy: ReasonForm;
}

export interface LoadForm {
  readonly loadA: Triple;
  readonly capacityA: Triple;
  /** Where the circuit has a power limit. */
  readonly loadW?: number;
  readonly capacityW?: number;
}

export interface AnswerForm {
  readonly limits: Readonly<Record<string, LimitForm>>;
  readonly circuits: Readonly<Record<string, LoadForm>>;
}
