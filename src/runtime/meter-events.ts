/** What the pollers of the meters tell: handed to the core, and told to people. */
import type { Carrier } from '../base/carrier.js';
import type { Logger } from '../base/logger.js';
import { mapPhases, type Ms, type PerPhase, type PhaseAmps, type Volts } from '../base/units.js';
import type { Controller } from '../dlm/controller.js';
import { type Heard, NOT_URGENT } from '../dlm/heard.js';
import { type MeterNews, noiseNews, paceNews, stuckNews } from './meter-news.js';
import type { PollerEvent } from './poller.js';

interface Parts {
  readonly controller: Controller;
  readonly logger: Logger;
}

export class MeterEvents {
  readonly #controller: Controller;
  readonly #logger: Logger;
  readonly #stuckMeters = new Set<string>();

  constructor({ controller, logger }: Parts) {
    this.#controller = controller;
    this.#logger = logger;
  }

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    carrier.set('stuckMeters', this.#stuckMeters);
  }

  hear(event: PollerEvent, nowMs: Ms): Heard {
    const { meterId } = event;
    switch (event.kind) {
      case 'sample':
        return this.#hearSample(event, nowMs);
      case 'suspect':
        this.#controller.doubtMeter(meterId);
        return NOT_URGENT;
      case 'overload':
        return this.#controller.hearOverload(meterId, knownCurrents(event.currentA), nowMs);
      case 'lost':
        this.#log({ level: 'error', event: 'METER_LOST', text: lostText(meterId, event.reason) }, meterId);
        return this.#controller.loseMeter(meterId, event.reason, nowMs);
      case 'recovered':
        this.#log({ level: 'info', event: 'METER_OK', text: `meter ${meterId} gives good values` }, meterId);
        this.#controller.recoverMeter(meterId, nowMs);
        return NOT_URGENT;
      case 'stuck':
        this.#setStuck(meterId, event.isStuck, nowMs);
        return NOT_URGENT;
      default:
        this.#log(newsOf(event), meterId);
        return NOT_URGENT;
    }
  }

  #hearSample(event: Extract<PollerEvent, { readonly kind: 'sample' }>, nowMs: Ms): Heard {
    const { meterId, reading, sampledAtMs, updateMs, periodMs, movedAtMs } = event;
    const voltageV = highestV(reading.voltageV);
    const sample = { currentA: knownCurrents(reading.currentA), voltageV, sampledAtMs, updateMs, periodMs, movedAtMs };
    return this.#controller.hearMeter(meterId, sample, nowMs);
  }

  #setStuck(meterId: string, isStuck: boolean, nowMs: Ms): void {
    if (isStuck) this.#stuckMeters.add(meterId);
    else this.#stuckMeters.delete(meterId);
    const names = [...this.#stuckMeters].join(', ');
    this.#controller.alarms.set('METER_STUCK', names === '' ? undefined : `values stand still: ${names}`, nowMs);
    this.#log(stuckNews(meterId, isStuck), meterId);
  }

  #log({ level, event, text, fields }: MeterNews, meterId: string): void {
    this.#logger.log(level, event, text, { meter: meterId, ...fields });
  }
}

function newsOf(event: Extract<PollerEvent, { readonly kind: 'pace' | 'noise' | 'error' }>): MeterNews {
  const { meterId } = event;
  if (event.kind === 'pace') return paceNews(meterId, event);
  if (event.kind === 'noise') return noiseNews(meterId, event);
  return { level: 'warn', event: 'METER_ERROR', text: `meter ${meterId}: ${event.text}` };
}

function lostText(meterId: string, reason: string): string {
  return `meter ${meterId} lost: ${reason}; fallback holds`;
}

/** A phase that the model does not measure counts as no load of its own. */
function knownCurrents(currentA: readonly [number | null, number | null, number | null]): PhaseAmps {
  return mapPhases((p) => currentA[p] ?? 0);
}

/** In whole volts, which is what a recording has. `undefined`: it shows none. */
export function highestV(voltageV: PerPhase<Volts | null>): Volts | undefined {
  const shownV = voltageV.filter((each) => each !== null && Number.isFinite(each)).map(Number);
  return shownV.length > 0 ? Math.round(Math.max(...shownV)) : undefined;
}
