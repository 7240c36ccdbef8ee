/**
 * A meter of some model as its bus sees it: a register image made of the phase currents and voltages of the moment, and
 * what the device says about itself. It is as strict as the PAC2200: a read starts on the first register of a value, covers values
 * whole and touches only documented ones, else exception 2; registers that the model's limits let a read pass over read as 0.
 */
import type { MeterMeasurand } from '../base/registers.js';
import { fail, ok, type Result } from '../base/result.js';
import { type PerPhase, PHASE_NAMES, PHASES, type PhaseAmps, type PhaseIndex, type Volts } from '../base/units.js';
import type { InfoRow, MeterMap, MeterModel, MeterRow } from '../meters/model.js';
import { encodeWords } from '../modbus/encodings.js';
import { rowSpan } from '../modbus/rows.js';
import type { RegisterBlock } from '../ports/register-bus.js';

const ILLEGAL_ADDRESS = 2;

export interface LiveValues {
  /** Grid order, positive = import. */
  readonly currentA: PhaseAmps;
  readonly voltageV: PerPhase<Volts>;
}

export interface VirtualMeterOptions {
  /** This phase's current and power say "not available". */
  readonly sentinel?: PhaseIndex | undefined;
  /** What its identity says, where the model has one. */
  readonly serial?: number;
}

export interface VirtualMeter {
  /** Replaces what the meter measures. */
  set(values: LiveValues): void;
  /** The words of a block, or the code of the Modbus exception that the device would raise. */
  read(block: RegisterBlock): Result<Uint16Array, number>;
}

/** A map, and what the device says about itself where that is known. */
export type VirtualModel = MeterMap & Partial<Pick<MeterModel, 'identity' | 'probe' | 'refusals'>>;

/** The words of values by function and address of their first register; functions 3 and 4 may read alike. */
type Image = Map<string, Uint16Array>;

const SERIAL = 12_345_678;

const placeOf = (functionCode: number, address: number): string => `${functionCode}:${address}`;

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

/** What a row's registers say. Where several rows make a value up, each shows the part of its own direction. */
function rawOf(row: MeterRow, rows: readonly MeterRow[], values: ReadonlyMap<MeterMeasurand, number>): number {
  const raw = (values.get(row.measurand) ?? 0) / row.scale;
  const isPart = rows.some((other) => other !== row && other.measurand === row.measurand);
  return isPart ? Math.max(0, raw) : raw;
}

function notAvailable(row: MeterRow): Uint16Array {
  const words = new Uint16Array(rowSpan(row).words).fill(0xffff);
  if (row.encoding.startsWith('int') || row.encoding === 't6')
    words[row.wordOrder === 'big' ? 0 : words.length - 1] = 0x7fff;
  return words;
}

function isOfPhase({ measurand }: MeterRow, phase: PhaseIndex | undefined): boolean {
  return phase !== undefined && !measurand.startsWith('voltage') && measurand.endsWith(PHASE_NAMES[phase]);
}

function addValues(image: Image, model: MeterMap, live: LiveValues, sentinel: PhaseIndex | undefined): void {
  const values = measure(model, live);
  for (const row of model.rows) {
    const words = isOfPhase(row, sentinel)
      ? notAvailable(row)
      : encodeWords(rawOf(row, model.rows, values), row.encoding, row.wordOrder);
    image.set(placeOf(row.functionCode, row.address), words);
  }
}

/** A text in the registers of a row, filled up with NUL. */
function textWords(text: string, kind: 'text' | 'swapped-text' | 'low-byte-text', count: number): Uint16Array {
  const code = (index: number): number => (index < text.length ? text.charCodeAt(index) : 0);
  return Uint16Array.from({ length: count }, (_, word) => {
    if (kind === 'low-byte-text') return code(word);
    const [first, second] = [code(2 * word), code(2 * word + 1)];
    return kind === 'text' ? (first << 8) | second : (second << 8) | first;
  });
}

function infoWords({ form }: InfoRow, value: number | string): Uint16Array {
  if (form.kind === 'number') return encodeWords(Number(value), form.encoding, form.wordOrder);
  return textWords(String(value), form.kind, form.words);
}

function addInfo(image: Image, row: InfoRow, value: number | string): void {
  const words = infoWords(row, value);
  if (!row.wordByWord) image.set(placeOf(row.functionCode, row.address), words);
  else
    for (const [index, word] of words.entries()) {
      image.set(placeOf(row.functionCode, row.address + index), Uint16Array.of(word));
    }
}

/** A number that a setting of the device may have without being refused. */
function harmless(refused: readonly number[]): number {
  let value = 0;
  while (refused.includes(value)) value += 1;
  return value;
}

/** What does not change: documented values that nobody asks for, and what the device says about itself. */
function fixedImage(model: VirtualModel, serial: number): Image {
  const image: Image = new Map();
  const [functionCode = 3] = model.rows.map((row) => row.functionCode);
  for (const { address, words } of model.passedOver) image.set(placeOf(functionCode, address), new Uint16Array(words));
  for (const { row, values } of model.refusals ?? []) addInfo(image, row, harmless(values));
  if (model.identity) addInfo(image, model.identity, serial);
  const [expected] = model.probe?.expected ?? [];
  if (model.probe && expected !== undefined) addInfo(image, model.probe.row, expected);
  return image;
}

/** Registers between documented values that a read of this model may pass over. */
function gapsOf(model: VirtualModel, image: Image): ReadonlySet<string> {
  const gaps = new Set<string>();
  for (const functionCode of [3, 4]) {
    let end: number | undefined;
    const places = [...image].map(([place, words]) => ({ place: place.split(':').map(Number), words: words.length }));
    const ofFunction = places.filter(({ place }) => place[0] === functionCode);
    for (const { place, words } of ofFunction.sort((a, b) => (a.place[1] ?? 0) - (b.place[1] ?? 0))) {
      const address = place[1] ?? 0;
      const gap = end === undefined ? 0 : address - end;
      if (gap <= model.limits.maxGap)
        for (let at = address - gap; at < address; at++) gaps.add(placeOf(functionCode, at));
      end = Math.max(end ?? 0, address + words);
    }
  }
  return gaps;
}

class ImageMeter implements VirtualMeter {
  readonly #model: MeterMap;
  readonly #sentinel: PhaseIndex | undefined;
  readonly #image: Image;
  readonly #gaps: ReadonlySet<string>;
  /** A device with all its values under one function gives them under the other one as well. */
  readonly #isAlike: boolean;

  constructor(model: VirtualModel, live: LiveValues, { sentinel, serial = SERIAL }: VirtualMeterOptions) {
    this.#model = model;
    this.#sentinel = sentinel;
    this.#image = fixedImage(model, serial);
    this.set(live);
    this.#gaps = gapsOf(model, this.#image);
    this.#isAlike = new Set([...this.#image.keys()].map((place) => place[0])).size === 1;
  }

  set(values: LiveValues): void {
    addValues(this.#image, this.#model, values, this.#sentinel);
  }

  read({ functionCode, address, count }: RegisterBlock): Result<Uint16Array, number> {
    const [only] = this.#model.rows;
    const served = this.#isAlike && only ? only.functionCode : functionCode;
    const words = new Uint16Array(count);
    if (count > this.#model.limits.maxRegisters) return fail(ILLEGAL_ADDRESS);
    for (let offset = 0; offset < count; ) {
      const place = placeOf(served, address + offset);
      const value = this.#image.get(place) ?? (this.#gaps.has(place) && offset > 0 ? new Uint16Array(1) : undefined);
      if (!value || offset + value.length > count) return fail(ILLEGAL_ADDRESS);
      words.set(value, offset);
      offset += value.length;
    }
    return ok(words);
  }
}

export function virtualMeter(model: VirtualModel, live: LiveValues, options: VirtualMeterOptions = {}): VirtualMeter {
  return new ImageMeter(model, live, options);
}
