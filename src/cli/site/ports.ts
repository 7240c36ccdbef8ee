/** What the virtual world cannot have of itself: keyed hashes, and the moment when all promises are settled. */
import type { WorldPorts } from '../../sim/world/world.js';
import { nodeMac } from '../../transports/node-mac.js';

export const virtualPorts: WorldPorts = {
  mac: nodeMac,
  settled: () => new Promise((resolve) => setImmediate(resolve)),
};
