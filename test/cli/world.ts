/** What the tests of real processes share: sites on loopback, and observers that share no code with the product. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Daemon, evenkeel, fileIn, folder, ROOT, type StartOptions } from '../helpers/daemon-process.js';
import { type Body, SideBySide } from '../helpers/side-by-side.js';
import type { Needs } from '../helpers/tools.js';
import { WireSlave, type WireSlaveOptions } from './wire-slave.js';

/** Sites wait most of the time, and do not share anything. */
const sites = new SideBySide(5);

/** A test that runs beside the others of its kind. */
export function aside(name: string, body: Body, needs: Needs = {}): void {
  sites.add(name, body, needs);
}

/** Ends with the test, in whatever way that ends. */
export function started(t: Test, args: readonly string[], options: StartOptions = {}): Daemon {
  const daemon = evenkeel(args, options);
  t.teardown(() => daemon.end('SIGKILL'));
  return daemon;
}

export async function wireSlave(t: Test, options: WireSlaveOptions): Promise<WireSlave> {
  const slave = await WireSlave.open(options);
  t.teardown(() => slave.close());
  return slave;
}

/** Resolves when it listens; `text` has a line for each datagram: "127.0.0.1 > 127.255.255.255 1". */
export async function observer(t: Test, port: number): Promise<Daemon> {
  const process = new Daemon('python3', [join(ROOT, 'test/cli/observer.py'), String(port)]);
  t.teardown(() => process.end('SIGKILL'));
  await process.until('the observer', () => process.text.includes('listening'));
  return process;
}

/** What the state file keeps; its last line is a checksum. */
export function remembered(stateDir: string): unknown {
  const lines = readFileSync(join(stateDir, 'state.json'), 'utf8').trimEnd().split('\n');
  return JSON.parse(lines.slice(0, -1).join('\n'));
}

export interface SiteFile {
  readonly port: number;
  readonly networkId?: number;
  /** The root circuit. */
  readonly limitA?: number;
  readonly autoAdopt?: boolean;
  readonly chargePoints?: readonly string[];
  /** Lines added to the root circuit, and at the top. */
  readonly circuit?: string;
  readonly discovery?: string;
  readonly more?: string;
}

/** The file of a master with the shortest lease, on loopback only. */
export function siteFile(t: Test, site: SiteFile): string {
  const { port, networkId = 0, limitA = 32, autoAdopt = false, chargePoints = [] } = site;
  const text = `site: Loopback
networkId: ${networkId}
samplePeriodMs: 200
leaseMs: 6000
circuits:
  - { id: main, limitA: ${limitA}${site.circuit ?? ''} }
discovery: { port: ${port}, interfaces: [lo], autoAdopt: ${autoAdopt}${site.discovery ?? ''} }
chargePoints:${chargePoints.length === 0 ? ' []' : ''}
${chargePoints.map((id) => `  - { id: ${id}, circuit: main, maxA: 32, minA: 6, disconnectedLimitA: 6 }\n`).join('')}
log: { level: debug }
${site.more ?? ''}`;
  return fileIn(folder(t), 'evenkeel.yaml', text);
}
