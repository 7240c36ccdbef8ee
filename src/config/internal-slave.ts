/** What only a slave's part of a file can have wrong: a master's internal slave, and the ways to a master. */
import { placesOf, type TextFile } from './document.js';
import { type Finding, quoted } from './issue.js';
import { connectorFindings } from './limit-checks.js';
import { type ChargePointEntry, connectorSchema } from './schema/charge-points.js';
import type { SlaveDiscoveryEntry } from './schema/discovery.js';
import { type Draft, type Drafts, draftOf, valueAt } from './shape.js';

const REQUIRED = {
  id: 'an id (a master with an internal slave has id and driver)',
  driver: 'a group with the key type (a master with an internal slave has id and driver)',
} as const;
/** What the master takes from its list, and the slave from its connector: they must not differ. */
const SHARED = ['phases', 'rotation', 'disconnectedLimitA'] as const;

/** `id`, `connector` and `driver` of a master's file belong together. */
export function internalSlaveFindings(
  file: TextFile,
  shape: readonly Finding[],
  chargePoints: Drafts<ChargePointEntry>,
): Finding[] {
  const isWritten = (name: string): boolean => valueAt(file.value, [name]) !== undefined;
  if (!['id', 'connector', 'driver'].some(isWritten)) return [];
  const isMisspelt = (name: string): boolean => shape.some(({ at, nearest }) => at === 'key' && nearest === name);
  const missing = (['id', 'driver'] as const)
    .filter((name) => !isWritten(name) && !isMisspelt(name))
    .map((name) => ({ path: [name], expected: REQUIRED[name], got: 'nothing' }));
  if (!isWritten('connector')) return missing;
  const connector = draftOf(connectorSchema, valueAt(file.value, ['connector']), ['connector']);
  const listed = chargePoints.items.find(({ value }) => value.id === valueAt(file.value, ['id']));
  return [
    ...missing,
    ...connectorFindings(connector.path, connector.value, placesOf(file)),
    ...(listed ? SHARED.flatMap((name) => differing(connector, listed, name)) : []),
  ];
}

function differing(
  connector: Draft<ChargePointEntry>,
  listed: Draft<ChargePointEntry>,
  name: (typeof SHARED)[number],
): Finding[] {
  const [own, other] = [connector.value[name], listed.value[name]];
  if (own === undefined || other === undefined || own === other) return [];
  const expected = `${other}, as chargePoints lists ${quoted(listed.value.id ?? '')} (connector may be left out)`;
  return [{ path: [...connector.path, name], expected, got: String(own) }];
}

/** A slave that neither listens nor knows an address never meets a master. */
export function waysToMaster({ path, value }: Draft<SlaveDiscoveryEntry>): Finding[] {
  if (value.broadcast !== false || value.masters?.length !== 0) return [];
  return [{ path: [...path, 'broadcast'], expected: 'true, or at least one entry in masters', got: 'false' }];
}
