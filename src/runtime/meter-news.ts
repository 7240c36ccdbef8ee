/** What is told of a meter that is read with trouble, in words. */
import type { EventCode } from '../base/events.js';
import type { LogFields, LogLevel } from '../base/logger.js';
import type { Ms } from '../base/units.js';

export interface MeterNews {
  readonly level: LogLevel;
  readonly event: EventCode;
  readonly text: string;
  readonly fields?: LogFields;
}

export function stuckNews(meterId: string, isStuck: boolean): MeterNews {
  const text = isStuck
    ? `meter ${meterId} shows the same values for 30 s although the charge points changed; lost after a minute`
    : `the values of meter ${meterId} move again`;
  return { level: isStuck ? 'warn' : 'info', event: 'METER_STUCK', text };
}

export function paceNews(
  meterId: string,
  { everyMs, isSlow }: { readonly everyMs: Ms; readonly isSlow: boolean },
): MeterNews {
  const why = isSlow ? 'its answers take longer than its period' : 'its answers are fast enough again';
  const text = `meter ${meterId} is read every ${everyMs} ms: ${why}`;
  return { level: isSlow ? 'warn' : 'info', event: 'METER_SLOW', text, fields: { everyMs } };
}

export function noiseNews(
  meterId: string,
  { isNoisy, damagedPercent }: { readonly isNoisy: boolean; readonly damagedPercent: number },
): MeterNews {
  const share = `${damagedPercent.toFixed(1)} % of the answers of meter ${meterId} arrived damaged in the last minute`;
  const text = isNoisy
    ? `${share}: check the cable, its ends, its screen and its termination`
    : `${share}: no more than now and then`;
  return { level: isNoisy ? 'warn' : 'info', event: 'METER_NOISY', text, fields: { damagedPercent } };
}
