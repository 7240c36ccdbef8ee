/** Replay: an authentic datagram that was recorded and sent again. Its counter does not rise, so it is known by that. */
import type { BootId } from '../base/messages.js';
import { setLatest } from './recent.js';

/** Senders and boots of each that are remembered; of more the longest silent ones are forgotten. */
const SENDERS_MAX = 2048;
const BOOTS_MAX = 8;

export class ReplayGuard {
  readonly #senders = new Map<string, Map<BootId, number>>();

  /** Only for authentic datagrams. `repeat`: the last one once more, as networks do it too. */
  check(sender: string, bootId: BootId, counter: number): 'new' | 'repeat' | 'replay' {
    const boots = this.#senders.get(sender) ?? new Map<BootId, number>();
    const last = boots.get(bootId) ?? 0;
    if (counter <= last) return counter === last ? 'repeat' : 'replay';
    setLatest(boots, bootId, counter, BOOTS_MAX);
    setLatest(this.#senders, sender, boots, SENDERS_MAX);
    return 'new';
  }
}
