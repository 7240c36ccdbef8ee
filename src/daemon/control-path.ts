/** Where the control socket is: the daemon makes it there, the commands look for it there. */
import { join } from 'node:path';

const SOCKET_NAME = 'control.sock';
/** Where the systemd unit has it. */
const INSTALLED = '/run/evenkeel/control.sock';

export interface SocketChoice {
  /** As given with --socket. */
  readonly socket?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** --socket, else in $RUNTIME_DIRECTORY, else in the state directory; `undefined` where there is none of them. */
export function controlPath({ socket, stateDir, env }: SocketChoice): string | undefined {
  if (socket !== undefined) return socket;
  // systemd separates several by colons.
  const runtimeDir = env['RUNTIME_DIRECTORY']?.split(':')[0];
  const directory = runtimeDir || (stateDir ?? env['STATE_DIRECTORY']);
  return directory ? join(directory, SOCKET_NAME) : undefined;
}

/** The same for who looks for a running daemon. */
export function controlPathOfDaemon(choice: SocketChoice): string {
  return controlPath(choice) ?? INSTALLED;
}
