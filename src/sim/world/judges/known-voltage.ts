/** The voltage with which a master must reckon a limit in W: the lowest that its meter has shown while limits follow, less what that shows too little. */
import type { Ms, Volts } from '../../../base/units.js';
import type { Circuit } from '../../../dlm/types.js';
import type { MasterBox } from '../master-box.js';
import type { World } from '../world.js';

/** A lower voltage counts once it has held for so long, and two polls. */
const FALL_MS: Ms = 70_000;
/** Whole volts, and the error of a meter. */
const SLACK_V: Volts = 0.8;
/** No master believes less. */
const BELIEVED_SHARE = 0.9;

export class KnownVoltage {
  readonly #world: World;
  /** When the master that decides last had no good values of it. */
  readonly #unsureAtMs = new Map<string, Ms>();

  constructor(world: World) {
    this.#world = world;
  }

  /** After each cycle of the master that decides. */
  look(master: MasterBox): void {
    const { devices, time } = this.#world;
    for (const { id } of devices) if (!master.isMeterOnline(id)) this.#unsureAtMs.set(id, time.nowMs);
  }

  /** `followMs`: for how long limits may be as they were. Infinity: the meter lies. */
  at({ id }: Circuit, followMs: Ms): Volts {
    const { copper, voltage, time } = this.#world;
    const { nominalV } = voltage;
    const way = copper.wayOf(copper.indexOf(id)).map((index) => copper.conductors[index]?.circuit.meter);
    const meter = way.find((each) => each !== undefined);
    if (meter === undefined) return nominalV;
    if (!Number.isFinite(followMs)) return BELIEVED_SHARE * nominalV;
    const sinceMs = time.nowMs - followMs - FALL_MS;
    const leastV = voltage.leastV(sinceMs) - SLACK_V;
    const isSure = (this.#unsureAtMs.get(meter) ?? 0) < sinceMs && sinceMs > 0;
    return isSure ? leastV : Math.min(leastV, nominalV);
  }
}
