/** Replay: an authentic datagram that was recorded and sent again. It is known by its counter. */
import type { BootId } from '../base/messages.js';
import { setLatest } from '../base/recent.js';

/** Senders and boots of each that are remembered; of more the longest silent ones are forgotten. */
const SENDERS_MAX = 2048;
const BOOTS_MAX = 8;

/** Datagrams overtake each other: so many before the highest counter may still come, each once (as in RFC 4303). */
const WINDOW = 64;

/** Of one boot: the highest counter, and bit n for the one n below it. */
interface Seen {
  readonly highest: number;
  readonly mask: bigint;
}

export class ReplayGuard {
  readonly #senders = new Map<string, Map<BootId, Seen>>();

  /** Only for authentic datagrams. `repeat`: the last one once more, as networks do it too. */
  check(sender: string, bootId: BootId, counter: number): 'new' | 'repeat' | 'replay' {
    const boots = this.#senders.get(sender) ?? new Map<BootId, Seen>();
    const seen = boots.get(bootId) ?? { highest: 0, mask: 0n };
    if (counter === seen.highest) return 'repeat';
    const next = counter > seen.highest ? risen(seen, counter) : filled(seen, counter);
    if (!next) return 'replay';
    setLatest(boots, bootId, next, BOOTS_MAX);
    setLatest(this.#senders, sender, boots, SENDERS_MAX);
    return 'new';
  }
}

function risen({ highest, mask }: Seen, counter: number): Seen {
  const by = counter - highest;
  return { highest: counter, mask: by < WINDOW ? BigInt.asUintN(WINDOW, mask << BigInt(by)) | 1n : 1n };
}

/** `undefined`: it has come before, or is too old to tell. */
function filled({ highest, mask }: Seen, counter: number): Seen | undefined {
  const below = highest - counter;
  const bit = below < WINDOW ? 1n << BigInt(below) : 0n;
  return bit === 0n || (mask & bit) !== 0n ? undefined : { highest, mask: mask | bit };
}
