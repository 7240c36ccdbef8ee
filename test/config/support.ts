/** What the cases of the configuration share: a small good file, and issues as the lines that installers read. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { defined } from '../../src/base/assert.js';
import { explainIssue } from '../../src/config/explain.js';
import type { KnownModel } from '../../src/config/facts.js';
import { parseConfig } from '../../src/config/parse.js';
import type { Config, MasterConfig } from '../../src/config/types.js';

/** Models with three phases, the first and the last with an alias in common, and one with a single phase. */
export const MODELS: readonly KnownModel[] = [
  { id: 'siemens-pac2200', aliases: ['pac2200', 'pac'], phases: 3, unitId: 1 },
  { id: 'janitza-umg96', aliases: [], phases: 3, unitId: 1 },
  { id: 'one-phase', aliases: ['sdm120'], phases: 1, unitId: 33 },
  { id: 'total-only', aliases: ['pac'], phases: 3, unitId: 1, unusable: 'tells the total power only' },
];

/** Read from the checkout: the tests run from its top, whatever the build folder is called. */
export function shipped(name: string): string {
  return readFileSync(new URL(`../../../etc/${name}`, import.meta.url), 'utf8');
}

/** Line numbers of the rows count in here. */
export const GOOD = `site: Test
networkId: 7
circuits:
  - id: main
    limitA: 100
    meter: grid
    fallbackA: 50
    backgroundMaxA: 20
  - id: evse
    parent: main
    limitA: 63
    operatorLimitA: 50
meters:
  - id: grid
    model: siemens-pac2200
    connection: tcp://192.168.0.20
    pollPeriodMs: 250
    timeoutMs: 500
    maxAgeMs: 3000
discovery:
  broadcast: true
  circuit: evse
chargePoints:
  - id: cp1
    circuit: evse
    minA: 6
    maxA: 32
  - id: cp2
    circuit: evse
    phases: 1
    rotation: STR
mqtt: { url: "mqtt://localhost" }
log: { level: info }
`;

export const GOOD_SLAVE = `role: slave
id: cp1
connector: { maxA: 16, minA: 6 }
driver: { type: virtual }
`;

/** Replaces the only occurrence of `from`; a row that changes nothing would test nothing. */
export function edited(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`"${from}" must stand exactly once in the text`);
  return text.replace(from, () => to);
}

export function issueLines(text: string): string[] {
  const result = parseConfig(text, { meterModels: MODELS });
  return result.ok ? [] : result.error.map((issue) => explainIssue('f.yaml', issue));
}

export function good(text: string): Config {
  const result = parseConfig(text, { meterModels: MODELS });
  if (!result.ok) throw new Error(issueLines(text).join('\n'));
  return result.value;
}

export function goodMaster(text: string): MasterConfig {
  const config = good(text);
  return defined(config.role === 'master' ? config : undefined, 'a master configuration');
}

/** Name, what is replaced in the good file by what, and the lines that must come out. */
export type Row = readonly [name: string, from: string, to: string, ...lines: string[]];

/** Each row by itself: one thing wrong in a good file. */
export function walk(name: string, text: string, rows: readonly Row[]): void {
  t.test(name, (t) => {
    for (const [what, from, to, ...lines] of rows) {
      const expected = lines.map((line) => `f.yaml:${line}`);
      t.same(issueLines(edited(text, from, to)), expected, what);
    }
    t.end();
  });
}
