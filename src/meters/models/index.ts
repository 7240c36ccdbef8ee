/** Every meter model that evenkeel knows. A new one is a file of rows and a line here. */
import { byName } from '../../base/aliases.js';
import { nearest } from '../../base/nearest.js';
import { fail, type Result } from '../../base/result.js';
import type { MeterModel } from '../model.js';
import { ABB_B23_B24 } from './abb-b23-b24.js';
import { CARLO_GAVAZZI_EM111 } from './carlo-gavazzi-em111.js';
import { CARLO_GAVAZZI_EM24_DIN } from './carlo-gavazzi-em24-din.js';
import { CARLO_GAVAZZI_EM24_E1 } from './carlo-gavazzi-em24-e1.js';
import { CARLO_GAVAZZI_EM340 } from './carlo-gavazzi-em340.js';
import { EASTRON_SDM120 } from './eastron-sdm120.js';
import { EASTRON_SDM230 } from './eastron-sdm230.js';
import { EASTRON_SDM630_V2 } from './eastron-sdm630-v2.js';
import { EASTRON_SDM630MCT_V2 } from './eastron-sdm630mct-v2.js';
import { EASTRON_SDM72D_M_V1 } from './eastron-sdm72d-m-v1.js';
import { EASTRON_SDM72D_M_V2 } from './eastron-sdm72d-m-v2.js';
import { INEPRO_PRO380 } from './inepro-pro380.js';
import { ISKRA_WM3M4 } from './iskra-wm3m4.js';
import { PHOENIX_EEM_EM377 } from './phoenix-eem-em377.js';
import { PHOENIX_EEM_EM377_INT } from './phoenix-eem-em377-int.js';
import { PHOENIX_EMPRO_MA37X_MB37X } from './phoenix-empro-ma37x-mb37x.js';
import { SIEMENS_PAC2200 } from './siemens-pac2200.js';
import { TQ_BCONTROL_EM300_LR } from './tq-bcontrol-em300-lr.js';

export const METER_MODELS: readonly MeterModel[] = [
  ABB_B23_B24,
  CARLO_GAVAZZI_EM111,
  CARLO_GAVAZZI_EM24_DIN,
  CARLO_GAVAZZI_EM24_E1,
  CARLO_GAVAZZI_EM340,
  EASTRON_SDM120,
  EASTRON_SDM230,
  EASTRON_SDM630_V2,
  EASTRON_SDM630MCT_V2,
  EASTRON_SDM72D_M_V1,
  EASTRON_SDM72D_M_V2,
  INEPRO_PRO380,
  ISKRA_WM3M4,
  PHOENIX_EEM_EM377,
  PHOENIX_EEM_EM377_INT,
  PHOENIX_EMPRO_MA37X_MB37X,
  SIEMENS_PAC2200,
  TQ_BCONTROL_EM300_LR,
];

/** The model of that id or alias; the error names the choices where an alias has several, else the nearest word. */
export function meterModel(word: string): Result<MeterModel> {
  const found = byName(word, METER_MODELS);
  if (found.ok) return found;
  if (found.error.length > 0) return fail(`meter model: expected one of ${found.error.join(', ')}, got ${word}`);
  const guess = nearest(
    word,
    METER_MODELS.flatMap(({ id, aliases }) => [id, ...aliases]),
  );
  const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
  return fail(`meter model: expected one that "evenkeel meter models" lists, got ${word}${hint}`);
}
