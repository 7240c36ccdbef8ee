/** `make bench`: measures speed and memory of the built product on loopback, and prints a table for each topic. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { nearest } from '../src/base/nearest.js';
import { allocate } from './allocate.js';
import { decide } from './decide.js';
import { floods } from './floods.js';
import { garbage } from './garbage.js';
import { load } from './load.js';
import { loop } from './loop.js';
import { memory } from './memory.js';
import { modbus } from './modbus.js';
import { busyShare } from './numbers.js';
import { reaction } from './reaction.js';
import { recorder } from './recorder.js';
import { simulation } from './simulation.js';
import { start } from './start.js';
import { steady } from './steady.js';
import { type Table, tableText } from './table.js';
import type { Topic } from './topic.js';
import { Workshop } from './workshop.js';

const TOPICS: readonly Topic[] = [reaction, start, memory, loop, decide, allocate, modbus, load, floods, simulation];
/** These take long, or all of the machine: only with their name. */
const NAMED: readonly Topic[] = [steady, garbage, recorder];
const ALL: readonly Topic[] = [...TOPICS, ...NAMED];
const USAGE = `node build/bench/main.js [--only NAME] [--json]

  --only NAME  one topic:
${ALL.map(({ name, about }) => `                 ${name.padEnd(10)} ${about}`).join('\n')}
  --json       one JSON object instead of the tables`;

const OPTIONS = { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } as const;

async function main(): Promise<number> {
  const { only, json, help } = parseArgs({ options: OPTIONS }).values;
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const topics = only === undefined ? TOPICS : ALL.filter(({ name }) => name === only);
  if (topics.length === 0) throw new UsageError(unknownTopic(only ?? ''));
  const busy = Math.round((await busyShare()) * 100);
  const hardware = `${process.platform} ${process.arch}, ${cpus().length} cores`;
  const machine = `${hardware}, Node ${process.version}, ${busy} % busy with other work before the start`;
  if (!json) console.log(machine);
  const results: { topic: string; tables: readonly Table[] }[] = [];
  for (const topic of topics) {
    const tables = await runTopic(topic);
    results.push({ topic: topic.name, tables });
    if (!json) for (const table of tables) console.log(`\n${tableText(table)}`);
  }
  if (json) console.log(JSON.stringify({ machine, results }, null, 2));
  return 0;
}

class UsageError extends Error {}

/** Ours, or that of node's own parser. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function unknownTopic(only: string): string {
  const names = ALL.map(({ name }) => name);
  const near = nearest(only, names);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return `--only: expected one of ${names.join(', ')}, got "${only}"${hint}`;
}

async function runTopic(topic: Topic): Promise<readonly Table[]> {
  const workshop = new Workshop();
  const startedMs = performance.now();
  try {
    return await topic.run(workshop, (text) => progress(`${topic.name}: ${text}`));
  } finally {
    await workshop.dispose();
    progress(`${topic.name}: ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
  }
}

/** On a terminal one line that changes; elsewhere only what each topic took. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text.endsWith('\n')) process.stderr.write(text);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  process.exitCode = await main();
} catch (error) {
  if (!isUsageError(error)) throw error;
  console.error(error.message);
  process.exitCode = 64;
}
