/**
 * Writes docs/scenarios.md from the schema of scenario files and the injectors of faults (built: `npx tsc -b src/sim`), and the
 * text in scripts/scenarios-frame.md, which stands around them.
 * `--check` writes nothing and ends with 1 when the page is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { docs } from '../build/src/config/fields.js';
import { INJECTORS } from '../build/src/sim/world/faults/index.js';
import { scenarioSchema } from '../build/src/sim/world/scenario-schema.js';

const PAGE = new URL('../docs/scenarios.md', import.meta.url);
const FRAME = new URL('scenarios-frame.md', import.meta.url);

const SCHEMA = z.toJSONSchema(scenarioSchema, { io: 'input', metadata: docs });

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (value) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function values({ anyOf, enum: words, const: only, type, minimum, maximum, pattern, properties }) {
  if (anyOf) return values(anyOf[0]);
  if (words) return words.map(code).join(', ');
  if (only !== undefined) return code(only);
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'array') return 'a list';
  if (properties) return 'a group';
  if (minimum !== undefined) return `${minimum} to ${maximum}${type === 'integer' ? ', whole' : ''}`;
  return type === 'string' ? (pattern?.includes('{1,32}') ? 'an id' : 'a text') : 'a group';
}

function defaultOf(name, { required = [] }, { default: value }) {
  if (required.includes(name)) return 'needed';
  if (Array.isArray(value)) return 'none';
  return value === undefined || typeof value === 'object' ? '' : code(value);
}

function keysOf(group) {
  return table(
    ['key', 'meaning', 'values', 'default'],
    Object.entries(group.properties).map(([name, key]) => [
      `\`${name}\``,
      key.description.replaceAll('|', '\\|'),
      values(key),
      defaultOf(name, group, key),
    ]),
  );
}

function sections() {
  const groups = Object.entries(SCHEMA.properties).flatMap(([name, { title, description, properties, items }]) => {
    const group = properties ? { properties } : items;
    const what = items ? `${description} A list of groups with these keys:` : description;
    return group ? [`### ${title}: \`${name}\`\n\n${what}\n\n${keysOf(group)}`] : [];
  });
  return ['## Keys', keysOf(SCHEMA), ...groups].join('\n\n');
}

const BEFALLS = { chargePoint: 'a charge point', meter: 'a meter', network: 'the network', master: 'a master' };

const seconds = (ms) => `${ms / 1000}`;

function faults() {
  const rows = INJECTORS.map(({ name, what, target, lastsMs: [shortest, longest], needsSignature }) => {
    const condition = needsSignature ? '; only where datagrams are signed' : '';
    return [code(name), `${what}${condition}`, BEFALLS[target], `${seconds(shortest)} to ${seconds(longest)}`];
  });
  return table(['fault', 'what happens', 'befalls', 'lasts, in s, where drawn'], rows);
}

const page = readFileSync(FRAME, 'utf8')
  .replace('<!-- keys -->', () => sections())
  .replace('<!-- faults -->', () => faults())
  .replace(
    /^<!-- frame:.*-->$/m,
    '<!-- Written by scripts/write-scenarios.mjs: change scripts/scenarios-frame.md, src/sim/world/scenario-schema.ts or src/sim/world/faults/. -->',
  );

if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  process.stderr.write('docs/scenarios.md is stale: run node scripts/write-scenarios.mjs\n');
  process.exitCode = 1;
}
