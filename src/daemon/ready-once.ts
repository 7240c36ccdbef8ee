/** Readiness and watchdog: told by the loop itself, so a loop that hangs is noticed. */
import type { Logger } from '../base/logger.js';
import type { Ms } from '../base/units.js';
import type { Notifier } from './sd-notify.js';

/** Ready after the first good cycle, not before; the watchdog is fed by the cycle, not by a timer. */
export function readyOnce(
  notifier: Notifier,
  logger: Logger,
  first: 'first decision made' | 'first limit enforced',
): (nowMs: Ms, summary: () => string) => void {
  let isReady = false;
  return (nowMs, summarise) => {
    const summary = summarise();
    if (!isReady) {
      isReady = true;
      logger.log('info', 'READY', `${first}: ${summary}`, {});
      notifier.ready(summary);
    }
    notifier.tickDone(nowMs, summary);
  };
}
