/** Small things that the virtual devices share: addresses on the command line, and waiting for the end. */
import { EXIT, ExitError } from '../daemon/exit-codes.js';

/** "127.0.0.1:5020". Port 0 lets the system choose, where somebody listens. Throws an `ExitError`. */
export function hostPort(
  option: string,
  text: string,
  lowestPort: 0 | 1,
): { readonly host: string; readonly port: number } {
  const [, host, digits] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65535 || port < lowestPort) {
    throw new ExitError(EXIT.usage, `${option}: expected HOST:PORT like 127.0.0.1:5020, got "${text}"`);
  }
  return { host, port };
}

export async function untilSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
