/** PV surplus: where it is measured, and which power charge points take. */
import * as z from 'zod/mini';
import { CHARGE_MODES } from '../../base/operator-action.js';
import * as f from '../fields.js';
import { key } from '../fields.js';

const HOUR_S = 3600;

export const chargeMode = () => f.oneWord(CHARGE_MODES);

export const solarSchema = f.group({
  meter: key(
    'Meter',
    'Id of the meter that shows what is fed in; one of a circuit, with meterLocation: including. Usually the one at the grid.',
    f.id('the id of a meter'),
  ),
  mode: key(
    'Mode',
    'Of charge points below that meter that say nothing: fast, full-green, green-priority or speed-priority; docs/solar.md.',
    z._default(chargeMode(), 'fast'),
  ),
  startAfterS: key(
    'Start after',
    'Seconds for which the surplus must be enough for the minimum before a vehicle in full-green starts.',
    z._default(f.seconds(0, HOUR_S), 60),
  ),
  stopAfterS: key(
    'Stop after',
    'Seconds for which it must be too little before that vehicle pauses; until then the grid fills up.',
    z._default(f.seconds(0, HOUR_S), 180),
  ),
});

export type SolarEntry = z.output<typeof solarSchema>;
