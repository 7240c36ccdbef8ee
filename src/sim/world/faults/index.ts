/** Every injector, and for the rows that this world cannot play, or not wholly, where they are tested instead. */
import { defined } from '../../../base/assert.js';
import { CHARGE_POINT_INJECTORS } from './charge-points.js';
import type { Injector } from './injector.js';
import { MASTER_INJECTORS } from './masters.js';
import { METER_INJECTORS } from './meters.js';
import { NETWORK_INJECTORS } from './network.js';

export const INJECTORS: readonly Injector[] = [
  ...METER_INJECTORS,
  ...CHARGE_POINT_INJECTORS,
  ...NETWORK_INJECTORS,
  ...MASTER_INJECTORS,
];

/** Rows about a process, its sockets and its files: real ones show them, also where a fault here shows that no limit changes. */
export const ELSEWHERE: ReadonlyMap<number, string> = new Map([
  [50, 'not built: a running master does not read its configuration anew'],
  [51, 'not built: a running master does not read its configuration anew'],
  [53, 'test/daemon/logger.ts: a reader of the log that stands still'],
  [54, 'test/northbound/mqtt-broker.ts: brokers that are slow, gone, or full'],
  [55, 'not built: there is no HTTP'],
  [56, 'test/cli/refused.ts: a port that is taken, or not permitted'],
  [59, 'not built: limits of a grid operator'],
]);

export function injector(name: string): Injector {
  return defined(
    INJECTORS.find((each) => each.name === name),
    `fault ${name}`,
  );
}
