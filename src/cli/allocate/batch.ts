/** A batch: one request per line in, one answer per line out, in order, however many there are. */
import type { Writable } from 'node:stream';
import { allocate } from '../../dlm/allocate.js';
import { compactAnswer } from './answer.js';
import { RequestError } from './finding.js';
import { type Line, LineSplitter } from './lines.js';
import { Outlet } from './outlet.js';
import { openSource, pieces, REQUEST_BYTES_MAX, requestOf } from './source.js';

/**
 * True when every line was good. Ends early when whoever reads the answers goes away. Throws an `ExitError`. A bug of ours at one
 * line is reported, and must not cost the others their answers.
 */
export async function allocateLines(
  file: string,
  output: Writable,
  reportBug: (error: unknown) => void,
): Promise<boolean> {
  const source = openSource(file);
  const outlet = new Outlet(output, () => source.destroy());
  const splitter = new LineSplitter(REQUEST_BYTES_MAX);
  let areAllGood = true;
  const add = async (line: Line): Promise<void> => {
    if (outlet.isReaderGone) return;
    const { isGood, answer } = answerTo(line, reportBug);
    areAllGood &&= isGood;
    for (const piece of answer) await outlet.put(piece);
    await outlet.put('\n');
  };
  try {
    for await (const piece of pieces(file, source)) {
      for (const line of splitter.push(piece)) await add(line);
      await outlet.flush();
    }
  } catch (error) {
    // The source is closed when nothing more can be written: then that is the reason, or no error at all.
    await outlet.flush();
    if (!outlet.isReaderGone) throw error;
  }
  for (const line of splitter.end()) await add(line);
  await outlet.flush();
  return areAllGood;
}

interface LineAnswer {
  readonly isGood: boolean;
  readonly answer: Iterable<string>;
}

function answerTo(line: Line, reportBug: (error: unknown) => void): LineAnswer {
  try {
    return { isGood: true, answer: compactAnswer(allocate(requestOf(line))) };
  } catch (error) {
    const isBad = error instanceof RequestError;
    if (!isBad) reportBug(error);
    const text = isBad ? error.messageInBatch : `a bug of evenkeel, not of the request: ${error}`;
    return { isGood: false, answer: [JSON.stringify({ error: text })] };
  }
}
