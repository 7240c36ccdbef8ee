/** A disk of 64 kB, as a folder: to be filled, or made read-only. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folder } from './daemon-process.js';

/** A container may forbid it, even to root. */
export const needsMount = ((): { skip?: string } => {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-mount-'));
  const works = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', directory]).status === 0;
  if (works) spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true });
  return works ? {} : { skip: 'mounting is not allowed here' };
})();

export function smallDisk(t: Parameters<typeof folder>[0]): string {
  const directory = folder(t);
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]);
  t.teardown(() => void spawnSync('umount', ['-l', directory]));
  return directory;
}

export function makeReadOnly(directory: string): void {
  spawnSync('mount', ['-o', 'remount,ro', directory]);
}
