/** Tells people when a charger does not follow what its slave told it, and when it does again. */
import type { Logger } from '../base/logger.js';
import type { Amps, Ms } from '../base/units.js';
import type { ChargerPort } from '../ports/charger-port.js';

/** So much longer than it may take is not worth a line. */
const PATIENCE_MS: Ms = 2_000;

export class ChargerWatch {
  readonly #chargePointId: string;
  readonly #logger: Logger;
  /** Since when more may be in force than it was told. */
  #lateSinceMs: Ms | undefined;
  #isTold = false;

  constructor(chargePointId: string, logger: Logger) {
    this.#chargePointId = chargePointId;
    this.#logger = logger;
  }

  look(charger: ChargerPort, limitA: Amps, nowMs: Ms): void {
    const inForceA = charger.inForceA(nowMs);
    if (inForceA <= limitA) {
      this.#lateSinceMs = undefined;
      if (this.#isTold) this.#tell('info', 'CHARGER_OK', `follows its limit of ${limitA} A`, { limitA, inForceA });
      this.#isTold = false;
      return;
    }
    this.#lateSinceMs ??= nowMs;
    if (this.#isTold || nowMs - this.#lateSinceMs <= charger.reactionMs + PATIENCE_MS) return;
    this.#isTold = true;
    const text = `was told ${limitA} A, but ${inForceA} A may be in force still: the master counts them`;
    this.#tell('warn', 'CHARGER_LATE', text, { limitA, inForceA });
  }

  #tell(
    level: 'info' | 'warn',
    event: 'CHARGER_OK' | 'CHARGER_LATE',
    text: string,
    fields: { readonly limitA: Amps; readonly inForceA: Amps },
  ): void {
    this.#logger.log(level, event, `${this.#chargePointId} ${text}`, fields);
  }
}
