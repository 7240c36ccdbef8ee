/**
 * The copper of a virtual site: when virtual charge points and the virtual meter run in separate processes, each charge point
 * tells what it draws in tiny datagrams of JSON text, and the meter's side adds them up as a real conductor would.
 */
import { assert } from '../base/assert.js';
import { isObject, parseJson } from '../base/json.js';
import type { Ms, PhaseAmps } from '../base/units.js';

export interface WireReport {
  readonly chargePointId: string;
  /** Counts up with every report of a process; late and doubled datagrams are known by it. */
  readonly seq: number;
  /** Grid order, 0 or more. */
  readonly currentA: PhaseAmps;
}

/** Who is silent for longer than this draws nothing any more; reports should come several times in it. */
export const FORGET_AFTER_MS: Ms = 1000;

const DATAGRAM_MAX_BYTES = 512;
const ID_MAX_CHARS = 64;
/** More than any charge point takes: the datagram is garbage. */
const CURRENT_MAX_A = 1000;
/** Further charge points are not added. */
const CHARGE_POINTS_MAX = 2000;

/** Marks the datagrams as ours, and their version. */
const MARK = 'evenkeel-wire/1';

/** One datagram: ASCII only, milliamperes are kept. */
export function encodeWireReport(report: WireReport): Uint8Array {
  const { chargePointId, seq, currentA } = report;
  const isGood = isId(chargePointId) && isSeq(seq) && isCurrents(currentA);
  assert(isGood, `wire report cannot be sent: ${JSON.stringify(report)}`);
  const roundedA = currentA.map((amps) => Math.round(amps * 1000) / 1000);
  const text = JSON.stringify({ mark: MARK, chargePointId, seq, currentA: roundedA });
  const ascii = text.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Uint8Array.from(ascii, (char) => char.charCodeAt(0));
}

/** The report in a datagram, or `undefined` for garbage of any kind; never throws. */
export function decodeWireReport(bytes: Uint8Array): WireReport | undefined {
  if (bytes.length > DATAGRAM_MAX_BYTES) return undefined;
  const fields = parseJson(String.fromCharCode(...bytes));
  if (!isObject(fields) || fields['mark'] !== MARK) return undefined;
  const { chargePointId, seq, currentA } = fields;
  return isId(chargePointId) && isSeq(seq) && isCurrents(currentA) ? { chargePointId, seq, currentA } : undefined;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= ID_MAX_CHARS;
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCurrents(value: unknown): value is PhaseAmps {
  return Array.isArray(value) && value.length === 3 && value.every(isCurrent);
}

function isCurrent(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= CURRENT_MAX_A;
}

interface Heard {
  readonly seq: number;
  readonly currentA: PhaseAmps;
  readonly atMs: Ms;
}

/** Adds up what every charge point reported last. */
export class Copper {
  readonly #heard = new Map<string, Heard>();

  /** Takes in a datagram. False when nothing came of it: garbage, late, doubled, or one charge point too many. */
  receive(bytes: Uint8Array, nowMs: Ms): boolean {
    const report = decodeWireReport(bytes);
    if (!report) return false;
    this.#forgetSilent(nowMs);
    const { chargePointId, seq, currentA } = report;
    const before = this.#heard.get(chargePointId);
    // A restarted process counts from the beginning: it is heard again once its predecessor is forgotten.
    if (before ? seq <= before.seq : this.#heard.size >= CHARGE_POINTS_MAX) return false;
    this.#heard.set(chargePointId, { seq, currentA, atMs: nowMs });
    return true;
  }

  /** The sum over all charge points, grid order. */
  sumA(nowMs: Ms): PhaseAmps {
    this.#forgetSilent(nowMs);
    let [l1, l2, l3] = [0, 0, 0];
    for (const { currentA } of this.#heard.values()) {
      l1 += currentA[0];
      l2 += currentA[1];
      l3 += currentA[2];
    }
    return [l1, l2, l3];
  }

  #forgetSilent(nowMs: Ms): void {
    for (const [id, { atMs }] of this.#heard) {
      if (nowMs - atMs > FORGET_AFTER_MS) this.#heard.delete(id);
    }
  }
}
