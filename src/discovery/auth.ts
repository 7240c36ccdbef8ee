/**
 * What goes out and comes in, signed and checked where the site has a key. The checks go from the cheap to the dear:
 * header, flood gate, tag, replay, and only then the fields.
 */
import { assert } from '../base/assert.js';
import type { BootId, Message } from '../base/messages.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { PeerAddress } from '../ports/datagram-port.js';
import type { MacPort } from '../ports/mac-port.js';
import { AddressNames } from './address-names.js';
import { ReplayGuard } from './auth-replay.js';
import {
  type DropReason,
  type Envelope,
  encode,
  leadingIds,
  openEnvelope,
  readMessage,
  type Seal,
  signedPart,
  TAG_BYTES,
  tagOf,
} from './codec.js';
import { FloodGate } from './flood-gate.js';
import type { KeyName, KeyRing } from './keys.js';

export interface Auth {
  readonly keys: KeyRing;
  readonly mac: MacPort;
}

/** The key id of a datagram that is not signed. */
export const NO_KEY = 0;

export interface ChannelOptions {
  readonly networkId: number;
  /** Our own: what we sent ourselves is not heard. */
  readonly bootId: BootId;
  /** What is listened to; the rest is for others. */
  readonly hears: readonly Message['type'][];
  /** Absent: nothing is signed, and nothing that is signed is taken. */
  readonly auth?: Auth | undefined;
}

export interface Opened {
  readonly message: Message;
  /** `NO_KEY`, or 1 to 255. */
  readonly keyId: number;
}

export class Channel {
  /** Under which our BEACONs go out, the newest first. */
  readonly keyIds: readonly number[];
  readonly #options: ChannelOptions;
  readonly #names = new AddressNames();
  readonly #gate = new FloodGate();
  readonly #replays = new Map<Message['type'], ReplayGuard>();
  #sent = 0;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.keyIds = options.auth?.keys.ids ?? [NO_KEY];
    for (const type of options.hears) if (type !== 'grant') this.#replays.set(type, new ReplayGuard());
  }

  get isSigned(): boolean {
    return this.#options.auth !== undefined;
  }

  /** `keyId`: one that a datagram came with, or one of `keyIds`. */
  seal(message: Message, keyId: number): Uint8Array {
    this.#sent += 1;
    return encode(message, this.#sent, this.#sealOf(message, keyId));
  }

  #sealOf(message: Message, keyId: number): Seal | undefined {
    const { auth } = this.#options;
    if (!auth) return undefined;
    const chargePointId = 'chargePointId' in message ? message.chargePointId : '';
    const key = auth.keys.find({ type: message.type, keyId, chargePointId });
    assert(key !== undefined, `a ${message.type} goes out under a key that is ours`);
    return { keyId, tag: (bytes) => tagWith(auth.mac, key, bytes) };
  }

  /** Never throws. */
  open(bytes: Uint8Array, from: PeerAddress, nowMs: Ms): Result<Opened, DropReason> {
    const { networkId, bootId, hears } = this.#options;
    const envelope = openEnvelope(bytes, networkId);
    if (typeof envelope === 'string') return fail(envelope);
    if (envelope.bootId === bootId || !hears.includes(envelope.type)) return fail('ignored');
    const unfit = this.#unfit(envelope);
    if (unfit) return fail(unfit);
    const address = this.#names.of(from);
    if (!this.#gate.isOpen(address, nowMs)) return fail('flood');
    const opened = this.#check(envelope);
    if (opened.ok) this.#gate.noteGood(address, nowMs);
    else if (opened.error !== 'repeat') this.#gate.noteBad(address, nowMs);
    return opened;
  }

  /** What can be told by the header alone. */
  #unfit({ isSigned, keyId }: Envelope): DropReason | undefined {
    if (isSigned !== this.isSigned) return isSigned ? 'signed' : 'unsigned';
    return isSigned && !this.keyIds.includes(keyId) ? 'unknown key' : undefined;
  }

  #check(envelope: Envelope): Result<Opened, DropReason> {
    const forged = this.#options.auth && this.#forged(envelope, this.#options.auth);
    if (forged) return fail(forged);
    const message = readMessage(envelope);
    return message ? ok({ message, keyId: envelope.isSigned ? envelope.keyId : NO_KEY }) : fail('garbage');
  }

  #forged(envelope: Envelope, { keys, mac }: Auth): DropReason | undefined {
    const { bytes, type, keyId, bootId, counter } = envelope;
    const owner = leadingIds(envelope)?.at(-1);
    if (owner === undefined) return 'garbage';
    const name: KeyName = { type, keyId, chargePointId: owner };
    const key = keys.find(name);
    if (!key) return 'unknown key';
    if (!mac.isEqual(tagWith(mac, key, signedPart(bytes)), tagOf(bytes))) return 'bad tag';
    keys.keep(name, key);
    const verdict = this.#replays.get(type)?.check(owner, bootId, counter) ?? 'new';
    if (verdict === 'new') return undefined;
    // A BEACON comes on every way there is, and with two ways it comes twice.
    return verdict === 'repeat' && type === 'beacon' ? 'repeat' : 'replay';
  }
}

function tagWith(mac: MacPort, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return mac.hmacSha256(key, bytes).subarray(0, TAG_BYTES);
}
