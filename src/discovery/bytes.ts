/** Big-endian reading and writing for the datagrams; sizes are checked by the callers' field lengths. */

/** 2^32: a 64-bit value travels as two words; ours stay below 2^53. */
const WORD = 4294967296;

export class ByteWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#at;
  }

  u8(value: number): this {
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
    return this;
  }

  u64(value: number): this {
    return this.u32(Math.floor(value / WORD)).u32(value % WORD);
  }

  hex(text: string): this {
    for (let i = 0; i < text.length; i += 2) this.u8(Number.parseInt(text.slice(i, i + 2), 16));
    return this;
  }

  ascii(text: string): this {
    for (let i = 0; i < text.length; i++) this.u8(text.charCodeAt(i));
    return this;
  }

  zeros(count: number): this {
    this.#at += count;
    return this;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }
}

export class ByteReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  u64(): number {
    return this.u32() * WORD + this.u32();
  }

  hex(count: number): string {
    let text = '';
    for (let i = 0; i < count; i++) text += this.u8().toString(16).padStart(2, '0');
    return text;
  }

  ascii(count: number): string {
    let text = '';
    for (let i = 0; i < count; i++) text += String.fromCharCode(this.u8());
    return text;
  }

  #advance(count: number): number {
    const at = this.#at;
    this.#at += count;
    return at;
  }
}

/** Of a text that has ASCII characters only. */
export function asciiBytes(text: string): Uint8Array {
  return new ByteWriter(text.length).ascii(text).done();
}
