/** A Modbus bus as the product sees it: blocks of registers or bits, each read with a deadline. */
import type { Result } from '../base/result.js';
import type { Ms } from '../base/units.js';

export interface RegisterBlock {
  /** 1: coils; 2: discrete inputs; 3: holding registers; 4: input registers. */
  readonly functionCode: 1 | 2 | 3 | 4;
  /** Protocol (PDU) address of the first register or bit, 0-based. */
  readonly address: number;
  /** Number of 16-bit registers or of bits, 1 to 125. The answer has a word for each; of a bit 0 or 1. */
  readonly count: number;
}

export type BusErrorKind = 'unreachable' | 'timeout' | 'exception' | 'garbled';

export interface BusError {
  readonly kind: BusErrorKind;
  /** For people: "connect ECONNREFUSED 127.0.0.1:502", "exception 2: illegal data address". */
  readonly text: string;
  /** The Modbus exception code, 1 to 255; only with kind `exception`. */
  readonly exceptionCode?: number;
}

/** Who is asked first when several wait: `urgent` is for what holds a fuse, and still lets others have a turn. */
export type BusPriority = 'urgent' | 'normal';

export interface ReadTerms {
  /** `normal` when left out. */
  readonly priority?: BusPriority;
  /** When the request is sent, after others had their turn: values are not older than the last of these calls. */
  readonly onAsked?: () => void;
  /** An answer arrived damaged, whether the read is repeated or fails. */
  readonly onDamaged?: () => void;
}

export interface RegisterBus {
  /**
   * Connects first where needed. Never rejects. Reads wait for their turn, each device in its own; `timeoutMs` is what the
   * device has from its turn on, connecting and repeats of a damaged answer included.
   */
  read(unitId: number, block: RegisterBlock, timeoutMs: Ms, terms?: ReadTerms): Promise<Result<Uint16Array, BusError>>;
  close(): Promise<void>;
}
