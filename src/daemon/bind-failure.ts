/** A port that cannot be had: says why and by whom it is taken, and ends with the code for it. */
import { BindError } from '../transports/udp.js';
import { EXIT, ExitError } from './exit-codes.js';
import { udpPortHolder } from './port-holder.js';

export function bindFailure(error: unknown): never {
  if (!(error instanceof BindError)) throw error;
  const { code, port } = error;
  const expected = `UDP port ${port}: expected a free port`;
  if (code === 'EACCES') {
    throw new ExitError(EXIT.permission, `${expected} that this user may open, got ${code}; choose one above 1023`);
  }
  if (code !== 'EADDRINUSE') throw new ExitError(EXIT.system, `${expected}, got ${code} (${error.host})`);
  // Processes of other users are visible to root only.
  const holder = udpPortHolder(port) ?? `somebody; see: sudo ss -lunp "sport = :${port}"`;
  throw new ExitError(EXIT.system, `${expected}, got one in use by ${holder}`);
}
