/** A stream of bytes as lines, with a bound: of what is longer nothing is kept. */
const LINE_FEED = 0x0a;
const FIRST_ROOM_BYTES = 65_536;

/** Without its end; `undefined`: longer than the bound. Good until the next one is asked for. */
export type Line = Uint8Array | undefined;

export class LineSplitter {
  readonly #bytesMax: number;
  /** The beginning of a line that came in several pieces. */
  #room = new Uint8Array(FIRST_ROOM_BYTES);
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that end in this piece. */
  *push(piece: Uint8Array): Generator<Line> {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
      yield this.#take(piece.subarray(start, end));
      start = end + 1;
    }
    this.#keep(piece.subarray(start));
  }

  /** The last line, when it has no end. */
  *end(): Generator<Line> {
    if (this.#bytes > 0) yield this.#take(new Uint8Array());
  }

  #take(rest: Uint8Array): Line {
    if (this.#bytes === 0) return rest.length > this.#bytesMax ? undefined : rest;
    this.#keep(rest);
    const line = this.#bytes > this.#bytesMax ? undefined : this.#room.subarray(0, this.#bytes);
    this.#bytes = 0;
    // One long line must not cost its memory for ever.
    if (this.#room.length > FIRST_ROOM_BYTES) this.#room = new Uint8Array(FIRST_ROOM_BYTES);
    return line;
  }

  #keep(part: Uint8Array): void {
    const bytes = this.#bytes + part.length;
    if (bytes <= this.#bytesMax) {
      if (bytes > this.#room.length) this.#grow(bytes);
      this.#room.set(part, this.#bytes);
    }
    this.#bytes = bytes;
  }

  #grow(bytes: number): void {
    const room = new Uint8Array(Math.min(Math.max(bytes, 2 * this.#room.length), Math.max(bytes, this.#bytesMax)));
    room.set(this.#room.subarray(0, this.#bytes));
    this.#room = room;
  }
}
