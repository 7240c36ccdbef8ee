/** The units are checked by systemd itself, where it is installed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { needsTools } from '../helpers/tools.js';

const UNITS = ['evenkeel.service', 'evenkeel-slave.service'];
/** In tenths: 2.5 of 10; Debian's own mosquitto unit has 9.6. */
const EXPOSURE_MAX = 25;
const DIRECTORY = new URL('../../../systemd/', import.meta.url);

t.test('a key file that is missing does not keep a unit from its start', (t) => {
  for (const unit of UNITS) {
    const text = readFileSync(new URL(unit, DIRECTORY), 'utf8');
    const [, id] = /^LoadCredential=([a-z-]+):\/etc\/evenkeel\/keys\/[a-z-]+\.key$/m.exec(text) ?? [];
    t.match(text, new RegExp(`^SetCredential=${id}:none$`, 'm'), unit);
  }
  t.end();
});

const needsSystemd = needsTools('systemd-analyze');

for (const unit of UNITS) {
  t.test(unit, needsSystemd, (t) => {
    const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-unit-'));
    t.teardown(() => rmSync(scratch, { recursive: true, force: true }));
    const copy = join(scratch, unit);
    // Not installed here, so another program takes its place.
    writeFileSync(copy, readFileSync(new URL(unit, DIRECTORY), 'utf8').replaceAll('/usr/bin/evenkeel', '/bin/true'));
    const verify = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
    t.equal(verify.status, 0);
    t.equal(verify.stderr, '');
    const threshold = `--threshold=${EXPOSURE_MAX}`;
    const security = spawnSync('systemd-analyze', ['security', '--offline=true', threshold, copy], {
      encoding: 'utf8',
    });
    t.equal(security.status, 0, security.stdout.slice(-100));
    t.end();
  });
}

t.test('the master reaches serial ports and GPIO chips, and no other device', (t) => {
  const lines = readFileSync(new URL('evenkeel.service', DIRECTORY), 'utf8').split('\n');
  const allowed = lines.filter((line) => line.startsWith('DeviceAllow='));
  t.strictSame(
    allowed,
    ['ttyUSB', 'ttyACM', 'ttyS', 'ttyAMA', 'gpiochip'].map((name) => `DeviceAllow=char-${name} rw`),
  );
  t.ok(lines.includes('DevicePolicy=closed'));
  t.ok(lines.includes('SupplementaryGroups=dialout'), 'the group that owns them');
  t.notOk(
    lines.some((line) => line.startsWith('PrivateDevices=')),
    'which would hide them',
  );
  const slave = readFileSync(new URL('evenkeel-slave.service', DIRECTORY), 'utf8');
  t.match(slave, /^PrivateDevices=yes$/m, 'a slave needs none');
  t.end();
});
