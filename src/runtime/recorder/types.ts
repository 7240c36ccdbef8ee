/** What a recording of the master holds: everything that comes in, and what it makes of it (docs/decisions/0011-recorder.md). */
import type { EventCode } from '../../base/events.js';
import type { LogLevel } from '../../base/logger.js';
import type { Ask, Beacon, Grant, Message, Tell } from '../../base/messages.js';
import type { OperatorAction } from '../../base/operator-action.js';
import type { Ms } from '../../base/units.js';
import type { Memory } from '../../dlm/group/memory.js';
import type { InputLevel } from '../../base/level-words.js';
import type { PeerAddress } from '../../ports/datagram-port.js';
import type { SiteStatus } from '../../ports/status-sink.js';
import type { PollerEvent } from '../poller.js';

/** A datagram whose signature was good, as what it says. */
export interface HeardMessage {
  readonly kind: 'message';
  readonly message: Exclude<Message, Grant>;
  readonly keyId: number;
  readonly from: PeerAddress;
}

/** What the source of a digital input says: its level, or why it has none. */
export interface InputNews {
  readonly kind: 'input';
  readonly id: string;
  readonly level: InputLevel | 'lost';
  /** Only with `lost`. */
  readonly reason?: string | undefined;
}

export type CommandInput = { readonly kind: 'command' } & (
  | { readonly name: 'adopt' | 'forget'; readonly id: string }
  | { readonly name: 'clear' }
  | { readonly name: 'set'; readonly id: string; readonly action: OperatorAction }
);

/** What comes through the door of MasterRuntime. */
export type HeardInput =
  | { readonly kind: 'start' }
  | HeardMessage
  | { readonly kind: 'meter'; readonly event: PollerEvent }
  /** The timer of the next cycle, and what the calendar says then. `mayWait`: see MasterRuntime. */
  | { readonly kind: 'tick'; readonly mayWait: boolean; readonly wallMs: Ms }
  | InputNews
  /** The timer of the next BEACON. */
  | { readonly kind: 'beacon' };

/** What the master follows from, in this order and with the time: there is no other way in. */
export type MasterInput =
  | HeardInput
  /** It is made, with what was kept of the run before. */
  | {
      readonly kind: 'load';
      readonly memory: Memory | undefined;
      readonly isMemoryLost: boolean;
      readonly wasActive?: boolean | undefined;
    }
  /** The state is written, or why not. */
  | { readonly kind: 'saved'; readonly error: string | undefined }
  | CommandInput;

export type MasterOutput =
  | { readonly kind: 'grant'; readonly grant: Grant }
  | { readonly kind: 'beacon'; readonly epoch: number; readonly active: boolean; readonly settings: Beacon['settings'] }
  | { readonly kind: 'exchange'; readonly message: Ask | Tell }
  /** A timer is set: when the next cycle or BEACON is due. */
  | { readonly kind: 'timer'; readonly delayMs: Ms }
  | { readonly kind: 'save'; readonly text: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly event: EventCode; readonly message: string }
  /** The end of a cycle: who has which limit now, and why. */
  | { readonly kind: 'cycle'; readonly status: SiteStatus }
  /** A broken invariant. */
  | { readonly kind: 'crash'; readonly message: string };

/** Told everything, as it happens. Never throws, never waits: control goes on whatever becomes of the recording. */
export interface Recorder {
  /** The time as the master is to take it: every answer of the clock goes through here. */
  time(nowMs: Ms): Ms;
  begin(input: MasterInput): void;
  output(output: MasterOutput): void;
  /** Of the input that began last. `state`: all that the master is now, for a recording that begins here; not while it saves. */
  end(state: () => string | undefined): void;
}
