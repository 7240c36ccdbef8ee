/** Whether it is still the same device that answers: what it says about itself, word for word. */
import type { RegisterBlock } from '../ports/register-bus.js';
import { infoBlocks } from './info.js';
import type { InfoRow, MeterModel } from './model.js';

/** The reads that tell the device from others; none where the model knows no such register. */
export function identityReads({ identity }: MeterModel): readonly RegisterBlock[] {
  return identity ? infoBlocks(identity) : [];
}

/** The words as one text, to be compared and shown: "0012 d687". */
export function fingerprint(words: readonly Uint16Array[]): string {
  return words.flatMap((block) => [...block].map((word) => word.toString(16).padStart(4, '0'))).join(' ');
}

export function strangerText({ name }: InfoRow, known: string, found: string): string {
  return `another device answers: expected ${name} ${known}, got ${found}; start evenkeel again if the meter was replaced`;
}
