/**
 * A process of its own that throws garbage at a UDP port of 127.0.0.1 as fast as it can, and prints how much it was and how
 * long it took. Its arguments: the port, how many datagrams, how many in a second at
 * most, whether `strangers` come with it, the seed. No forgeries: what is well formed comes from charge
 * points that nobody knows, and tells of no other master. Those are a matter of authentication.
 */
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { type Rng, seededRng } from '../src/base/rng.js';
import { DATAGRAM_BYTES_MAX, decode, encode } from '../src/discovery/codec.js';
import { statusOf } from '../test/helpers/messages.js';

/** Different datagrams; they come in turns. */
const POOL = 8_192;
/** More than the master's table holds. */
const STRANGERS = 5_000;
const RANDOM_BYTES_MAX = 1_500;
const OVERSIZED_BYTES_MAX = 9_000;
const FLIPS_MIN = 3;
/** Where version and network id stand. */
const VERSION_AT = 2;
const NETWORK_AT = 8;
/** Datagrams given to the kernel before the next ones are. */
const AT_ONCE = 64;
const LOOPBACK = '127.0.0.1';

const [, , port = '', count = '', perS = 'Infinity', who = 'strangers', seed = '1'] = process.argv;

function strangerStatus(rng: Rng): Uint8Array {
  const index = rng.int(STRANGERS);
  const status = statusOf(`stranger-${index}`, {
    bootId: index.toString(16).padStart(16, '0'),
    tauMs: rng.int(1e9),
    disconnectedLimitA: 0,
    state: 'Available',
    sessionId: 0,
    firmware: 'stranger',
  });
  return encode(status, 1);
}

function randomBytes(rng: Rng, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => rng.int(256));
}

/** Until it is garbage: what is still well formed would be a lie. */
function flipped(rng: Rng): Uint8Array {
  const bytes = strangerStatus(rng);
  for (let flips = 0; flips < FLIPS_MIN || decode(bytes, 0).ok; flips++) {
    const at = rng.int(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.int(8));
  }
  return bytes;
}

function patched(bytes: Uint8Array, at: number, value: number): Uint8Array {
  bytes[at] = value;
  return bytes;
}

const KINDS: ((rng: Rng) => Uint8Array)[] = [
  (rng) => randomBytes(rng, rng.int(RANDOM_BYTES_MAX)),
  (rng) => {
    const whole = strangerStatus(rng);
    return whole.subarray(0, rng.int(whole.length));
  },
  flipped,
  (rng) => patched(strangerStatus(rng), NETWORK_AT + rng.int(4), 1 + rng.int(255)),
  (rng) => patched(strangerStatus(rng), VERSION_AT, 2 + rng.int(254)),
  (rng) => randomBytes(rng, DATAGRAM_BYTES_MAX + 1 + rng.int(OVERSIZED_BYTES_MAX - DATAGRAM_BYTES_MAX)),
];
if (who === 'strangers') KINDS.push(strangerStatus);

async function flood(socket: Socket, pool: readonly Uint8Array[], total: number): Promise<void> {
  for (let sent = 0; sent < total; sent += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, total - sent) }, (_, index) => pool[(sent + index) % POOL]);
    await Promise.all(batch.map((bytes) => sendTo(socket, bytes ?? new Uint8Array())));
    const aheadMs = startedMs + (sent / Number(perS)) * 1000 - performance.now();
    if (aheadMs > 1) await pause(aheadMs);
  }
}

const startedMs = performance.now();

/** A full buffer is no failure: the datagram is lost, as on any network. */
function sendTo(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => socket.send(bytes, Number(port), LOOPBACK, () => resolve()));
}

const rng = seededRng(Number(seed));
const pool = Array.from({ length: POOL }, (_, index) => KINDS[index % KINDS.length]?.(rng) ?? new Uint8Array());
const socket = createSocket('udp4');
await flood(socket, pool, Number(count));
const seconds = (performance.now() - startedMs) / 1000;
socket.close();
process.stdout.write(`${JSON.stringify({ sent: Number(count), seconds })}\n`);
