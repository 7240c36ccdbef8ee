/** The demo's site: its configuration file, and the processes that play it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoPorts } from './ports.js';

export const PROJECT = fileURLToPath(new URL('../../../..', import.meta.url));
export const SITE_NAME = 'Demo garage';
export const BASE_TOPIC = 'evenkeel';
export const MASTER = 'master';
const HOST = '127.0.0.1';
/** As the virtual slaves use them, by place. */
const ROTATIONS = ['RST', 'STR', 'TRS', 'RST', 'STR', 'TRS'] as const;
const CHARGE_POINT_IDS = ROTATIONS.map((_, index) => `cp${index + 1}`);
/** So many households that the main fuse is the narrow place when they cook, and the garage's otherwise. */
const LOAD_FACTOR = 4;
const PV_FACTOR = 1;
const DATA_FILES = ['building-load-1min.csv', 'pv-production-1min.csv', 'trondheim-sessions.csv'];

export interface DayChoice {
  /** Time of day at the start: "16:40". */
  readonly start: string;
  /** Time lapse. */
  readonly factor: number;
  readonly seed: number;
  /** Folder with recorded days; absent: generated. */
  readonly data: string | undefined;
  /** When the day began, ms since 1970: the same for all, also after a restart. */
  readonly beganMs: number;
}

export interface ProcessPlan {
  readonly name: string;
  /** The key that kills it. */
  readonly key: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Recorded days lie beside a checkout of the project, or nowhere. */
export function recordedData(): string | undefined {
  const folder = join(PROJECT, '..', 'shared', 'data');
  return DATA_FILES.every((file) => existsSync(join(folder, file))) ? folder : undefined;
}

export function brokerUrl({ broker }: DemoPorts): string {
  return `mqtt://${HOST}:${broker}`;
}

/**
 * Disconnected limits (6 x 6 A) and the largest load of the building fit into the main fuse together. Short lease and
 * short maximum age, so that the loss of a slave or the meter is played to its end while people look.
 */
export function configText(ports: DemoPorts, keyFile: string): string {
  const points = CHARGE_POINT_IDS.map(
    (id, index) => `  - { id: ${id}, circuit: garage, disconnectedLimitA: 6, rotation: ${ROTATIONS[index]} }`,
  );
  return `site: ${SITE_NAME}
leaseMs: 6000
circuits:
  - { id: main, limitA: 63, headroomA: 2, meter: grid, meterLocation: including, fallbackA: 34, backgroundMaxA: 27 }
  - { id: garage, parent: main, limitA: 50 }
meters:
  - { id: grid, model: siemens-pac2200, connection: "tcp://${HOST}:${ports.meter}", timeoutMs: 500, maxAgeMs: 2000 }
discovery: { port: ${ports.discovery}, interfaces: [lo], autoAdopt: false, circuit: garage }
chargePoints:
${points.join('\n')}
auth: on
keyFile: ${JSON.stringify(keyFile)}
allocation: { dwellMin: 1 }
mqtt: { url: "${brokerUrl(ports)}", baseTopic: ${BASE_TOPIC} }
`;
}

export interface DemoFiles {
  readonly config: string;
  readonly keyFile: string;
  readonly stateDir: string;
}

/** In the order of their start: what the others connect to comes first. */
export function processPlans(ports: DemoPorts, files: DemoFiles, day: DayChoice): readonly ProcessPlan[] {
  const evenkeel = join(PROJECT, 'bin', 'evenkeel');
  const wire = ['--wire', `${HOST}:${ports.wire}`];
  const dayArgs = ['--day', ...wire, ...dayOptions(day)];
  const building = ['--load-factor', `${LOAD_FACTOR}`, '--pv-factor', `${PV_FACTOR}`];
  const meter = ['simulate', 'meter', '--listen', `${HOST}:${ports.meter}`, '--location', 'including', ...building];
  const virtual = ['--of', `${CHARGE_POINT_IDS.length}`, '--port', `${ports.discovery}`, '--key-file', files.keyFile];
  const slave = ['simulate', 'slaves', ...virtual];
  const run = ['run', '-c', files.config, '--state-dir', files.stateDir];
  return [
    { name: 'broker', key: 'b', command: process.execPath, args: [brokerScript(), HOST, `${ports.broker}`] },
    { name: MASTER, key: 'k', command: evenkeel, args: run },
    { name: 'meter', key: 'm', command: evenkeel, args: [...meter, ...dayArgs] },
    ...CHARGE_POINT_IDS.map((id, index) => {
      return { name: id, key: `${index + 1}`, command: evenkeel, args: [...slave, '--ids', id, ...dayArgs] };
    }),
  ];
}

/** Not part of the installed product: aedes is needed for demonstrations and tests only. */
export function brokerScript(): string {
  return join(PROJECT, 'scripts', 'demo-broker.mjs');
}

function dayOptions({ start, factor, seed, data, beganMs }: DayChoice): readonly string[] {
  const folder = data === undefined ? [] : ['--data', data];
  return ['--start', start, '--factor', `${factor}`, '--seed', `${seed}`, '--began', `${beganMs}`, ...folder];
}
