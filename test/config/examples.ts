/** The shipped files: the examples load, and the published JSON Schema is the one that the program checks with. */
import t from 'tap';
import { jsonSchema, jsonSchemaText } from '../../src/config/json-schema.js';
import { parseConfig } from '../../src/config/parse.js';
import { goodMaster, issueLines, shipped } from './support.js';

interface Node {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Node | false;
  readonly prefixItems?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly pattern?: string;
}

const SCHEMA = JSON.parse(shipped('evenkeel.schema.json')) as Node;
const [MASTER, SLAVE] = SCHEMA.anyOf ?? [];

/** A value that the JSON Schema allows, made from nothing but the JSON Schema. */
function sample(node: Node, name: string): unknown {
  if (node.const !== undefined) return node.const;
  if (node.enum) return node.enum.at(-1);
  if (node.anyOf?.[0]) return sample(node.anyOf.at(-1) ?? node.anyOf[0], name);
  if (node.prefixItems) return node.prefixItems.map((item) => sample(item, name));
  if (node.properties) {
    return Object.fromEntries(Object.entries(node.properties).map(([key, inner]) => [key, sample(inner, key)]));
  }
  if (node.type === 'array') return node.items ? [sample(node.items, name)] : [];
  if (node.type === 'boolean') return true;
  if (node.type === 'string') return TEXTS[name] ?? `a-${name}`;
  return node.default ?? NUMBERS[name] ?? node.minimum ?? 0;
}

const TEXTS: Readonly<Record<string, string>> = {
  parent: 'a-id',
  connection: 'tcp://a:502',
  url: 'mqtt://a',
  addresses: 'a:1',
  interfaces: 'eth0',
  keyFile: '/a',
  file: '/a',
  timeZone: 'UTC',
  days: 'Mo',
  from: '06:00',
  to: '20:00',
  headroomA: '10 %',
  fallbackA: '10%',
};

/**
 * One circuit only: it is the root, and everything refers to it. Its meter has three phases. A digital input has one source
 * and one effect: test/config/input-rows, section-14a-rows and mode-rows have the others.
 */
const LEFT_OUT: readonly string[] = [
  'parent',
  'phase',
  'gpio',
  'modbus',
  'http',
  'command',
  'offsetA',
  'stop',
  'section14a',
  'alm',
  'chargePoint',
  // IT networks have no phase switches.
  'network',
];

const NUMBERS: Readonly<Record<string, number>> = { limitA: 32, operatorLimitA: 32 };

/** Every group of keys in the schema, by its path. */
function groups(node: Node, path: string): [string, Node][] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, each]) => groups(each, `${path}.${key}`));
  const items = node.items ? groups(node.items, `${path}[]`) : [];
  return [...(node.properties ? ([[path, node]] as [string, Node][]) : []), ...inner, ...items];
}

t.test('the examples load', (t) => {
  for (const name of ['evenkeel.yaml', 'evenkeel-slave.yaml']) {
    t.same(issueLines(shipped(name)), [], `${name} has nothing wrong`);
    t.equal(
      shipped(name).split('\n')[0],
      '# yaml-language-server: $schema=/usr/share/evenkeel/evenkeel.schema.json',
      `${name} tells editors where its schema is`,
    );
  }
  const { site, mqtt } = goodMaster(shipped('evenkeel.yaml'));
  t.match(site, { site: 'Car park north', defaultCircuit: 'evse', allocation: { dwellMs: 900_000 } });
  t.same(mqtt, { url: 'mqtt://localhost:1883', baseTopic: 'evenkeel' });
  t.end();
});

t.test('the published schema is not stale', (t) => {
  t.equal(shipped('evenkeel.schema.json'), jsonSchemaText(), 'run: node scripts/write-schema.mjs');
  t.match(jsonSchema(), { $schema: 'https://json-schema.org/draft/2020-12/schema' });
  t.end();
});

t.test('every key of the published schema is described, and no other is allowed', (t) => {
  for (const [path, group] of [...groups(MASTER ?? {}, 'master'), ...groups(SLAVE ?? {}, 'slave')]) {
    t.equal(group.additionalProperties, false, `${path} allows no other keys`);
    for (const [key, { title, description }] of Object.entries(group.properties ?? {})) {
      t.ok(title && description?.endsWith('.'), `${path}.${key} has a title and a description`);
    }
  }
  t.same(MASTER?.properties?.['role']?.const, 'master');
  t.same(SLAVE?.properties?.['role']?.const, 'slave');
  t.notOk(MASTER?.required?.includes('role'), 'a file without a role is a master');
  t.ok(SLAVE?.required?.includes('role'));
  t.end();
});

t.test('every key of the published schema is accepted', (t) => {
  const names = { meter: 'a-id', circuit: 'a-id', id: 'a-id', measurand: 'currentL1', meterLocation: 'including' };
  for (const [name, node] of [
    ['master', MASTER],
    ['slave', SLAVE],
  ] as const) {
    const text = JSON.stringify(sample(node ?? {}, name), (key, value: unknown) =>
      LEFT_OUT.includes(key) ? undefined : (names[key as keyof typeof names] ?? value),
    );
    const lines = parseConfig(text, { meterModels: [{ id: 'a-model', aliases: [], phases: 3, unitId: 1 }] });
    t.same(lines.ok ? [] : lines.error, [], `${name}: ${text}`);
  }
  t.end();
});
