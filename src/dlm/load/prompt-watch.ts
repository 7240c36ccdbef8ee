/**
 * Checks whether a meter shows a fall of the charge points within one sample. No maker states how old its values may be, so the
 * master reckons with a second. But a current that differs from the previous sample was renewed since that sample. A meter
 * that showed two falls by then is prompt: an older fall hides no rise of the building. Raises do not use this.
 * docs/decisions/0010-several-meters.md has a timeline.
 */
import type { Carrier } from '../../base/carrier.js';
import { mapPhases, type Ms, type PhaseAmps } from '../../base/units.js';
import { assertNumbers, assertOrder } from './checks.js';
import { PromptLevel, type PromptSample } from './prompt-level.js';

/**
 * A value may include what flowed so long before its renewal: nothing, if the meter measures for a moment, or ten periods of the
 * grid (IEC 61000-4-30). The meter proves each by itself.
 */
const COVERS_MS: readonly Ms[] = [0, 200];

export class PromptWatch {
  readonly #levels: readonly PromptLevel[] = COVERS_MS.map((coversMs) => new PromptLevel(coversMs));

  /** All that changes in here. */
  carry(carrier: Carrier): void {
    for (const level of this.#levels) carrier.part(`covers ${level.coversMs}`, level);
  }

  get isPrompt(): boolean {
    return this.#levels.some((level) => level.isPrompt);
  }

  /** Returns what to subtract for the charge points. `mostSince`: the highest current that they reported since a moment. */
  addSample(sample: PromptSample, mostSince: (fromMs: Ms) => PhaseAmps): PhaseAmps {
    const { shownA, mostA, nowA } = sample;
    assertNumbers(shownA, 'a meter', 'shows');
    assertOrder(nowA, mostA, 'a meter', 'drawn now, and at most since');
    let takenA = mostA;
    for (const level of this.#levels) {
      const levelA = level.addSample(sample, mostSince);
      if (level.isPrompt) takenA = mapPhases((p) => Math.min(takenA[p], levelA[p]));
    }
    assertOrder(takenA, mostA, 'a meter', 'taken off, and drawn at most');
    return takenA;
  }
}
