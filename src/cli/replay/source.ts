/** The file of a recording, read piece by piece. */
import { closeSync, openSync, readSync } from 'node:fs';
import { inflateRawSync, constants as zlib } from 'node:zlib';
import { errorText } from '../../base/error-text.js';
import { fail, ok, type Result } from '../../base/result.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { SEGMENT_BYTES_MAX } from '../../runtime/recorder/ring.js';
import { openRecording, type RingSource, type Segment } from '../../sim/replay/recording.js';

/** Calls with its segments, and closes it whatever comes. Throws an `ExitError` when it is no recording. */
export async function withRecording<T>(file: string, use: (segments: readonly Segment[]) => Promise<T>): Promise<T> {
  const descriptor = orExit(file, () => openSync(file, 'r'));
  try {
    const opened = orExit(file, () => openRecording(ringSource(descriptor)));
    if (!opened.ok) throw new ExitError(EXIT.config, `${file}: ${opened.error}`);
    return await use(opened.value);
  } finally {
    closeSync(descriptor);
  }
}

function ringSource(descriptor: number): RingSource {
  return {
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    },
    inflate,
  };
}

function inflate(payloads: readonly Uint8Array[]): Result<string> {
  const options = { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: SEGMENT_BYTES_MAX };
  try {
    return ok(inflateRawSync(Buffer.concat(payloads), options).toString('utf8'));
  } catch (error) {
    return fail(`expected a segment of at most ${SEGMENT_BYTES_MAX / 1e6} MB of text, got ${errorText(error)}`);
  }
}

function orExit<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ExitError(EXIT.config, `${file}: ${errorText(error)}`);
  }
}
