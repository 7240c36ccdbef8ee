/**
 * Big-endian reading and writing for the datagrams; sizes are checked by the callers' field lengths. Plain bytes, no views:
 * a view costs more than the few numbers that are read through it.
 */

/** 2^32: a 64-bit value travels as two words; ours stay below 2^53. */
const WORD = 4294967296;
const HIGHEST_BYTE = 0x1000000;

/** So many datagrams of usual size are written into one block of memory. */
const BLOCK_BYTES = 16_384;

/** Writes one datagram after the other into a block. What was handed out is never written again. */
export class ByteWriter {
  #block = new Uint8Array(0);
  #start = 0;
  #at = 0;

  /** Starts the next datagram; there is room for `bytes`, all of them 0. */
  begin(bytes: number): this {
    if (this.#at + bytes > this.#block.length) {
      this.#block = new Uint8Array(Math.max(bytes, BLOCK_BYTES));
      this.#at = 0;
    }
    this.#start = this.#at;
    return this;
  }

  get length(): number {
    return this.#at - this.#start;
  }

  u8(value: number): this {
    this.#block[this.#at++] = value;
    return this;
  }

  u16(value: number): this {
    const [block, at] = [this.#block, this.#at];
    block[at] = value >>> 8;
    block[at + 1] = value;
    this.#at = at + 2;
    return this;
  }

  u32(value: number): this {
    const [block, at] = [this.#block, this.#at];
    block[at] = value >>> 24;
    block[at + 1] = value >>> 16;
    block[at + 2] = value >>> 8;
    block[at + 3] = value;
    this.#at = at + 4;
    return this;
  }

  u64(value: number): this {
    const high = Math.floor(value / WORD);
    return this.u32(high).u32(value - high * WORD);
  }

  /** A field of one byte: its id, its length, its value. The same with the others. */
  field8(id: number, value: number): this {
    const [block, at] = [this.#block, this.#at];
    block[at] = id;
    block[at + 1] = 1;
    block[at + 2] = value;
    this.#at = at + 3;
    return this;
  }

  field16(id: number, value: number): this {
    const [block, at] = [this.#block, this.#at];
    block[at] = id;
    block[at + 1] = 2;
    block[at + 2] = value >>> 8;
    block[at + 3] = value;
    this.#at = at + 4;
    return this;
  }

  field32(id: number, value: number): this {
    return this.u8(id).u8(4).u32(value);
  }

  field64(id: number, value: number): this {
    return this.u8(id).u8(8).u64(value);
  }

  /** ASCII, at most 255 characters. */
  fieldText(id: number, value: string): this {
    return this.u8(id).u8(value.length).ascii(value);
  }

  /** Two hexadecimal digits for each byte. */
  hex(text: string): this {
    const block = this.#block;
    let at = this.#at;
    for (let i = 0; i < text.length; i += 2) {
      block[at++] = 16 * digitOf(text.charCodeAt(i)) + digitOf(text.charCodeAt(i + 1));
    }
    this.#at = at;
    return this;
  }

  ascii(text: string): this {
    const [block, at] = [this.#block, this.#at];
    for (let i = 0; i < text.length; i++) block[at + i] = text.charCodeAt(i);
    this.#at = at + text.length;
    return this;
  }

  zeros(count: number): this {
    this.#at += count;
    return this;
  }

  done(): Uint8Array {
    return this.#block.subarray(this.#start, this.#at);
  }
}

/** '0' to '9', 'A' to 'F', 'a' to 'f'. */
function digitOf(code: number): number {
  return (code & 15) + 9 * (code >> 6);
}

export function u8At(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

export function u16At(bytes: Uint8Array, at: number): number {
  return (u8At(bytes, at) << 8) | u8At(bytes, at + 1);
}

export function u32At(bytes: Uint8Array, at: number): number {
  return u8At(bytes, at) * HIGHEST_BYTE + ((u8At(bytes, at + 1) << 16) | u16At(bytes, at + 2));
}

export function u64At(bytes: Uint8Array, at: number): number {
  return u32At(bytes, at) * WORD + u32At(bytes, at + 4);
}

export function asciiAt(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length; i++) text += String.fromCharCode(u8At(bytes, i));
  return text;
}

/** Of a text that has ASCII characters only. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
