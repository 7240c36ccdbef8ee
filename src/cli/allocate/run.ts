/** What `evenkeel allocate` does: requests in, answers out. */
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { allocate } from '../../dlm/allocate.js';
import { exitSoon } from '../command.js';
import { complain } from '../output.js';
import { prettyAnswer } from './answer.js';
import { allocateLines } from './batch.js';
import { explainAnswer } from './explain.js';
import { RequestError } from './finding.js';
import { Outlet } from './outlet.js';
import { requestOf, STDIN, wholeSource } from './source.js';

/** Not of sysexits.h: planners ask by this command, and 2 is what they were promised for a bad request. */
const BAD_REQUEST = 2;

export interface AllocateOptions {
  readonly file: string | undefined;
  readonly batch: boolean;
  readonly explain: boolean;
  readonly json: boolean;
}

/** Gives the exit code. Throws an `ExitError`. */
export async function runAllocate({ file, batch, explain, json }: AllocateOptions): Promise<number> {
  if (explain && batch) throw new ExitError(EXIT.usage, '--explain: expected one request, got --batch as well');
  if (explain && json) throw new ExitError(EXIT.usage, '--explain: expected a table for people, got --json as well');
  if (file === '') throw new ExitError(EXIT.usage, 'FILE: expected a name, or "-" for stdin, got an empty text');
  if (file === undefined && process.stdin.isTTY) {
    const expected = 'expected a FILE, or a request on stdin, got a terminal';
    throw new ExitError(EXIT.usage, `evenkeel: ${expected}; see: evenkeel allocate --help`);
  }
  const source = file ?? STDIN;
  return batch ? await runBatch(source) : await runSingle(source, explain);
}

async function runBatch(source: string): Promise<number> {
  let bug: unknown;
  const areAllGood = await allocateLines(source, process.stdout, (error) => {
    bug ??= error;
  });
  exitSoon();
  if (bug !== undefined) throw bug;
  return areAllGood ? EXIT.ok : BAD_REQUEST;
}

async function runSingle(source: string, explain: boolean): Promise<number> {
  const outlet = new Outlet(process.stdout);
  try {
    const request = requestOf(await wholeSource(source));
    const answer = allocate(request);
    const blocks = explain ? explainAnswer(request, answer) : prettyAnswer(answer);
    for (const lines of blocks) {
      if (outlet.isReaderGone) break;
      await outlet.put(`${lines}\n`);
    }
    await outlet.flush();
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    exitSoon();
    complain(error.message);
    return BAD_REQUEST;
  }
}
