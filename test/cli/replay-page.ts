/** docs/commands.md: what it shows of `evenkeel replay` is what the program says of such a night. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRng } from '../../src/base/rng.js';
import { perPhase } from '../../src/base/units.js';
import { TYPICAL_VEHICLE } from '../../src/chargers/vehicle.js';
import { RecorderFile } from '../../src/daemon/recorder-file.js';
import { version } from '../../src/daemon/identity.js';
import { VirtualGroup } from '../../src/sim/virtual-group.js';
import { folder, output, ROOT } from '../helpers/daemon-process.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { aside } from './world.js';

const BEGIN_MS = Date.UTC(2026, 10, 28, 2, 14);
const POLL_MS = 250;

/** Two vehicles charge at night; then the building takes more. */
async function record(file: string): Promise<void> {
  const timers = { after: () => () => {} };
  const ring = new RecorderFile({ file, maxMb: 1, timers, logger: { log: () => {} } });
  const main = circuit({ id: 'main', limitA: perPhase(40), meter: 'grid', meterLocation: 'excluding' });
  const chargePoints = ['cp1', 'cp2'].map((id) => chargePoint({ id }));
  const group = new VirtualGroup(site({ site: 'Car park north', circuits: [main], chargePoints }), seededRng(1));
  group.reel = {
    isDue: false,
    begin: (head) => {
      const fields = JSON.parse(head) as object;
      ring.begin(JSON.stringify({ ...fields, wallMs: BEGIN_MS, version: version() }));
    },
    write: (line) => ring.write(line),
  };
  for (const { id } of chargePoints) {
    group.addSlave({ id, phases: 3, rotation: 'RST', maxA: 32, minA: 6, disconnectedLimitA: 6 });
    group.plugIn(id, { ...TYPICAL_VEHICLE, phases: 3, maxA: 32 });
  }
  group.startMaster();
  while (group.time.nowMs < 45_000) {
    group.run(POLL_MS);
    const currentA = perPhase(group.time.nowMs < 30_000 ? 8 : 20);
    const reading = { currentA, voltageV: perPhase(230), powerW: perPhase(0), totalPowerW: 0 };
    const sampledAtMs = group.masterNowMs;
    group.master.hearMeter({
      kind: 'sample',
      meterId: 'grid',
      reading,
      sampledAtMs,
      updateMs: 200,
      periodMs: POLL_MS,
      movedAtMs: sampledAtMs,
    });
  }
  await ring.close();
}

aside('the page shows what replay says', async (t) => {
  const file = join(folder(t), 'night.ring');
  await record(file);
  const { code, stdout } = await output(['replay', file, '--from', '02:14:25'], { env: { TZ: 'UTC' } });
  t.equal(code, 0);
  const page = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');
  const [, shown] = /^\$ evenkeel replay night\.ring --from 02:14:25\n([\s\S]*?)^```/m.exec(page) ?? [];
  t.equal(shown, stdout);
  t.ok(
    stdout.split('\n').every((line) => line.length <= 80),
    '80 columns',
  );
});
