/** How late the loop of a master is, asked of the probe within it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Lag } from './lag-probe.js';
import { until } from './site.js';
import type { Child } from './workshop.js';

const PROBE = new URL('./lag-probe.js', import.meta.url).href;

/** For the environment of a master: with the probe, which writes into that file. */
export function probed(lagFile: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import=${PROBE}`, EVENKEEL_LAG_FILE: lagFile };
}

/** What was seen since the last call. */
export async function takeLag(master: Child, lagFile: string): Promise<Lag> {
  rmSync(lagFile, { force: true });
  process.kill(master.pid, 'SIGUSR2');
  await until('the lag', master, () => existsSync(lagFile) && readFileSync(lagFile).length > 0);
  return JSON.parse(readFileSync(lagFile, 'utf8')) as Lag;
}
