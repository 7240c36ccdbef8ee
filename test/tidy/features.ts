/** docs/features.md has every scene, and those that work are tests under their number. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/daemon-process.js';

/** How many scenes each letter has. */
const SCENES: Readonly<Record<string, number>> = { A: 11, B: 11, C: 5, D: 7, E: 13, F: 14, G: 8, H: 6 };

function testSources(): string {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts'));
  return sources.map((file) => readFileSync(join(ROOT, 'test', file), 'utf8')).join('\n');
}

t.test('each scene has its row, and each that works its test', async (t) => {
  const page = readFileSync(join(ROOT, 'docs/features.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ([A-H]\d+) \| .* \| ([^|]+) \|$/gm)].map(([, scene = '', state = '']) => ({
    scene,
    state: state.trim(),
  }));
  const all = Object.entries(SCENES).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  );
  t.same(
    rows.map(({ scene }) => scene),
    all,
    'all of them, in their order',
  );
  const sources = testSources();
  for (const { scene, state } of rows) {
    const isTested = new RegExp(`['"\`]${scene}(, [^'"\`:]*)?: `).test(sources);
    if (state === 'works') t.ok(isTested, `${scene} is a named test`);
    else t.match(state, /^not yet/, `${scene} says what is missing`);
  }
});
