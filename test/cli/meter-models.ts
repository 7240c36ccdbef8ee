/** The table of meter models, for people and for machines; and the page that is written from the same maps. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { modelsText, showModels } from '../../src/cli/meter/models.js';
import { METER_MODELS } from '../../src/meters/models/index.js';

const ROOT = new URL('../../../', import.meta.url);

t.test('for people', (t) => {
  const lines = modelsText(METER_MODELS).split('\n');
  t.ok(
    lines.every((line) => line.length <= 80),
    'fits a terminal',
  );
  t.equal(lines[0], 'MODEL                      PHASES  OVER      SOURCES');
  for (const { id, confidence } of METER_MODELS) {
    const line = lines.find((each) => each.startsWith(`${id} `)) ?? '';
    t.equal(/one source$/.test(line), confidence === 'one source', line);
  }
  const at = lines.findIndex((line) => line.startsWith('eastron-sdm72d-m-v1 '));
  t.strictSame(lines.slice(at, at + 4), [
    'eastron-sdm72d-m-v1        3       rtu',
    '    Eastron SDM72D-M V1',
    '    also: eastron-sdm72d-m, eastron-sdm72d, eastron-sdm72',
    '    cannot guard a circuit: it tells the total power only, not the current of',
  ]);
  t.end();
});

t.test('for machines', (t) => {
  const written = t.capture(process.stdout, 'write', () => true);
  showModels({ json: true });
  /** The report of the tests goes to the same stream. */
  const shown = (start: string): string =>
    written()
      .map(({ args }) => String(args[0]))
      .find((text) => text.startsWith(start)) ?? '';
  const models = JSON.parse(shown('[')) as readonly Record<string, unknown>[];
  t.equal(models.length, METER_MODELS.length);
  t.match(
    models.find(({ id }) => id === 'iskra-wm3m4'),
    {
      phases: 3,
      connections: ['rtu'],
      confidence: 'two sources',
      usable: true,
      unitId: 33,
      serial: { baud: 115_200, parity: 'none', stopBits: 1 },
    },
  );
  t.match(
    models.find(({ id }) => id === 'eastron-sdm72d-m-v1'),
    { usable: false },
  );
  showModels({ json: false });
  t.match(shown('MODEL '), METER_MODELS[0]?.title);
  t.end();
});

t.test('docs/meters.md is what the maps say', (t) => {
  const script = fileURLToPath(new URL('scripts/write-meters.mjs', ROOT));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  t.end();
});
