/** Charge points that are not heard, each with the likely cause, and senders that cannot be read. In 80 columns. */
import type { SilentChargePoint, StatusAnswer, UnreadPeer, UnreadReason } from '../../ports/commands.js';
import { described, durationOf, wrapped } from './columns.js';

/** Unreadable senders that are shown; of the others the number. */
const SHOWN_MAX = 8;

const WHY: Readonly<Record<UnreadReason, (peer: UnreadPeer) => string>> = {
  'bad tag': () => 'wrong key',
  'unknown key': () => 'unknown key',
  unsigned: () => 'no signature',
  signed: () => 'a signature',
  foreign: ({ networkId }) => `network id ${networkId ?? '?'}`,
  version: () => 'other version',
  garbage: () => 'damaged',
};

/** Charge points with the same cause share a line: mostly nothing at all is heard of them. */
export function silentLines({ silent }: Pick<StatusAnswer, 'silent'>): string[] {
  const groups = new Map<string, { readonly first: SilentChargePoint; readonly ids: string[] }>();
  for (const point of silent) {
    const key = `${point.wasHeard} ${point.because}`;
    const group = groups.get(key) ?? { first: point, ids: [] };
    group.ids.push(point.id);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ first, ids }) => {
    const how = first.wasHeard ? 'not heard any more' : 'never heard';
    return wrapped('SILENT ', `${ids.join(', ')} ${how}: ${first.because}`);
  });
}

/** Those that explain a silent charge point stand there, and not here again. */
export function unreadLines({ silent, unread }: Pick<StatusAnswer, 'silent' | 'unread'>): string[] {
  const explained = new Set(silent.map(({ address }) => address));
  const others = unread.filter(({ address }) => !explained.has(address));
  if (others.length === 0) return [];
  const rows = others.slice(0, SHOWN_MAX).map((peer) => ({
    id: peer.address,
    cells: [WHY[peer.why](peer), String(peer.count), `${durationOf(peer.heardAgoMs)} ago`],
    text: peer.claims ? `${peer.claims.kind} ${peer.claims.id}` : '-',
  }));
  const more = others.length > SHOWN_MAX ? [`and ${others.length - SHOWN_MAX} more`] : [];
  return ['Heard, but not readable:', ...described(['address', 'why', 'count', 'last'], rows, 'claims to be'), ...more];
}
