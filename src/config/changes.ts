/** What two configurations differ in, for people. */

export interface Change {
  /** As in `circuits.garage.limitA`: entries of lists by their id. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What nobody else may read. */
const SECRET = /password|secret/i;
const TEXT_MAX = 60;
const NOTHING = 'not there';

/** In the order of the files. Plain data in, as `parseConfig` gives it. */
export function changesOf(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [own, other] = [fieldsOf(before), fieldsOf(after)];
  if (own && other) {
    const names = new Set([...own.keys(), ...other.keys()]);
    const within = [...names].flatMap((name) =>
      changesOf(own.get(name), other.get(name), path ? `${path}.${name}` : name),
    );
    return [...within, ...newOrder(before, after, path)];
  }
  return [{ path, before: shown(before, path), after: shown(after, path) }];
}

/** The order of a list decides too: who is listed first gets the remainder of a division. */
function newOrder(before: unknown, after: unknown, path: string): readonly Change[] {
  if (!Array.isArray(before) || !Array.isArray(after)) return [];
  const [own, other] = [before.map(idOf), after.map(idOf)];
  const [kept, keptNow] = [own.filter((id) => other.includes(id)), other.filter((id) => own.includes(id))];
  if (kept.join() === keptNow.join()) return [];
  return [{ path: `${path} (order)`, before: shown(kept.join(', '), path), after: shown(keptNow.join(', '), path) }];
}

/** Of an object, or of a list whose entries have ids. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const ids = value.map(idOf);
  return ids.every((id) => id !== undefined) && ids.length > 0
    ? new Map(value.map((each) => [idOf(each) ?? '', each]))
    : undefined;
}

function idOf(value: unknown): string | undefined {
  const hasId = typeof value === 'object' && value !== null && 'id' in value;
  return hasId && typeof value.id === 'string' ? value.id : undefined;
}

function shown(value: unknown, path: string): string {
  if (value === undefined) return NOTHING;
  if (SECRET.test(path)) return '(secret)';
  // The same on each phase.
  const single = Array.isArray(value) && value.length === 3 && new Set(value).size === 1 ? value[0] : value;
  const text = typeof single === 'string' ? single : JSON.stringify(single, withoutSecrets);
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}...` : text;
}

/** A group that is new or gone is shown as a whole. */
function withoutSecrets(key: string, value: unknown): unknown {
  return SECRET.test(key) ? '(secret)' : value;
}
