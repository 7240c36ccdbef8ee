/**
 * A meter of some model as its bus sees it: a register image made of the phase currents and voltages of the moment.
 * It is as strict as the PAC2200: a read starts on the first register of a value, covers values whole and touches only
 * documented ones, else exception 2.
 */
import type { MeterMeasurand } from '../base/registers.js';
import { fail, ok, type Result } from '../base/result.js';
import { type PerPhase, PHASE_NAMES, PHASES, type PhaseAmps, type Volts } from '../base/units.js';
import type { MeterMap } from '../meters/model.js';
import { encodeWords } from '../modbus/encodings.js';
import { rowSpan } from '../modbus/rows.js';
import type { RegisterBlock } from '../ports/register-bus.js';

const ILLEGAL_ADDRESS = 2;

export interface LiveValues {
  /** Grid order, positive = import. */
  readonly currentA: PhaseAmps;
  readonly voltageV: PerPhase<Volts>;
}

export interface VirtualMeter {
  /** Replaces what the meter measures. */
  set(values: LiveValues): void;
  /** The words of a block, or the code of the Modbus exception that the device would raise. Functions 3 and 4 read alike. */
  read(block: RegisterBlock): Result<Uint16Array, number>;
}

/** Every measurand at power factor 1, in the units of the rows. */
function measure(model: MeterMap, { currentA, voltageV }: LiveValues): ReadonlyMap<MeterMeasurand, number> {
  const values = new Map<MeterMeasurand, number>();
  let totalW = 0;
  for (const phase of model.phases === 1 ? ([0] as const) : PHASES) {
    const name = PHASE_NAMES[phase];
    const powerW = currentA[phase] * voltageV[phase];
    totalW += powerW;
    values.set(`voltage${name}`, voltageV[phase]);
    values.set(`current${name}`, model.currents === 'magnitude' ? Math.abs(currentA[phase]) : currentA[phase]);
    values.set(`power${name}`, powerW);
  }
  return values.set('totalPower', totalW);
}

/** The words of every documented value, by the address of its first register. */
function buildImage(model: MeterMap, live: LiveValues): ReadonlyMap<number, Uint16Array> {
  const values = measure(model, live);
  const image = new Map<number, Uint16Array>(
    model.passedOver.map(({ address, words }) => [address, new Uint16Array(words)]),
  );
  for (const row of model.rows) {
    const raw = (values.get(row.measurand) ?? 0) / row.scale;
    const isPart = model.rows.some((other) => other !== row && other.measurand === row.measurand);
    image.set(rowSpan(row).address, encodeWords(isPart ? Math.max(0, raw) : raw, row.encoding, row.wordOrder));
  }
  return image;
}

export function virtualMeter(model: MeterMap, live: LiveValues): VirtualMeter {
  let image = buildImage(model, live);
  return {
    set(values) {
      image = buildImage(model, values);
    },
    read({ address, count }) {
      const words = new Uint16Array(count);
      for (let offset = 0; offset < count; ) {
        const value = image.get(address + offset);
        if (!value || offset + value.length > count) return fail(ILLEGAL_ADDRESS);
        words.set(value, offset);
        offset += value.length;
      }
      return ok(words);
    },
  };
}
