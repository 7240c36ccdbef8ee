/** Deflate over a whole segment, piece by piece: each is complete, and the next one builds on it. Works beside the loop. */
import { createDeflateRaw, constants, type DeflateRaw } from 'node:zlib';

export class Packer {
  readonly #deflate: DeflateRaw = createDeflateRaw();
  #packed: Uint8Array[] = [];

  constructor() {
    this.#deflate.on('data', (bytes: Uint8Array) => this.#packed.push(bytes));
  }

  close(): void {
    this.#deflate.close();
  }

  async pack(text: string): Promise<Uint8Array> {
    await new Promise<void>((resolve, reject) => {
      this.#deflate.once('error', reject);
      this.#deflate.write(text);
      this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
        this.#deflate.removeListener('error', reject);
        resolve();
      });
    });
    const packed = Buffer.concat(this.#packed);
    this.#packed = [];
    return packed;
  }
}
