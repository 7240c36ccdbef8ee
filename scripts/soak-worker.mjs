/** Plays the seeds that it is given, an hour each; `undefined` ends it. */
import { parentPort } from 'node:worker_threads';
import { virtualPorts } from '../build/src/cli/site/ports.js';
import { drawScenario } from '../build/src/sim/world/draw.js';
import { play } from '../build/src/sim/world/play.js';

const HOUR_MS = 3_600_000;

parentPort.on('message', async (seed) => {
  if (seed === undefined) return parentPort.close();
  const log = await play(drawScenario({ seed, durationMs: HOUR_MS }), { seed, ports: virtualPorts });
  return parentPort.postMessage({ seed, log });
});
