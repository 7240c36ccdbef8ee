/** Interfaces come and go: sockets are looked over again and again. */
import { errorText } from '../base/error-text.js';
import type { Ms } from '../base/units.js';
import type { Cancel, Timers } from '../ports/time.js';

/** From the end of one scan to the next. */
const RESCAN_MS: Ms = 5_000;

export interface Rescan {
  readonly timers: Timers;
  readonly scan: () => Promise<void>;
  /** Told why a scan failed; the next one comes all the same. */
  readonly say: (text: string) => void;
}

/** Scans until it is cancelled; the first time after a while. */
export function rescan({ timers, scan, say }: Rescan): Cancel {
  let isOver = false;
  let cancelNext: Cancel = () => {};
  const later = (): void => {
    cancelNext = timers.after(RESCAN_MS, () => {
      void scan()
        .catch((error: unknown) => say(errorText(error)))
        .then(() => {
          if (!isOver) later();
        });
    });
  };
  later();
  return () => {
    isOver = true;
    cancelNext();
  };
}
