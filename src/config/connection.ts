/** Where a meter is reached, as it is written in the file: tcp://, rtu: and rtu+tcp://, the last two with settings behind "?". */
import { nearest } from '../base/nearest.js';
import { fail, ok, type Result } from '../base/result.js';
import { parseEndpoint } from './endpoint.js';
import type { Connection } from './types.js';

export const MODBUS_PORT = 502;
const TURNAROUND_MAX_MS = 1000;

/** What a setting may be, in words, and what it is when left out. */
const SERIAL = {
  baud: { words: ['1200', '2400', '4800', '9600', '19200', '38400', '57600', '115200'], otherwise: '9600' },
  parity: { words: ['none', 'even', 'odd'], otherwise: 'none' },
  stopBits: { words: ['1', '2'], otherwise: '1' },
} as const;
const TURNAROUND = 'turnaroundMs';

const TCP = 'tcp://HOST or tcp://HOST:PORT such as tcp://192.168.0.20:502';
const RTU = 'rtu:PATH?baud=9600&parity=none&stopBits=1 with a PATH such as /dev/serial/by-id/usb-ADAPTER';
const RTU_TCP = 'rtu+tcp://HOST:PORT such as rtu+tcp://192.168.0.20:8899';
const ANY = 'tcp://HOST:PORT, rtu:PATH?baud=9600&parity=none&stopBits=1 or rtu+tcp://HOST:PORT';

type Settings = ReadonlyMap<string, string>;

/** `a=1&b=2` of the names that are known; the error is what was expected. */
function settingsOf(query: string | undefined, names: readonly string[]): Result<Settings> {
  const settings = new Map<string, string>();
  for (const part of query?.split('&') ?? []) {
    const [name = '', value] = part.split('=', 2);
    if (!names.includes(name)) {
      const guess = nearest(name, names);
      const hint = guess === undefined ? '' : `, did you mean "${guess}"?`;
      return fail(`only the settings ${names.join(', ')} behind "?" (not "${name}"${hint})`);
    }
    if (value === undefined || settings.has(name)) return fail(`${name}=VALUE once`);
    settings.set(name, value);
  }
  return ok(settings);
}

function wordOf(settings: Settings, name: keyof typeof SERIAL): Result<string> {
  const { words, otherwise } = SERIAL[name];
  const value = settings.get(name) ?? otherwise;
  return words.some((word) => word === value)
    ? ok(value)
    : fail(`${name} as one of ${words.join(', ')} (not "${value}")`);
}

function turnaroundOf(settings: Settings): Result<{ readonly turnaroundMs?: number }> {
  const text = settings.get(TURNAROUND);
  if (text === undefined) return ok({});
  const turnaroundMs = /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (turnaroundMs <= TURNAROUND_MAX_MS) return ok({ turnaroundMs });
  return fail(`${TURNAROUND} as milliseconds, 0 to ${TURNAROUND_MAX_MS} (not "${text}")`);
}

function parseSerial(path: string, query: string | undefined): Result<Connection> {
  if (!/^\/[^\s?]{1,1000}$/.test(path)) return fail(RTU);
  const settings = settingsOf(query, [...Object.keys(SERIAL), TURNAROUND]);
  if (!settings.ok) return settings;
  const [baud, parity, stopBits] = [
    wordOf(settings.value, 'baud'),
    wordOf(settings.value, 'parity'),
    wordOf(settings.value, 'stopBits'),
  ];
  const turnaround = turnaroundOf(settings.value);
  if (!baud.ok) return baud;
  if (!parity.ok) return parity;
  if (!stopBits.ok) return stopBits;
  if (!turnaround.ok) return turnaround;
  return ok({
    kind: 'rtu',
    path,
    baud: Number(baud.value),
    parity: parity.value as 'none' | 'even' | 'odd',
    stopBits: stopBits.value === '2' ? 2 : 1,
    ...turnaround.value,
  });
}

function parseGateway(address: string, query: string | undefined): Result<Connection> {
  // No port is usual for it: it has to be named.
  const endpoint = parseEndpoint(address, 0);
  if (!endpoint) return fail(RTU_TCP);
  const settings = settingsOf(query, [TURNAROUND]);
  if (!settings.ok) return settings;
  const turnaround = turnaroundOf(settings.value);
  return turnaround.ok ? ok({ kind: 'rtu+tcp', ...endpoint, ...turnaround.value }) : turnaround;
}

/** The error is what was expected, for an installer: "baud as one of 1200, ... (not "960")". */
export function parseConnection(text: string): Result<Connection> {
  const [, scheme, rest = '', query] = /^(tcp:\/\/|rtu:|rtu\+tcp:\/\/)([^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  if (scheme === 'rtu:') return parseSerial(rest, query);
  if (scheme === 'rtu+tcp://') return parseGateway(rest, query);
  if (scheme === undefined) return fail(/^\/dev\//.test(text) ? RTU : ANY);
  const endpoint = query === undefined ? parseEndpoint(rest, MODBUS_PORT) : undefined;
  return endpoint ? ok({ kind: 'tcp', ...endpoint }) : fail(TCP);
}

/** What the devices of one bus have in common: a host and port, or a path. */
export function busKey(connection: Connection): string {
  return connection.kind === 'rtu' ? connection.path : `${connection.host}:${connection.port}`;
}

/** "192.168.0.20 port 502", "/dev/ttyUSB0 with 9600 baud, 8N1". */
export function connectionText(connection: Connection): string {
  if (connection.kind === 'tcp') return `${connection.host} port ${connection.port}`;
  const turnaround = connection.turnaroundMs === undefined ? '' : `, ${connection.turnaroundMs} ms between requests`;
  if (connection.kind === 'rtu+tcp') return `${connection.host} port ${connection.port} (RTU over TCP${turnaround})`;
  const { path, baud, parity, stopBits } = connection;
  return `${path} with ${baud} baud, 8${parity.charAt(0).toUpperCase()}${stopBits}${turnaround}`;
}
