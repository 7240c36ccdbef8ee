/** The register images of test/independent/meter-images.json, and what a device with such an image answers to a read. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BlockWords } from '../../src/modbus/rows.js';
import type { MeterReading } from '../../src/ports/meter-reading.js';
import type { RegisterBlock } from '../../src/ports/register-bus.js';

interface Registers {
  readonly address: number;
  readonly words: readonly number[];
}

export interface MeterImage {
  readonly values: readonly (Registers & { readonly function: 3 | 4 })[];
  readonly alone: readonly (Registers & { readonly function: 3 | 4 })[];
  readonly info: Readonly<Partial<Record<'identity' | 'probe' | 'refusal', number | string>>>;
  readonly reading: MeterReading;
  readonly gone: Registers;
}

/** Tests run in build/test; the images stay in the source tree. */
export const IMAGES_FILE = fileURLToPath(new URL('../../../test/independent/meter-images.json', import.meta.url));

export const METER_IMAGES = JSON.parse(readFileSync(IMAGES_FILE, 'utf8')) as Readonly<Record<string, MeterImage>>;

/** The words of a block; `undefined` in place of an answer where the device has no value, or half of one. */
export function readImage({ values, alone }: MeterImage, block: RegisterBlock): Uint16Array | undefined {
  const { functionCode, address, count } = block;
  const single = count === 1 && alone.find((value) => value.function === functionCode && value.address === address);
  if (single) return Uint16Array.from(single.words);
  const words: number[] = [];
  while (words.length < count) {
    const next = values.find((value) => value.function === functionCode && value.address === address + words.length);
    if (!next || words.length + next.words.length > count) return undefined;
    words.push(...next.words);
  }
  return Uint16Array.from(words);
}

/** Everything that a plan reads; a block that the device refuses is left out. */
export function readBlocks(image: MeterImage, plan: readonly RegisterBlock[]): BlockWords[] {
  return plan.flatMap((block) => {
    const words = readImage(image, block);
    return words ? [{ block, words }] : [];
  });
}

/** The image with other words for some of its values. */
export function withWords(image: MeterImage, ...changes: readonly Registers[]): MeterImage {
  const values = image.values.map((value) => {
    const change = changes.find(({ address }) => address === value.address);
    return change ? { ...value, words: change.words } : value;
  });
  return { ...image, values };
}
