/** Asks for a snapshot and shows one sentence for each charge point. */
import { guessText, nearest } from '../../base/nearest.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import type { SocketArguments } from '../command.js';
import { print, printJson } from '../output.js';
import { ask } from './client.js';
import { wrapped } from './columns.js';
import { type AnyStatus, wholeStatus, type WholeStatus } from './older.js';

type Point = WholeStatus['chargePoints'][number];

export async function showExplanations(
  asked: SocketArguments & { readonly json: boolean },
  id: string | undefined,
): Promise<void> {
  const status = wholeStatus((await ask(asked, { command: 'status' })) as AnyStatus);
  const points = pointsOf(status, id);
  if (asked.json) printJson(points.map(({ id, explanation, queue }) => ({ id, explanation, queue })));
  else print(points.flatMap(lines).join('\n'));
}

function pointsOf({ chargePoints }: WholeStatus, id: string | undefined): readonly Point[] {
  if (id === undefined) return chargePoints;
  const found = chargePoints.filter((point) => point.id === id);
  if (found.length > 0) return found;
  const near = nearest(
    id,
    chargePoints.map((point) => point.id),
  );
  throw new ExitError(EXIT.data, `charge point: expected one that is known, got ${id}${guessText(near)}`);
}

/** Of a master that cannot say what comes next: the reason alone. */
function lines({ id, explanation, limitA, reasonText }: Point): string[] {
  return wrapped(`${id}  `, explanation === '' ? `${limitA} A: ${reasonText}` : explanation);
}
