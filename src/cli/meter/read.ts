/**
 * `evenkeel meter read`: what a meter of the configuration shows, as the daemon would believe it. A running master that holds the
 * meter is asked first: many meters take one connection only, and a serial line has one owner.
 */
import { guessText, nearest } from '../../base/nearest.js';
import type { MasterConfig, MeterConfig } from '../../config/types.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { checkConfig } from '../../daemon/load-config.js';
import type { SiteStatus } from '../../ports/status-sink.js';
import type { SocketArguments } from '../command.js';
import { ask } from '../../cli/control/client.js';
import { untilSignal } from '../endpoint.js';
import { complain, print, printJson, printJsonLine } from '../output.js';
import { adviceFor } from './advice.js';
import { type MeterSource, OwnConnection, RunningMaster } from './source.js';
import { readingJson, readingText } from './reading-text.js';

export interface MeterQuestion extends SocketArguments {
  readonly name: string;
  readonly config: string;
  readonly json: boolean;
  readonly watch: boolean;
  readonly direct: boolean;
}

/** How often `--watch` looks. */
const LOOK_PERIOD_MS = 1000;
/** Clears the terminal, as `clear` does. */
const CLEAR = '\x1b[H\x1b[2J\x1b[3J';

/** Resolves with the exit code. Throws an `ExitError`. */
export async function readMeter(asked: MeterQuestion): Promise<number> {
  const config = masterConfig(asked.config);
  const meter = meterNamed(asked, config);
  const source = await sourceFor(asked, config, meter);
  try {
    if (asked.watch) return await watch(asked, meter, source);
    const heard = await source.look();
    if (!heard.ok) throw new ExitError(EXIT.unavailable, silenceText(meter, heard.error));
    if (asked.json) printJson(readingJson(meter, heard.value));
    else print(readingText(meter, heard.value));
    return EXIT.ok;
  } finally {
    await source.close();
  }
}

async function watch({ json }: MeterQuestion, meter: MeterConfig, source: MeterSource): Promise<number> {
  let isLooking = false;
  const show = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const heard = await source.look();
    isLooking = false;
    if (!heard.ok) complain(silenceText(meter, heard.error));
    else if (json) printJsonLine(readingJson(meter, heard.value));
    else showAnew(readingText(meter, heard.value));
  };
  void show();
  const looks = setInterval(() => void show(), LOOK_PERIOD_MS);
  await untilSignal();
  clearInterval(looks);
  return EXIT.ok;
}

/** What is printed is made harmless, so the terminal is cleared beside it. */
function showAnew(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(CLEAR);
  print(text);
}

/** A site whose sums are not safe yet may be measured all the same. */
function masterConfig(file: string): MasterConfig {
  const { config, findings } = checkConfig(file);
  if (!config) throw new ExitError(EXIT.config, findings ?? '');
  if (config.role === 'master') return config;
  throw new ExitError(EXIT.config, `${file}: expected the configuration of a master, got the one of a slave`);
}

function meterNamed({ name, config: file }: MeterQuestion, { meters }: MasterConfig): MeterConfig {
  const meter = meters.find(({ id }) => id === name);
  if (meter) return meter;
  const ids = meters.map(({ id }) => id);
  const known = ids.length === 0 ? `a meter of ${file}, which has none` : `one of ${ids.join(', ')}`;
  throw new ExitError(EXIT.usage, `meter: expected ${known}, got "${name}"${guessText(nearest(name, ids))}`);
}

async function sourceFor(asked: MeterQuestion, config: MasterConfig, meter: MeterConfig): Promise<MeterSource> {
  const holds = !asked.direct && (await isHeldByMaster(asked, config, meter));
  return holds ? new RunningMaster(asked, meter) : new OwnConnection(meter, config.site);
}

/** Whether the master that runs here has this very meter: a machine may run another site than the file describes. */
async function isHeldByMaster(asked: MeterQuestion, { site }: MasterConfig, meter: MeterConfig): Promise<boolean> {
  try {
    const status = (await ask(asked, { command: 'status' })) as SiteStatus;
    const isThisSite = status.site === site.site && status.networkId === site.networkId;
    return isThisSite && status.meters.some(({ id, model }) => id === meter.id && model === meter.model);
  } catch (error) {
    const isAbsent = error instanceof ExitError && error.exitCode === EXIT.unavailable;
    if (isAbsent && asked.socket === undefined) return false;
    throw error;
  }
}

function silenceText(meter: MeterConfig, reason: string): string {
  return [`meter ${meter.id}: expected values, got none: ${reason}`, ...adviceFor(reason)].join('\n');
}
