/**
 * A pseudo terminal, which is a serial line to whoever opens its other end. Node has none of its own; the program `script`, which
 * every Debian has (bsdutils), makes one and passes its bytes on.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';

export interface Pty {
  /** What others open: "/dev/pts/3". */
  readonly path: string;
  onData(listener: (bytes: Buffer) => void): void;
  write(bytes: Buffer): void;
  close(): Promise<void>;
}

/** Runs at the other end: keeps it open and untouched, so that clients may come and go, until our pipe ends. */
const HOLDER = 'stty raw -echo && tty >&3 && exec cat <&4 >/dev/null';

/** Throws an `ExitError`. */
export async function openPty(): Promise<Pty> {
  const args = ['--quiet', '--flush', '--echo', 'never', '--return', '--command', HOLDER, '/dev/null'];
  const child = spawn('script', args, { stdio: ['pipe', 'pipe', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  const path = await new Promise<string>((resolve, reject) => {
    const failed = (why: string): void =>
      reject(new ExitError(EXIT.system, `--pty: expected a terminal of script, got ${why}`));
    child.once('error', (error) => failed(error.message));
    child.once('exit', () => failed('none'));
    (child.stdio[3] as Readable).once('data', (name: Buffer) => resolve(name.toString().trim()));
  });
  return {
    path,
    onData: (listener) => void child.stdout?.on('data', listener),
    write: (bytes) => void child.stdin?.write(bytes),
    close: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
