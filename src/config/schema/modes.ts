/** Modes of a circuit by the names of Autel: a power for its charge points (DLB), or one at its meter (ALM). */
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';

const RESERVE_MAX_PERCENT = 50;

export const dlbSchema = (wattsMax: number) =>
  f.group({
    powerW: key('Power', 'What its charge points may draw together, in W.', f.watts(wattsMax)),
  });

export const almSchema = (wattsMax: number) =>
  f.group({
    powerW: key('Power', 'What the building and the charge points may draw together, in W.', f.watts(wattsMax)),
    reservePercent: key(
      'Reserve',
      'Share of powerW that is never given away, in percent, beside 5 % that are always kept.',
      z._default(f.quantity('a share in percent', 0, RESERVE_MAX_PERCENT), 10),
    ),
    meterLostPercent: key(
      'Meter lost',
      'Share of powerW that the charge points may draw together while the meter is lost, in percent. 0: all pause.',
      z._default(f.quantity('a share in percent', 0, RESERVE_MAX_PERCENT), 0),
    ),
  });
