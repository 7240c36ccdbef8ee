/** A TELL as bytes: what people set for the site, for a circuit or for a charge point. */
import type { Tell } from '../base/messages.js';
import { BLOCK_FROM, CHARGE_MODES } from '../base/operator-action.js';
import type { SettingsVersion } from '../base/settings.js';
import { type Amps, PHASES } from '../base/units.js';
import type { ByteWriter } from './bytes.js';
import { FIELD } from './fields.js';

const SESSION_BYTES = 12;

export function writeVersion(writer: ByteWriter, field: number, { revision, author }: SettingsVersion): void {
  writer.u8(field).u8(12).u32(revision).hex(author);
}

export function writeTell(writer: ByteWriter, tell: Tell): void {
  writer.fieldText(FIELD.sender, tell.masterId);
  writer.u8(FIELD.pollBootId).u8(8).hex(tell.bootId);
  writeVersion(writer, FIELD.settingsAsked, tell.version);
  writer.field16(FIELD.part, tell.part);
  if (tell.target !== undefined) writer.fieldText(FIELD.target, tell.target);
  if (tell.section14a !== undefined) writer.field8(FIELD.section14a, tell.section14a ? 1 : 0);
  writeLimits(writer, tell);
  if (tell.mode !== undefined) writer.field8(FIELD.mode, CHARGE_MODES.indexOf(tell.mode));
  if (tell.isPaused !== undefined) writer.field8(FIELD.paused, tell.isPaused ? 1 : 0);
  writeOfSessions(writer, tell);
  // Last, as it may not be missing: so nobody takes a part of it for the whole.
  writer.field16(FIELD.parts, tell.parts);
}

/** Rounded down, as all limits. */
function hundredths(limitA: Amps, most: number): number {
  return Math.min(most, Math.max(0, Math.floor(limitA * 100 + 1e-6)));
}

function writeLimits(writer: ByteWriter, { operatorLimitA, operatorA }: Tell): void {
  if (operatorLimitA) {
    writer.u8(FIELD.operatorLimits).u8(12);
    for (const p of PHASES) writer.u32(hundredths(operatorLimitA[p], 0xffffffff));
  }
  if (operatorA !== undefined) writer.field16(FIELD.operatorLimit, hundredths(operatorA, 0xffff));
}

function writeOfSessions(writer: ByteWriter, { block, priority, boost }: Tell): void {
  if (block) {
    const { from, goesOn } = block;
    const length = goesOn === undefined ? 1 : 1 + SESSION_BYTES;
    writer.u8(FIELD.blocked).u8(length).u8(BLOCK_FROM.indexOf(from));
    if (goesOn !== undefined) writeSession(writer, goesOn);
  }
  if (priority) {
    writer
      .u8(FIELD.priority)
      .u8(1 + SESSION_BYTES)
      .u8(priority.value);
    writeSession(writer, priority.session);
  }
  if (boost) {
    writer
      .u8(FIELD.boost)
      .u8(4 + SESSION_BYTES)
      .u32(Math.round(boost.leftMs));
    writeSession(writer, boost.session);
  }
}

/** "0123456789abcdef/77" */
function writeSession(writer: ByteWriter, session: string): void {
  const [bootId = '', number] = session.split('/');
  writer.hex(bootId).u32(Number(number));
}
