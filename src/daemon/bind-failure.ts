/** A port that is taken: says by whom, and ends with the code for "the system refuses". */
import { BindError } from '../transports/udp.js';
import { EXIT, ExitError } from './exit-codes.js';
import { udpPortHolder } from './port-holder.js';

export function bindFailure(error: unknown): never {
  if (!(error instanceof BindError)) throw error;
  const holder = error.code === 'EADDRINUSE' ? udpPortHolder(error.port) : undefined;
  const detail = holder ? `in use by ${holder}` : error.code;
  throw new ExitError(EXIT.system, `UDP port ${error.port}: expected a free port, got ${detail}`);
}
