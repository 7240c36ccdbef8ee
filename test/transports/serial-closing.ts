/**
 * The order in which a serial port is closed. Its reads run in threads: one that is under way when the port is closed would
 * read from whatever file gets the same number next, and the poller of a closed port must not be asked any more, which would
 * end the process. On real ptys; the port is one of the test's own, that tells what it was asked for.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import t from 'tap';
import type { Line, LineListener } from '../../src/transports/line.js';
import { readRequest } from '../../src/transports/rtu-frames.js';
import { type Port, serialLine } from '../../src/transports/serial-line.js';
import { needsRtuLine, rtuLine } from '../helpers/rtu-line.js';
import { registers } from './modbus-peers.js';

const needsLine = needsRtuLine();
const IGNORED: LineListener = { onBytes: () => {}, onEnd: () => {} };

interface Told {
  readonly fd: number;
  readonly open: () => Promise<Port>;
  /** `closed`, and `asked` for each time that the poller was. */
  readonly calls: string[];
}

/** `isBlocking`: a read ends when there is something to read, and not before. */
function portOn(path: string, isBlocking: boolean): Told {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | (isBlocking ? 0 : constants.O_NONBLOCK));
  const calls: string[] = [];
  const port: Port = {
    fd,
    poller: { once: () => void calls.push('asked') },
    write: () => Promise.resolve(),
    flush: () => Promise.resolve(),
    close: () => {
      calls.push('closed');
      closeSync(fd);
      return Promise.resolve();
    },
  };
  return { fd, open: () => Promise.resolve(port), calls };
}

async function lineOn(path: string, { open }: Told, listener = IGNORED): Promise<Line> {
  const opened = await serialLine({ path, baud: 9600, parity: 'none', stopBits: 1 }, open)(listener, 1000);
  if (!opened.ok) throw new Error(opened.error.text);
  return opened.value;
}

t.test('a port is closed when its read is over, and nothing is heard of that any more', needsLine, async (t) => {
  const adapter = await rtuLine('--units', '1-1');
  t.teardown(() => adapter.close());
  const port = portOn(adapter.path, true);
  const heard: Buffer[] = [];
  const line = await lineOn(adapter.path, port, { ...IGNORED, onBytes: (bytes) => void heard.push(bytes) });
  const closing = line.close();
  await adapter.say('seen');
  t.strictSame(port.calls, [], 'the read is under way');
  writeSync(port.fd, readRequest(1, registers(100, 2)));
  await closing;
  t.strictSame(port.calls, ['closed'], 'the answer ended it');
  t.strictSame(heard, []);
});

t.test('closed while a read finds nothing: the poller is not asked any more', needsLine, async (t) => {
  const adapter = await rtuLine('--units', '1-1');
  t.teardown(() => adapter.close());
  const port = portOn(adapter.path, false);
  const line = await lineOn(adapter.path, port);
  await line.close();
  await adapter.say('seen');
  t.strictSame(port.calls, ['closed']);
});

t.test('a port that opens but cannot be used is closed again: it is locked while it is open', async (t) => {
  const calls: string[] = [];
  const port: Port = {
    fd: null,
    poller: { once: () => {} },
    write: () => Promise.resolve(),
    flush: () => Promise.reject(new Error('Input/output error, cannot flush')),
    close: () => {
      calls.push('closed');
      return Promise.resolve();
    },
  };
  const open = serialLine({ path: '/dev/x', baud: 9600, parity: 'none', stopBits: 1 }, () => Promise.resolve(port));
  const text = '/dev/x: Input/output error, cannot flush';
  t.strictSame(await open(IGNORED, 1000), { ok: false, error: { kind: 'unreachable', text } });
  t.strictSame(calls, ['closed']);
});
