/**
 * No limit is exceeded for longer than the master needs to lower: neither at a charge point nor by all below a circuit, whoever has set it.
 * What a charge point takes by itself while it hears no master is no master's matter; but beside it the others yield.
 */
import { hasPhase, maskToGrid } from '../../../base/rotation.js';
import {
  type Amps,
  mapPhases,
  type Ms,
  PHASE_NAMES,
  type PerPhase,
  PHASES,
  type PhaseAmps,
  type Volts,
} from '../../../base/units.js';
import { SETTLE_MS } from '../../../dlm/leases/lease-rules.js';
import type { Circuit } from '../../../dlm/types.js';
import type { SlaveBox } from '../slave-box.js';
import { type OfSource, RecentMost } from './recent-most.js';

/** Amperes travel in hundredths. */
const ROUNDING_A: Amps = 0.02;
/** What a meter may show wrongly, and a charge point not tell at once. */
const METERED_SLACK_A: Amps = 1;
const REPORTED_SLACK_A: Amps = 0.5;

export interface SourceTerms {
  readonly circuits: readonly Circuit[];
  readonly nowMs: () => Ms;
  /** Who can be held to anything: the start of the master that decides. */
  readonly decider: () => unknown;
  /** What holds now; `undefined`: nobody can be held to anything. */
  readonly ofCircuit: (circuit: Circuit) => PerPhase<OfSource> | undefined;
  readonly fallbackOf: (circuit: Circuit) => PhaseAmps | undefined;
  /** What its charge points may draw together, in W; `undefined`: nobody limits it so. */
  readonly powerOf: (circuit: Circuit) => OfSource | undefined;
  readonly voltageV: (circuit: Circuit) => Volts;
  readonly ofChargePoint: (box: SlaveBox) => OfSource | undefined;
  /** Those of a circuit and below it that a master can know. */
  readonly boxesBelow: (circuit: Circuit) => readonly SlaveBox[];
  readonly buildingA: (circuit: Circuit) => PhaseAmps;
  readonly drawnA: (box: SlaveBox) => PhaseAmps;
  /** For how long limits may still be as they were. Infinity: nobody can say. */
  readonly followMs: (circuit: Circuit | undefined) => Ms;
  /** It does what it is told, and did so for all that time. */
  readonly obeysSinceMs: (box: SlaveBox) => Ms;
  readonly violate: (judge: string, text: string) => void;
}

interface Watched {
  readonly circuit: Circuit;
  readonly most: PerPhase<RecentMost>;
  readonly fallback: PerPhase<RecentMost>;
  /** In W. */
  readonly power: RecentMost;
  /** The load of others, as what it leaves: negative. */
  readonly left: PerPhase<RecentMost>;
}

/** What flows, or may, through one phase of one circuit. */
interface Sum {
  readonly granted: Amps;
  /** Of those that follow no grant. */
  readonly alone: Amps;
  readonly drawn: Amps;
}

export class SourceJudge {
  readonly #terms: SourceTerms;
  readonly #circuits: readonly Watched[];
  readonly #points = new Map<SlaveBox, RecentMost>();
  /** When a charge point was last seen that followed no grant. */
  readonly #aloneAtMs = new Map<SlaveBox, Ms>();
  #decider: unknown;

  constructor(terms: SourceTerms) {
    this.#terms = terms;
    this.#circuits = terms.circuits.map((circuit) => ({
      circuit,
      most: mapPhases(() => new RecentMost()),
      fallback: mapPhases(() => new RecentMost()),
      power: new RecentMost(),
      left: mapPhases(() => new RecentMost()),
    }));
  }

  /** A source may have changed. */
  note(boxes: readonly SlaveBox[]): void {
    const { ofCircuit, fallbackOf, buildingA, ofChargePoint, nowMs, decider } = this.#terms;
    const atMs = nowMs();
    // It has as long as any limit to follow, from its start on.
    if (decider() !== this.#decider) this.#excuse(atMs);
    this.#decider = decider();
    for (const { circuit, most, fallback, left, power } of this.#circuits) {
      const [limits, fallbackA, besideA] = [ofCircuit(circuit), fallbackOf(circuit), buildingA(circuit)];
      power.add(this.#terms.powerOf(circuit) ?? NOBODY, atMs);
      for (const p of PHASES) {
        most[p].add(limits?.[p] ?? NOBODY, atMs);
        fallback[p].add(limits && fallbackA ? { limit: fallbackA[p], source: 'the fallback' } : NOBODY, atMs);
        left[p].add({ limit: -besideA[p], source: 'others' }, atMs);
      }
    }
    for (const box of boxes) {
      const most = this.#points.get(box) ?? new RecentMost();
      this.#points.set(box, most);
      most.add(ofChargePoint(box) ?? NOBODY, atMs);
    }
  }

  #excuse(atMs: Ms): void {
    const all = [
      ...this.#circuits.flatMap(({ most, fallback, power }) => [...most, ...fallback, power]),
      ...this.#points.values(),
    ];
    for (const each of all) each.add(NOBODY, atMs);
  }

  /** After each cycle of a master. */
  look(boxes: readonly SlaveBox[]): void {
    this.note(boxes);
    for (const box of boxes) if (box.enforced.reason !== 'grant') this.#aloneAtMs.set(box, this.#terms.nowMs());
    for (const watched of this.#circuits) {
      for (const p of PHASES) this.#judgeCircuit(watched, p);
      this.#judgePower(watched);
    }
    for (const box of boxes) this.#judgePoint(box);
  }

  #judgeCircuit({ circuit, most, fallback, left }: Watched, p: 0 | 1 | 2): void {
    const { boxesBelow, followMs } = this.#terms;
    const ownMs = followMs(circuit);
    if (!Number.isFinite(ownMs)) return;
    const boxes = boxesBelow(circuit);
    const slackA = ROUNDING_A + (circuit.meter === undefined ? 0 : METERED_SLACK_A + REPORTED_SLACK_A * boxes.length);
    const sum = this.#sumOf(boxes, p);
    const beside = (sinceMs: Ms): Amps => -left[p].most(sinceMs).limit;
    this.#compare(circuit, p, sum, { most: most[p], beside, slackA, ownMs, boxes });
    this.#compare(circuit, p, sum, { most: fallback[p], beside: () => 0, slackA, ownMs, boxes });
  }

  /** Of the three phases together. */
  #judgePower({ circuit, power }: Watched): void {
    const { boxesBelow, followMs, nowMs, violate } = this.#terms;
    const [ownMs, voltageV] = [followMs(circuit), this.#terms.voltageV(circuit)];
    const holds = power.most(nowMs() - ownMs);
    if (!Number.isFinite(ownMs) || !Number.isFinite(holds.limit)) return;
    const boxes = boxesBelow(circuit);
    const sums = PHASES.map((p) => this.#sumOf(boxes, p));
    const aloneW = voltageV * sums.reduce((sumA, { alone }) => sumA + alone, 0);
    const grantedW = voltageV * sums.reduce((sumA, { granted }) => sumA + granted, 0);
    const slackW = PHASES.length * voltageV * ROUNDING_A;
    if (grantedW + aloneW <= Math.max(holds.limit, aloneW) + slackW) return;
    violate(
      'source',
      `${circuit.id}: ${amps(grantedW + aloneW)} W allowed, ${holds.source} has ${amps(holds.limit)} W`,
    );
  }

  #compare(circuit: Circuit, p: 0 | 1 | 2, { granted, alone, drawn }: Sum, held: Held): void {
    const { nowMs, violate } = this.#terms;
    const { most, beside, slackA, ownMs, boxes } = held;
    const name = `${circuit.id} ${PHASE_NAMES[p]}`;
    const since = (sinceMs: Ms): OfSource & { readonly roomA: Amps } => {
      const holds = most.most(sinceMs);
      const besideA = beside(sinceMs);
      const source = besideA > 0 ? `beside ${amps(besideA)} A of others, ${holds.source}` : holds.source;
      return { ...holds, source, roomA: Math.max(0, holds.limit - besideA + slackA, alone + ROUNDING_A) };
    };
    const allowed = since(nowMs() - ownMs);
    if (granted + alone > allowed.roomA) {
      violate('source', `${name}: ${amps(granted + alone)} A allowed, ${allowed.source} has ${amps(allowed.limit)} A`);
    }
    const longMs = ownMs + SETTLE_MS;
    const flows = since(nowMs() - longMs);
    if (drawn <= flows.roomA || boxes.some((box) => this.#strays(box, longMs))) return;
    violate('source', `${name}: ${amps(drawn)} A drawn, ${flows.source} has ${amps(flows.limit)} A`);
  }

  /** It does not do what it is told, or was told nothing, within that time. */
  #strays(box: SlaveBox, forMs: Ms): boolean {
    const sinceMs = Math.max(this.#terms.obeysSinceMs(box), this.#aloneAtMs.get(box) ?? 0);
    return this.#terms.nowMs() - sinceMs <= forMs;
  }

  #sumOf(boxes: readonly SlaveBox[], p: 0 | 1 | 2): Sum {
    let [granted, alone, drawn] = [0, 0, 0];
    for (const box of boxes) {
      drawn += this.#terms.drawnA(box)[p];
      const { limitA, phases, reason } = box.enforced;
      if (!hasPhase(maskToGrid(box.hardware.rotation, phases), p)) continue;
      if (reason === 'grant') granted += limitA;
      else alone += limitA;
    }
    return { granted, alone, drawn };
  }

  #judgePoint(box: SlaveBox): void {
    const { nowMs, followMs, drawnA, violate } = this.#terms;
    const most = this.#points.get(box);
    if (!most || !box.isOn || box.enforced.reason !== 'grant') return;
    const ownMs = followMs(undefined);
    const holds = most.most(nowMs() - ownMs);
    const { limitA } = box.enforced;
    if (limitA > holds.limit + ROUNDING_A) {
      violate('source', `${box.id} has ${amps(limitA)} A, by ${holds.source} it may have ${amps(holds.limit)} A`);
    }
    const longMs = ownMs + SETTLE_MS;
    const before = most.most(nowMs() - longMs);
    const mostA = Math.max(...drawnA(box));
    if (mostA <= before.limit + REPORTED_SLACK_A || this.#strays(box, longMs)) return;
    violate('source', `${box.id} draws ${amps(mostA)} A, by ${before.source} it may have ${amps(before.limit)} A`);
  }
}

interface Held {
  readonly most: RecentMost;
  /** The least load of others since then. */
  readonly beside: (sinceMs: Ms) => Amps;
  readonly slackA: Amps;
  readonly ownMs: Ms;
  readonly boxes: readonly SlaveBox[];
}

const NOBODY: OfSource = { limit: Number.POSITIVE_INFINITY, source: 'nobody' };

function amps(valueA: Amps): string {
  return Number(valueA.toFixed(2)).toString();
}
