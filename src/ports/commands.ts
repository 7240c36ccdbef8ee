/** What people may ask of a running master: by the control socket now, by a page later. */
import type { PhaseCount, Rotation } from '../base/rotation.js';
import type { OperatorAction } from '../base/operator-action.js';
import type { Result } from '../base/result.js';
import type { Amps, Ms } from '../base/units.js';
import type { SiteStatus } from './status-sink.js';

export interface SlaveEntry {
  readonly id: string;
  /** As configured; `null`: none. */
  readonly name: string | null;
  readonly location: string | null;
  /** In the configuration; taken on beside it; or heard and without current until somebody adopts it. */
  readonly membership: 'listed' | 'adopted' | 'waiting';
  readonly circuit: string;
  readonly online: boolean;
  /** `null`: not since the start. */
  readonly heardAgoMs: Ms | null;
  readonly disconnectedLimitA: Amps;
  readonly maxA: Amps;
  readonly phases: PhaseCount;
  readonly rotation: Rotation;
  readonly firmware: string;
  /** "192.168.0.31:16031"; `null` while it was not heard. */
  readonly address: string | null;
  /** Why it cannot be forgotten now; `null`: it may. */
  readonly keptBecause: string | null;
  /** While it is not heard: what is likely to be wrong, as a sentence; `null` while it is heard. */
  readonly silentBecause: string | null;
}

/** Why the datagrams of a sender cannot be read. `foreign`: another network id. `version`: of the protocol. */
export type UnreadReason = 'bad tag' | 'unknown key' | 'unsigned' | 'signed' | 'foreign' | 'version' | 'garbage';

/** A sender whose last datagram could not be read. */
export interface UnreadPeer {
  /** "192.168.0.31:16031" */
  readonly address: string;
  readonly host: string;
  readonly why: UnreadReason;
  /** What it says in clear, true or not; `null`: nothing that can be read. */
  readonly claims: { readonly kind: 'charge point' | 'master'; readonly id: string } | null;
  readonly networkId: number | null;
  /** Datagrams since it was first heard. */
  readonly count: number;
  readonly heardAgoMs: Ms;
}

/** A charge point that is not heard, with what is likely to be wrong. */
export interface SilentChargePoint {
  readonly id: string;
  /** False: not since the start of this master. */
  readonly wasHeard: boolean;
  readonly because: string;
  /** The unreadable sender that claims to be it; `null`: none does. */
  readonly address: string | null;
}

/** The snapshot with what only a technician asks for. */
export interface StatusAnswer extends SiteStatus {
  /** The latest first. */
  readonly unread: readonly UnreadPeer[];
  readonly silent: readonly SilentChargePoint[];
}

/** What a change came to. */
export interface Change {
  readonly id: string;
  /** False: it was so before. */
  readonly changed: boolean;
  /** Why it does not outlast a restart of the master yet; `null`: it does. */
  readonly notWritten: string | null;
}

export interface Cleared {
  readonly forgotten: readonly string[];
  /** The unlisted ones that stay, each with why. */
  readonly kept: readonly { readonly id: string; readonly because: string }[];
  /** As in `Change`. */
  readonly notWritten: string | null;
}

/** The state that people give a digital input. */
export type InputOrder = 'active' | 'inactive';

/** What the command "input" came to. It holds until another one, or the end of this master. */
export interface InputSet {
  readonly id: string;
  readonly state: InputOrder;
}

/** A change ends when it is on the disk, or is known not to be. A refusal is a sentence for people. */
export interface CommandPort {
  status(): StatusAnswer;
  slaves(): readonly SlaveEntry[];
  adopt(id: string): Promise<Result<Change>>;
  forget(id: string): Promise<Result<Change>>;
  clear(): Promise<Result<Cleared>>;
  /** `target`: a charge point, or a circuit. */
  set(target: string, action: OperatorAction): Promise<Result<Change>>;
  /** Only of an input whose source is the command. */
  input(id: string, state: InputOrder): Result<InputSet>;
}
