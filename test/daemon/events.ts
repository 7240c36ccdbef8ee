import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = new URL('../../../', import.meta.url);

t.test('docs/events.md is what the table says', (t) => {
  const script = fileURLToPath(new URL('scripts/write-events.mjs', ROOT));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  t.end();
});
