/** The disk below the state directory is full, or read-only (faults 42 and 43): the master controls all the same. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Daemon, discoveryPort, output } from '../helpers/daemon-process.js';
import { makeReadOnly, needsMount, smallDisk } from '../helpers/small-disk.js';
import { aside, remembered, siteFile, started, wireSlave } from './world.js';

async function serving(t: Test, stateDir: string): Promise<Daemon> {
  const port = await discoveryPort();
  const master = started(t, ['run', '-c', siteFile(t, { port, chargePoints: ['a'] }), '--state-dir', stateDir]);
  const slave = await wireSlave(t, { id: 'a', port });
  await slave.untilEnforced(32);
  return master;
}

aside(
  'fault 42: the disk is full: an alarm, control from memory, written as soon as there is room',
  async (t) => {
    const disk = smallDisk(t);
    const filler = join(disk, 'filler');
    // What fits is written, then the disk is full.
    t.throws(() => writeFileSync(filler, Buffer.alloc(1 << 20)), { code: 'ENOSPC', message: 'ENOSPC' });
    const master = await serving(t, disk);
    const failed = await master.untilEvent(
      'STATE_FAILED',
      /^state not written: .*ENOSPC.*; control goes on from memory/,
    );
    t.equal(failed.level, 'error');
    const status = await output(['status', '--state-dir', disk]);
    t.match(status.stdout, /^ALARM STATE_FAILED for \d+ s: cannot write\s+\S+state\.json:\s+ENOSPC/m);
    rmSync(filler);
    await master.untilEvent('STATE_SAVED');
    t.match(remembered(disk), { epoch: 1, slaves: [{ id: 'a' }] });
    t.match((await output(['status', '--state-dir', disk])).stdout, /^ {2}was STATE_FAILED until \d+ s ago: /m);
    await master.end('SIGTERM');
  },
  needsMount,
);

aside(
  'fault 43: the file system is read-only: neither state nor socket, and it controls',
  async (t) => {
    const disk = smallDisk(t);
    writeFileSync(join(disk, 'state.json'), 'torn');
    makeReadOnly(disk);
    const master = await serving(t, disk);
    const unused = await master.untilEvent('STATE_FAILED', /^state not used: /);
    t.match(unused.msg, /is cut off: .* \(cannot rename .*EROFS.*\); waits for old leases to run out$/);
    await master.untilEvent('STATE_FAILED', /^state not written: .*EROFS/);
    t.match(await master.untilEvent('CONTROL'), { level: 'warn', msg: /EROFS; goes on without: / });
    t.match(await master.end('SIGTERM'), { code: 0 });
  },
  needsMount,
);
