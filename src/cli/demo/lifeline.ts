/**
 * Loaded into every process of the demo before its own code: ends it when the demo is gone, in whatever way. File
 * descriptor 3 is a pipe that only the demo holds; the kernel closes it even when the demo was killed with SIGKILL.
 */
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';

const LIFELINE_FD = 3;
/** For an orderly end; then the process is ended. */
const GRACE_MS = 1_000;

if (hasLifeline()) {
  const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: false });
  lifeline.on('error', () => undefined);
  lifeline.on('close', () => {
    setTimeout(() => process.exit(), GRACE_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  lifeline.resume();
  lifeline.unref();
}

/** A process that one of ours starts inherits the environment, but not the pipe. */
function hasLifeline(): boolean {
  try {
    return fstatSync(LIFELINE_FD).isSocket();
  } catch {
    return false;
  }
}
