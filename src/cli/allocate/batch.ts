/** A batch: one request per line in, one answer per line out, in order, however many there are. */
import type { Writable } from 'node:stream';
import { allocate } from '../../dlm/allocate.js';
import { compactAnswer } from './answer.js';
import { RequestError } from './finding.js';
import { type Line, LineSplitter } from './lines.js';
import { Outlet } from './outlet.js';
import { openSource, pieces, REQUEST_BYTES_MAX, requestOf } from './source.js';

/** True when every line was good. Ends early when whoever reads the answers goes away. Throws an `ExitError`. */
export async function allocateLines(file: string, output: Writable): Promise<boolean> {
  const source = openSource(file);
  const outlet = new Outlet(output, () => source.destroy());
  const splitter = new LineSplitter(REQUEST_BYTES_MAX);
  let areAllGood = true;
  const add = async (line: Line): Promise<void> => {
    if (outlet.isReaderGone) return;
    const { isGood, answer } = answerTo(line);
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

function answerTo(line: Line): { readonly isGood: boolean; readonly answer: Iterable<string> } {
  try {
    return { isGood: true, answer: compactAnswer(allocate(requestOf(line))) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { isGood: false, answer: [JSON.stringify({ error: error.messageInBatch })] };
  }
}
