/** docs/features.md and docs/features/: every scene, feature and worked number, its keys, and the test that shows it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { EVENTS } from '../../src/base/events.js';
import { METER_MODELS } from '../../src/meters/models/index.js';
import { ROOT } from '../helpers/daemon-process.js';

/** How many scenes each letter has. */
const SCENES: Readonly<Record<string, number>> = { A: 11, B: 11, C: 5, D: 7, E: 13, F: 14, G: 8, H: 6 };
/** How many features of each system are asked of its master. */
const FEATURES: Readonly<Record<string, number>> = { mennekes: 37, bender: 45, autel: 52, dinuy: 35, charx: 46 };
const NUMBERS = 78;
const STATE = /^(works(: .+)?|as its scene|not: .+|later: (OCPP|EMS|chargers of that make|status page|packaging))$/;

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function testSources(): string {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(join('test', file)))
    .join('\n');
}

const sources = testSources();

/** A test's name begins with it: 'A4, example 20: a station'. */
function isTested(scene: string): boolean {
  return new RegExp(`['"\`]${scene}(, [^'"\`:]*)?: `).test(sources);
}

const numbered = new Set(
  [...sources.matchAll(/['"`](?:[^'"`:\n]*, )?examples? ([\d, and]+): /g)].flatMap(([, numbers = '']) =>
    [...numbers.matchAll(/\d+/g)].map(([number]) => Number(number)),
  ),
);

const scenes = [...read('docs/features.md').matchAll(/^\| ([A-H]\d+) \| .* \| ([^|]+) \|$/gm)].map(
  ([, scene = '', state = '']) => ({ scene, state: state.trim() }),
);

t.test('each scene has its row, and each that works its test', async (t) => {
  const all = Object.entries(SCENES).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  );
  t.same(
    scenes.map(({ scene }) => scene),
    all,
    'all of them, in their order',
  );
  for (const { scene, state } of scenes) {
    if (state === 'works') t.ok(isTested(scene), `${scene} is a named test`);
    else t.match(state, /^not yet/, `${scene} says what is missing`);
  }
});

interface Row {
  readonly cells: readonly string[];
  readonly shown: string;
  readonly state: string;
}

function rowsOf(page: string): readonly Row[] {
  const lines = read(page).split('\n');
  const rows = lines.filter((line) => line.startsWith('| ') && !/^\| (feature|number|---) \|/.test(line));
  return rows.map((line) => {
    const cells = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    const [shown = '', state = ''] = cells.slice(-2);
    return { cells, shown, state };
  });
}

/** What shows a row: scenes of the table, worked numbers with a test of their own, files of tests. */
function checkShown(t: Test, what: string, { shown, state }: Row): void {
  t.match(state, STATE, `${what}: a state`);
  const named = [...shown.matchAll(/\b[A-H]\d+\b/g)].map(([scene]) => scene);
  const states = named.map((scene) => scenes.find((each) => each.scene === scene)?.state);
  t.notOk(states.includes(undefined), `${what}: ${shown} are scenes`);
  const isMissing = states.some((each) => each !== 'works');
  if (state.startsWith('works')) t.notOk(isMissing || shown === '-', `${what}: ${shown} works`);
  if (state === 'as its scene') t.not(named.length, 0, `${what}: which scene?`);
  for (const [, numbers = ''] of shown.matchAll(/examples? ([\d, and]*\d)/g))
    for (const [number] of numbers.matchAll(/\d+/g))
      t.ok(numbered.has(Number(number)), `${what}: example ${number} is a named test`);
  for (const [path] of shown.matchAll(/test\/\S+\.ts/g)) t.ok(existsSync(join(ROOT, path)), `${what}: ${path}`);
}

/** Each key of the schema by its whole path: "circuits[].limitA". */
function keysOf(node: unknown, path: string, into: Set<string>): Set<string> {
  if (typeof node !== 'object' || node === null) return into;
  for (const [name, child] of Object.entries(node)) {
    if (name === 'properties') {
      for (const [key, value] of Object.entries(child as object)) {
        const own = path === '' ? key : `${path}.${key}`;
        keysOf(value, own, into.add(own));
      }
    } else if (name === 'items') keysOf(child, `${path}[]`, into);
    else keysOf(child, path, into);
  }
  return into;
}

const keys = [...keysOf(JSON.parse(read('etc/evenkeel.schema.json')), '', new Set())];
const models = new Set(METER_MODELS.flatMap(({ id, aliases }) => [id, ...aliases]));
const commands = read('docs/commands.md') + read('README.md');
const mqtt = read('docs/mqtt.md');
/** States of charge points and of the broker, parts of commands. */
const OTHERS = ['Faulted', 'silent', 'evenkeel', 'online', 'clear', 'adopt', '--from now'];

function isKnown(token: string): boolean {
  const [key = ''] = token.split(': ');
  return (
    keys.some((path) => path === key || path.endsWith(`.${key}`)) ||
    (token.startsWith('evenkeel ') &&
      [token, `\`${token.slice('evenkeel '.length)} `].some((each) => commands.includes(each))) ||
    Object.hasOwn(EVENTS, token) ||
    models.has(token) ||
    mqtt.includes(`| \`${token}\` |`) ||
    ['rtu:', 'tcp://', 'rtu+tcp://'].includes(token) ||
    OTHERS.includes(token)
  );
}

for (const [system, count] of Object.entries(FEATURES)) {
  t.test(`${system}: each feature has its row, with keys that exist and tests that show it`, async (t) => {
    const rows = rowsOf(`docs/features/${system}.md`);
    t.equal(rows.length, count);
    t.equal(new Set(rows.map(({ cells }) => cells[0])).size, count, 'none twice');
    for (const row of rows) {
      const what = row.cells[0] ?? '';
      t.equal(row.cells.length, 4, what);
      checkShown(t, what, row);
      for (const [, token = ''] of (row.cells[1] ?? '').matchAll(/`([^`]+)`/g))
        t.ok(isKnown(token), `${what}: ${token} is a key, a command, an event or a meter`);
    }
  });
}

t.test('each worked number has its row, and each that works its test', async (t) => {
  const rows = rowsOf('docs/features/numbers.md');
  t.same(
    rows.map(({ cells }) => Number(cells[0])),
    Array.from({ length: NUMBERS }, (_, index) => index + 1),
  );
  for (const row of rows) checkShown(t, `number ${row.cells[0]}`, row);
});
