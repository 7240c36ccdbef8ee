/** What a foreign program says on stderr is no output of the tests: it becomes comments, which are shown beside a failure only. */
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import t from 'tap';

export function hushed(child: { readonly stderr: Readable | null }): void {
  if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => t.comment(line));
}
