/** The site's own defaults, filled in where a charge point leaves the key out. */
import { defaultsSchema } from './schema/charge-points.js';
import { draftOf, valueAt } from './shape.js';

/** The value of a master's file with its `defaults` in every charge point and in the connector. A wrong default is left out. */
export function withDefaults(value: unknown): unknown {
  const written = valueAt(value, ['defaults']);
  if (!isGroup(value) || !isGroup(written)) return value;
  const defaults = draftOf(defaultsSchema, written, ['defaults']).value;
  const filled = (entry: unknown): unknown => (isGroup(entry) ? { ...defaults, ...entry } : entry);
  const { chargePoints, connector } = value as Readonly<Record<string, unknown>>;
  return {
    ...value,
    ...(Array.isArray(chargePoints) && { chargePoints: chargePoints.map(filled) }),
    ...(isGroup(connector) && { connector: { ...connectorDefaults(defaults), ...connector } }),
  };
}

/** Those that a connector has, too: what it is built for. */
export function connectorDefaults<D extends { readonly activePhases?: unknown; readonly wakeUp?: unknown }>(
  defaults: D,
): Omit<D, 'activePhases' | 'wakeUp'> {
  const { activePhases, wakeUp, ...ofConnector } = defaults;
  return ofConnector;
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
