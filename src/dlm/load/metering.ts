/** Assigns the samples of each meter to its circuit, and finds meters that are connected wrongly. */
import { failInvariant } from '../../base/assert.js';
import type { Carrier } from '../../base/carrier.js';
import {
  mapPhases,
  type Ms,
  NO_AMPS,
  PHASE_NAMES,
  type PhaseAmps,
  type PhaseIndex,
  type Volts,
  type Watts,
} from '../../base/units.js';
import type { EventCode } from '../../base/events.js';
import type { AlarmBoard } from '../alarms.js';
import { CapacityBook, type CircuitCapacity } from './capacity.js';
import { assertNumbers, assertOrder } from './checks.js';
import type { CircuitLimits } from '../limits/ceilings.js';
import type { Notices } from '../notice.js';
import { OverloadWatch } from './overload.js';
import { powerOf } from './power.js';
import type { PromptSample } from './prompt-level.js';
import { PromptWatch } from './prompt-watch.js';
import { corrected, showsTooLittle, StepWatch } from './step-watch.js';
import type { Topology } from '../topology.js';
import { NOMINAL_VOLTAGE_V, type Site } from '../types.js';

/** A direction that showed itself as reversed counts for so long after it was last seen. */
const REVERSED_HOLD_MS: Ms = 600_000;

/** One sample of a meter, in grid order. */
export interface MeterSample {
  readonly currentA: PhaseAmps;
  /** The highest of the phases, between phase and neutral. Absent: it shows none. */
  readonly voltageV?: Volts | undefined;
  /** When the master asked the meter. */
  readonly sampledAtMs: Ms;
  /** The values may be older than `sampledAtMs` by so much. */
  readonly updateMs: Ms;
  /** Time from this sample to the next one. */
  readonly periodMs: Ms;
  /** When any value of the meter last changed. The same time as in the previous sample: the whole meter stands still. */
  readonly movedAtMs: Ms;
}

/** The highest and lowest current that charge points reported in a time. */
interface DrawnRange {
  readonly mostA: PhaseAmps;
  readonly leastA: PhaseAmps;
}

/** What the charge points below a circuit draw by their STATUS, in grid order. The roster knows. */
export interface ChargePointDraw {
  /** The range since `fromMs`. */
  drawnBelowA(circuit: number, fromMs: Ms, nowMs: Ms): DrawnRange;
  /** The sum of each one's last STATUS. */
  currentBelowA(circuit: number, nowMs: Ms): PhaseAmps;
}

interface Parts {
  readonly site: Site;
  readonly topology: Topology;
  readonly limits: CircuitLimits;
  readonly alarms: AlarmBoard;
  readonly notices: Notices;
  readonly roster: ChargePointDraw;
}

/** A meter that is this late is frozen, not slow. */
const SLOW_MAX_MS: Ms = 25_000;

/**
 * The earliest moment at which the values of a sample may have been measured. Values that stand still were not renewed
 * since they last moved (M8): what the charge points did meanwhile is not in them.
 */
function measuredFromMs({ sampledAtMs, updateMs, periodMs, movedAtMs }: MeterSample, nowMs: Ms): Ms {
  const renewedMs = sampledAtMs - updateMs;
  if (movedAtMs >= sampledAtMs) return renewedMs;
  return Math.min(renewedMs, Math.max(movedAtMs - Math.max(updateMs, periodMs), nowMs - SLOW_MAX_MS));
}

export class Metering {
  readonly #parts: Parts;
  readonly #book: CapacityBook;
  readonly #overload: OverloadWatch;
  readonly #steps = new Map<number, StepWatch>();
  readonly #prompt = new Map<number, PromptWatch>();
  /** Until when a phase of a circuit counts as reversed, whatever steps show. */
  readonly #reversedUntilMs = new Map<string, Ms>();
  readonly #lost = new Set<string>();
  /** Meters that give no values, and why. */
  readonly #silent = new Map<string, string>();
  /** Meters that have neither given a sample nor been lost since the start. */
  readonly #awaited = new Set<string>();
  readonly #doubts = new Map<EventCode, Map<number, string>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    const { site, topology, limits, alarms, notices } = parts;
    const places = [...site.chargePoints.map(({ circuit }) => circuit), site.defaultCircuit];
    this.#book = new CapacityBook({ circuits: site.circuits, topology, limits, places, voltageV: site.voltageV });
    this.#overload = new OverloadWatch(site.circuits, { limits, alarms, notices });
    for (const { meter } of site.circuits) if (meter !== undefined) this.#awaited.add(meter);
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.part('book', this.#book);
    carrier.part('overload', this.#overload);
    carrier.parts('steps', this.#steps, {
      blank: () => new StepWatch(),
      carry: (steps, inner) => steps.carry(inner),
    });
    carrier.parts('prompt', this.#prompt, {
      blank: () => new PromptWatch(),
      carry: (prompt, inner) => prompt.carry(inner),
    });
    carrier.values('reversedUntilMs', this.#reversedUntilMs);
    carrier.set('lost', this.#lost);
    carrier.values('silent', this.#silent);
    carrier.set('awaited', this.#awaited);
    carrier.parts('doubts', this.#doubts, {
      blank: () => new Map<number, string>(),
      carry: (texts, inner) => inner.values('texts', texts),
    });
  }

  get isAwaiting(): boolean {
    return this.#awaited.size > 0;
  }

  capacities(nowMs: Ms): readonly CircuitCapacity[] {
    return this.#book.capacities(nowMs);
  }

  watch(nowMs: Ms): void {
    this.#overload.endAlarm(nowMs);
  }

  /** What the charge points draw behind a meter. `undefined`: the meter does not include them. */
  drawnA(meterId: string, nowMs: Ms): PhaseAmps | undefined {
    const index = this.#book.circuitOfMeter(meterId);
    if (index === undefined || !this.#book.isIncluding(index)) return undefined;
    return this.#parts.roster.currentBelowA(index, nowMs);
  }

  /** What the charge points below a circuit draw, by what they say. */
  drawnBelowW(index: number, nowMs: Ms): Watts {
    const { site, roster } = this.#parts;
    return powerOf(roster.currentBelowA(index, nowMs), site.voltageV ?? NOMINAL_VOLTAGE_V);
  }

  /** True if the sample counts. `isEarly`: some charge points have not sent a STATUS yet. */
  hear(meterId: string, sample: MeterSample, isEarly: boolean, nowMs: Ms): boolean {
    const index = this.#book.circuitOfMeter(meterId);
    if (index === undefined) return false;
    assertNumbers(sample.currentA, meterId, 'shows');
    if (!(sample.updateMs >= 0 && sample.periodMs > 0))
      failInvariant(`meter ${meterId}: ${sample.updateMs} ms, every ${sample.periodMs} ms`);
    const drawn = this.#parts.roster.drawnBelowA(index, measuredFromMs(sample, nowMs), nowMs);
    assertOrder(NO_AMPS, drawn.leastA, meterId, 'nothing, and the least that is drawn');
    const shownA = this.#corrected(index, sample, drawn, nowMs);
    const isOver = this.#overload.addSample(index, shownA, drawn.mostA, nowMs);
    if (this.#isBlind(index, nowMs)) return this.#withoutValues(meterId, nowMs);
    this.#lost.delete(meterId);
    // The current of charge points without a STATUS would count as building load and pause the others.
    if (isEarly && !isOver) return false;
    this.#awaited.delete(meterId);
    const nowA = this.#parts.roster.currentBelowA(index, nowMs);
    if (this.#lost.has(meterId)) failInvariant(`meter ${meterId} is lost, and gives values`);
    const drawnA = this.#drawnInA(index, { ...sample, shownA, mostA: drawn.mostA, nowA }, nowMs);
    const provenPhases = this.#steps.get(index)?.proven ?? [];
    this.#book.addSample(index, { ...sample, ...drawn, drawnA, shownA, provenPhases }, nowMs);
    return true;
  }

  /** What to subtract for the charge points: less for a meter that shows their falls promptly. */
  #drawnInA(index: number, sample: PromptSample, nowMs: Ms): PhaseAmps {
    if (!this.#book.isIncluding(index)) return sample.mostA;
    const prompt = this.#prompt.get(index) ?? new PromptWatch();
    this.#prompt.set(index, prompt);
    return prompt.addSample(sample, (fromMs) => this.#parts.roster.drawnBelowA(index, fromMs, nowMs).mostA);
  }

  #corrected(index: number, { currentA, movedAtMs }: MeterSample, drawn: DrawnRange, nowMs: Ms): PhaseAmps {
    const circuit = this.#parts.site.circuits[index];
    if (!circuit || !this.#book.isIncluding(index)) return currentA;
    const steps = this.#steps.get(index) ?? new StepWatch();
    this.#steps.set(index, steps);
    const seen = { movedAtMs, shownA: currentA, ...drawn };
    steps.addSample(seen, nowMs);
    for (const p of showsTooLittle(seen, circuit.limitA)) {
      this.#reversedUntilMs.set(`${index} ${p}`, nowMs + REVERSED_HOLD_MS);
    }
    const isReversed = (p: PhaseIndex): boolean => nowMs < (this.#reversedUntilMs.get(`${index} ${p}`) ?? 0);
    const reversed = ([0, 1, 2] as const).filter((p) => isReversed(p) || steps.reversed.includes(p));
    const names = reversed.map((p) => PHASE_NAMES[p]).join(', ');
    const backwards = `meter ${circuit.meter} of ${circuit.id} counts ${names} backwards: turn the current transformer, or set invert`;
    this.#tell('METER_SIGN', index, reversed.length > 0 ? backwards : undefined, nowMs);
    const swapped = `meter ${circuit.meter} of ${circuit.id} shows the charge points on other phases: the highest phase counts for all; correct phaseOrder of the meter, or the rotations`;
    this.#tell('PHASE_MISMATCH', index, steps.isSwapped ? swapped : undefined, nowMs);
    return corrected(currentA, reversed, steps.isSwapped);
  }

  /** A phase that misses the charge points misses the building too. */
  #isBlind(index: number, nowMs: Ms): boolean {
    const blind = this.#steps.get(index)?.blindPhases(nowMs) ?? [];
    const { meter, id } = this.#parts.site.circuits[index] ?? {};
    const names = blind.map((p) => PHASE_NAMES[p]).join(', ');
    const text = `meter ${meter} of ${id} shows nothing of the charge points on ${names}: it counts as lost, fallback holds; look after its current transformer`;
    this.#tell('METER_BLIND', index, blind.length > 0 ? text : undefined, nowMs);
    return blind.length > 0;
  }

  /** Sets one alarm for all circuits, and writes a log line when a text is new. */
  #tell(code: EventCode, index: number, text: string | undefined, nowMs: Ms): void {
    const doubts = this.#doubts.get(code) ?? new Map<number, string>();
    if (doubts.get(index) === text) return;
    this.#doubts.set(code, doubts);
    if (text === undefined) doubts.delete(index);
    else {
      doubts.set(index, text);
      this.#parts.notices.add('error', code, text);
    }
    this.#parts.alarms.set(code, doubts.size > 0 ? [...doubts.values()].join('; ') : undefined, nowMs);
  }

  /** The meter gives no values any more. `reason`: for people. True if the meter was not lost before. */
  lose(meterId: string, reason: string, nowMs: Ms): boolean {
    this.#silent.set(meterId, reason);
    this.#tellSilent(nowMs);
    return this.#withoutValues(meterId, nowMs);
  }

  /** The meter gives good values again. */
  recover(meterId: string, nowMs: Ms): void {
    this.#silent.delete(meterId);
    this.#tellSilent(nowMs);
  }

  #tellSilent(nowMs: Ms): void {
    const texts = [...this.#silent].map(([meterId, reason]) => `${meterId}: ${reason}`);
    this.#parts.alarms.set('METER_LOST', texts.length > 0 ? texts.join('; ') : undefined, nowMs);
  }

  #withoutValues(meterId: string, nowMs: Ms): boolean {
    const index = this.#book.circuitOfMeter(meterId);
    if (index === undefined || this.#lost.has(meterId)) return false;
    this.#awaited.delete(meterId);
    this.#lost.add(meterId);
    // Another device may come back in its place.
    this.#prompt.delete(index);
    this.#book.loseMeter(index, nowMs);
    if (!(!this.#awaited.has(meterId) && !this.#prompt.has(index)))
      failInvariant(`meter ${meterId} is lost, and still counts`);
    return true;
  }

  /** A value far above the fuse, seen once: it may be true. */
  doubt(meterId: string): void {
    const index = this.#book.circuitOfMeter(meterId);
    if (index !== undefined) this.#book.doubtMeter(index);
  }

  /** A value far above the fuse again. True if the meter belongs to a circuit. */
  hearOverload(meterId: string, currentA: PhaseAmps, nowMs: Ms): boolean {
    const index = this.#book.circuitOfMeter(meterId);
    if (index === undefined) return false;
    const including = this.#book.isIncluding(index);
    const drawnA = including ? this.#parts.roster.drawnBelowA(index, nowMs, nowMs).mostA : NO_AMPS;
    // Export is no overload, and makes no room while the value is in doubt.
    const importA = mapPhases((p) => Math.max(0, currentA[p]));
    assertNumbers(importA, meterId, 'shows an overload of');
    this.#overload.addSample(index, importA, drawnA, nowMs);
    this.#book.addOverload(index, importA, drawnA, nowMs);
    return true;
  }
}
