/** The known charge points, and what became of a change to them, for people. */
import type { Change, Cleared, SlaveEntry } from '../../ports/commands.js';
import { ampsOf, described, durationOf, namedText, wrapped } from './columns.js';

const HEAD = ['id', 'known as', 'circuit', 'heard', 'alone A', 'connector', 'address'];

export function slavesText(slaves: readonly SlaveEntry[]): string {
  if (slaves.length === 0) return 'no charge point is known';
  const rows = slaves.map((slave) => ({
    id: slave.id,
    cells: [
      slave.membership,
      slave.circuit,
      heardText(slave),
      ampsOf(slave.disconnectedLimitA),
      `${slave.phases} ph ${slave.rotation}`,
      slave.address ?? '-',
    ],
    text: namedText(slave, slave.silentBecause ?? slave.firmware),
  }));
  const waiting = slaves.filter(({ membership }) => membership === 'waiting').map(({ id }) => id);
  const way = waiting.length > 0 ? ['', ...waiting.map((id) => `waits for: evenkeel slaves adopt ${id}`)] : [];
  return [...described(HEAD, rows, 'firmware or fault'), ...way].join('\n');
}

function heardText({ online, heardAgoMs }: SlaveEntry): string {
  if (online) return 'now';
  return heardAgoMs === null ? 'never' : `${durationOf(heardAgoMs)} ago`;
}

export function adoptedText({ id, changed, notWritten }: Change): string {
  return changed ? `${id} is adopted${writtenText(notWritten)}` : `${id} is taken on already`;
}

export function forgottenText({ id, notWritten }: Change): string {
  return `${id} is forgotten${writtenText(notWritten)}`;
}

export function clearedText({ forgotten, kept, notWritten }: Cleared): string {
  const none = kept.length === 0 ? ['nothing to forget: all known charge points are listed'] : [];
  const gone = forgotten.length === 0 ? none : wrapped('forgotten: ', forgotten.join(', ') + writtenText(notWritten));
  return [...gone, ...kept.flatMap(({ id, because }) => wrapped(`kept: ${id} `, because))].join('\n');
}

export function setText({ id, notWritten }: Change, what: string): string {
  return `${id}: ${what} done${writtenText(notWritten)}`;
}

function writtenText(notWritten: string | null): string {
  return notWritten === null ? '' : `, but a restart would undo it: ${notWritten}; this is tried again by itself`;
}

/** What a person should know before these are forgotten. */
export function warningText(slaves: readonly SlaveEntry[]): string {
  const lines = slaves.flatMap(({ id, disconnectedLimitA, circuit }) =>
    wrapped(`${id}: `, `${ampsOf(disconnectedLimitA)} A on ${circuit} are no longer reserved for it`),
  );
  return [...lines, 'What these still draw is not counted any more.'].join('\n');
}
