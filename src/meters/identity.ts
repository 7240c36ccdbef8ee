/** Whether it is still the same device that answers: what it says about itself, word for word. */
import { ENCODING_WORDS } from '../modbus/encodings.js';
import type { RegisterBlock } from '../ports/register-bus.js';
import type { InfoRow, MeterModel } from './model.js';

/** The reads that tell the device from others; none where the model knows no such register. */
export function identityReads({ identity }: MeterModel): readonly RegisterBlock[] {
  if (!identity) return [];
  const { address, functionCode } = identity;
  const count = identity.form.kind === 'number' ? ENCODING_WORDS[identity.form.encoding] : identity.form.words;
  if (!identity.wordByWord) return [{ functionCode, address, count }];
  return Array.from({ length: count }, (_, index) => ({ functionCode, address: address + index, count: 1 }));
}

/** The words as one text, to be compared and shown: "0012 d687". */
export function fingerprint(words: readonly Uint16Array[]): string {
  return words.flatMap((block) => [...block].map((word) => word.toString(16).padStart(4, '0'))).join(' ');
}

export function strangerText({ name }: InfoRow, known: string, found: string): string {
  return `another device answers: expected ${name} ${known}, got ${found}; start evenkeel again if the meter was replaced`;
}
