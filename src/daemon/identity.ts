/** Who this process is to the others: drawn at every start, so that an old grant or poll is never taken for a new one. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { BootId } from '../base/messages.js';

const HOST_MAX = 20;

export function newBootId(): BootId {
  return randomBytes(8).toString('hex');
}

/** Readable for people, different for each start: "gateway-3f9a1c". */
export function masterIdOf(bootId: BootId): string {
  const host =
    hostname()
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, HOST_MAX) || 'master';
  return `${host}-${bootId.slice(0, 6)}`;
}

/** A seed for jitter; nothing secret is drawn from it. */
export function newSeed(): number {
  return randomBytes(4).readUInt32BE();
}

/** The version of the package that this file belongs to. */
export function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const manifest: unknown = JSON.parse(text);
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}
