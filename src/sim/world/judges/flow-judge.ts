/**
 * Watches the conductors: what the charge points are allowed together never exceeds what a circuit can carry (I3), and what
 * really flows never trips its breaker. Sees physics only; knows nothing of the ledger. A value counts for the time that it holds.
 */
import { defined } from '../../../base/assert.js';
import { type Ms, PHASE_NAMES, type PhaseIndex, PHASES, type Volts, type Watts } from '../../../base/units.js';
import { SETTLE_MS } from '../../../dlm/leases/lease-rules.js';
import { powerLimitOf } from '../../../config/warnings.js';
import type { Circuit } from '../../../dlm/types.js';
import { type Copper, milli } from '../copper.js';
import type { BreakerMargin } from '../run-log.js';
import { BreakerPole } from './breaker.js';
import { RecentLeast } from './recent-least.js';

/** What a meter may show too much or too little, and what is rounded. */
const METERED_SLACK_MA = 1_000;
/** A charge point tells of a change of this much before the next heartbeat; by less its word may be off. */
const REPORTED_SLACK_MA = 500;

export interface FlowTerms {
  /** With which a limit in W is reckoned at a circuit. */
  readonly voltageV: (circuit: Circuit) => Volts;
  /** How many there are at a circuit and below it. */
  readonly chargePointsBelow: (circuit: Circuit) => number;
  /** For how long limits may still follow a load that was lower then: meter, loop, network, lease. Infinity: its meter lies. */
  readonly followMs: (circuit: Circuit) => Ms;
  /** Since when all charge points at the circuit and below do what they are told; Infinity: one does not. */
  readonly obeyedSinceMs: (circuit: Circuit) => Ms;
  /** Told of what did not hold. */
  readonly violate: (judge: string, text: string, atMs: Ms) => void;
}

/** One phase of one circuit, from `sinceMs` until now, in mA. */
interface Flows {
  readonly drawn: number;
  readonly building: number;
  readonly sinceMs: Ms;
  readonly ceilingMa: number;
}

interface Watched {
  readonly circuit: Circuit;
  readonly poles: readonly BreakerPole[];
  readonly leastBuilding: readonly RecentLeast[];
  /** Of the three phases together. */
  readonly leastSum: RecentLeast;
  /** Its building load is seen by a meter, so that limits follow it. */
  readonly isMetered: boolean;
  readonly slackMa: number;
  sinceMs: Ms;
  /** Per phase: since when more flows than the fuse carries, while charge points draw. */
  readonly overSinceMs: (Ms | undefined)[];
}

export class FlowJudge {
  readonly #copper: Copper;
  readonly #terms: FlowTerms;
  readonly #watched: readonly Watched[];
  #nowMs: Ms = 0;

  constructor(copper: Copper, terms: FlowTerms) {
    this.#copper = copper;
    this.#terms = terms;
    this.#watched = copper.conductors.map(({ circuit }) => {
      return {
        circuit,
        poles: PHASES.map((p) => new BreakerPole(circuit.fuseType ?? 'B', milli(circuit.limitA[p]))),
        leastBuilding: PHASES.map(() => new RecentLeast()),
        leastSum: new RecentLeast(),
        isMetered: circuit.meter !== undefined,
        slackMa:
          circuit.meter === undefined ? 0 : METERED_SLACK_MA + REPORTED_SLACK_MA * terms.chargePointsBelow(circuit),
        sinceMs: 0,
        overSinceMs: [undefined, undefined, undefined],
      };
    });
  }

  /** To be called before anything of a circuit changes, and at the end: closes the time in which all was as it is. */
  close(index: number, nowMs: Ms): void {
    const watched = defined(this.#watched[index], 'circuit');
    const { sinceMs } = watched;
    if (nowMs <= sinceMs) return;
    watched.sinceMs = nowMs;
    this.#nowMs = nowMs;
    for (const p of PHASES) this.#judgePhase(watched, index, p, sinceMs);
    // Nobody can say what was fed in beside a meter that lies: then a contract which that lifts is not held to.
    const isSure = Number.isFinite(this.#terms.followMs(watched.circuit));
    const limitW = isSure ? powerLimitOf(watched.circuit) : watched.circuit.limitW;
    if (limitW !== undefined) this.#judgePower(watched, limitW, index, sinceMs);
  }

  closeAll(nowMs: Ms): void {
    for (let index = 0; index < this.#watched.length; index++) this.close(index, nowMs);
  }

  #judgePhase(watched: Watched, index: number, p: PhaseIndex, sinceMs: Ms): void {
    const { circuit, poles, leastBuilding, isMetered } = watched;
    const { drawnMa, allowedMa, buildingMa } = defined(this.#copper.conductors[index], 'circuit');
    const [drawn, allowed, building] = [drawnMa[p] ?? 0, allowedMa[p] ?? 0, buildingMa[p] ?? 0];
    const pole = defined(poles[p], 'pole');
    const isTripped = pole.pass(drawn + building, this.#nowMs - sinceMs);
    const name = `${circuit.id} ${PHASE_NAMES[p]}`;
    if (isTripped) {
      const text = `${name}: the breaker may have tripped at ${amps(drawn + building)} A of ${circuit.limitA[p]} A`;
      this.#terms.violate('breaker', text, this.#nowMs);
    }
    const followMs = this.#terms.followMs(circuit);
    const ceilingMa = milli(circuit.limitA[p]);
    this.#judgeDrawn(watched, p, { drawn, building, sinceMs, ceilingMa });
    let leastMa = 0;
    if (isMetered) {
      const least = defined(leastBuilding[p], 'phase');
      least.add(building, this.#nowMs);
      // A meter that lies may show anything: then the fuse alone is held to.
      leastMa = followMs === Number.POSITIVE_INFINITY ? 0 : least.least(this.#nowMs - followMs);
    }
    const roomMa = ceilingMa - leastMa + watched.slackMa;
    if (allowed <= Math.max(0, roomMa)) return;
    const beside = isMetered ? ` beside at least ${amps(leastMa)} A of others` : '';
    this.#terms.violate('I3', `${name}: ${amps(allowed)} A allowed${beside}, of ${amps(ceilingMa)} A`, sinceMs);
  }

  /** I3 in W: what the charge points are allowed together, beside the least that the building took meanwhile, or the most that it fed in. */
  #judgePower({ circuit, leastSum, isMetered, slackMa }: Watched, limitW: Watts, index: number, sinceMs: Ms): void {
    const { allowedMa, buildingMa } = defined(this.#copper.conductors[index], 'circuit');
    const voltageV = this.#terms.voltageV(circuit);
    let leastMa = 0;
    if (isMetered) {
      leastSum.add(sum(buildingMa), this.#nowMs);
      const followMs = this.#terms.followMs(circuit);
      leastMa = followMs === Number.POSITIVE_INFINITY ? 0 : leastSum.least(this.#nowMs - followMs);
    }
    const mostMa = Math.max(0, (limitW * 1000) / voltageV - leastMa + PHASES.length * slackMa);
    const allowedSumMa = sum(allowedMa);
    if (allowedSumMa <= mostMa + 1) return;
    const watts = (valueMa: number): string => ((valueMa * voltageV) / 1000).toFixed(0);
    const text = `${watts(allowedSumMa)} W allowed beside at least ${watts(leastMa)} W of others, of ${limitW} W`;
    this.#terms.violate('I3', `${circuit.id}: ${text}`, sinceMs);
  }

  /** What flows: above the fuse for no longer than limits and then vehicles need to follow. */
  #judgeDrawn(
    { circuit, slackMa, overSinceMs }: Watched,
    p: PhaseIndex,
    { drawn, building, sinceMs, ceilingMa }: Flows,
  ): void {
    const isOver = drawn > 0 && drawn + building > ceilingMa + slackMa;
    overSinceMs[p] = isOver ? (overSinceMs[p] ?? sinceMs) : undefined;
    const overMs = this.#nowMs - Math.max(overSinceMs[p] ?? this.#nowMs, this.#terms.obeyedSinceMs(circuit));
    if (overMs <= this.#terms.followMs(circuit) + SETTLE_MS) return;
    const text = `${amps(drawn + building)} A flow, of ${amps(ceilingMa)} A, for ${(overMs / 1000).toFixed(1)} s`;
    this.#terms.violate('drawn', `${circuit.id} ${PHASE_NAMES[p]}: ${text}`, this.#nowMs);
  }

  get margins(): readonly BreakerMargin[] {
    return this.#watched.map(({ circuit, poles }) => ({
      circuit: circuit.id,
      margin: Math.min(...poles.map((pole) => pole.margin)),
      worstShare: Math.max(...poles.map((pole) => pole.worstShare)),
      longestOverMs: Math.max(...poles.map((pole) => pole.longestOverMs)),
    }));
  }
}

function sum(phases: ArrayLike<number>): number {
  return (phases[0] ?? 0) + (phases[1] ?? 0) + (phases[2] ?? 0);
}

function amps(valueMa: number): string {
  return (valueMa / 1000).toFixed(1);
}
