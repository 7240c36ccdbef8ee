/**
 * Texts that come again and again, in every datagram of a peer: built and checked once, then found by their bytes. Bounded:
 * each has one place in a table, and the next one that belongs there takes it.
 */
import { asciiAt, u32At, u8At } from './bytes.js';

const PLACES = 4096;

export class KnownTexts {
  readonly #texts = new Array<string | undefined>(PLACES).fill(undefined);
  readonly #check: (text: string) => boolean;

  /** `check`: what a text must be to be given out. */
  constructor(check: (text: string) => boolean) {
    this.#check = check;
  }

  /** `undefined`: it does not pass the check. */
  read(bytes: Uint8Array, at: number, length: number): string | undefined {
    let mix = length;
    for (let i = at; i < at + length; i++) mix = (Math.imul(mix, 31) + u8At(bytes, i)) | 0;
    const place = placeOf(mix);
    const known = this.#texts[place];
    if (known !== undefined && isText(known, bytes, at, length)) return known;
    const text = asciiAt(bytes, at, length);
    if (!this.#check(text)) return undefined;
    this.#texts[place] = text;
    return text;
  }
}

function isText(text: string, bytes: Uint8Array, at: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== u8At(bytes, at + i)) return false;
  return true;
}

function placeOf(mix: number): number {
  return (mix ^ (mix >>> 12)) & (PLACES - 1);
}

/** 64 bits as 16 hexadecimal digits. */
export class KnownHex {
  readonly #high = new Uint32Array(PLACES);
  readonly #low = new Uint32Array(PLACES);
  readonly #texts = new Array<string>(PLACES).fill('0'.repeat(16));

  read(bytes: Uint8Array, at: number): string {
    const [high, low] = [u32At(bytes, at), u32At(bytes, at + 4)];
    const place = placeOf(Math.imul(high, 31) ^ low);
    if (this.#high[place] === high && this.#low[place] === low) return this.#texts[place] as string;
    const text = hexOf(high) + hexOf(low);
    this.#high[place] = high;
    this.#low[place] = low;
    this.#texts[place] = text;
    return text;
  }
}

function hexOf(word: number): string {
  return word.toString(16).padStart(8, '0');
}
