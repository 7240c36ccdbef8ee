/** A bus to a line that no configuration describes yet. */
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import type { RegisterBus } from '../../ports/register-bus.js';
import { modbusTcpBus } from '../../transports/modbus-tcp.js';
import { systemTimers } from '../../transports/system-time.js';
import { type Line, lineText } from './target.js';

/** Opens at the first read. */
export function openLine(line: Line): RegisterBus {
  if (line.kind === 'tcp') return modbusTcpBus(line, systemTimers);
  throw new ExitError(EXIT.usage, `expected tcp://, got ${lineText(line)}`);
}
