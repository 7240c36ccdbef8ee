/** The digest of a run: everything that happens is mixed into it in order, so equal digests mean equal runs. */

/** Two lanes of 32 bits, mixed by multiplication and rotation as MurmurHash3 (public domain) does. Not for secrets. */
export class Trace {
  #a = 0x9747b28c;
  #b = 0x3c6ef372;
  #count = 0;
  readonly #float = new Float64Array(1);
  readonly #words = new Uint32Array(this.#float.buffer);

  /** What happened, in numbers. */
  number(value: number): void {
    this.#float[0] = value;
    this.#mix(this.#words[0] ?? 0);
    this.#mix(this.#words[1] ?? 0);
  }

  text(text: string): void {
    for (let at = 0; at < text.length; at++) this.#mix(text.charCodeAt(at));
    this.#mix(text.length);
  }

  bytes(bytes: Uint8Array): void {
    const whole = bytes.length - (bytes.length % 4);
    for (let at = 0; at < whole; at += 4) {
      this.#mix(
        ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0),
      );
    }
    for (let at = whole; at < bytes.length; at++) this.#mix(bytes[at] ?? 0);
    this.#mix(bytes.length);
  }

  /** 16 hex digits. */
  get digest(): string {
    return [finish(this.#a ^ this.#count), finish(this.#b + this.#count)]
      .map((lane) => lane.toString(16).padStart(8, '0'))
      .join('');
  }

  /** Words that were mixed in. */
  get count(): number {
    return this.#count;
  }

  #mix(word: number): void {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    this.#a ^= Math.imul(k, 0x1b873593);
    this.#a = (Math.imul((this.#a << 13) | (this.#a >>> 19), 5) + 0xe6546b64) | 0;
    this.#b = (Math.imul(this.#b ^ word, 0x01000193) + this.#a) | 0;
    this.#count += 1;
  }
}

function finish(lane: number): number {
  let h = lane;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
