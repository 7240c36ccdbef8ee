/** One reading of a meter, for people (80 columns) and for machines. */
import { PHASE_NAMES, type PerPhase } from '../../base/units.js';
import type { MeterConfig } from '../../config/types.js';
import { modelOfMeter } from '../../runtime/meter-model.js';
import { wrapped } from '../../cli/control/columns.js';
import type { Heard } from './source.js';
import { connectionUrl } from './target.js';

/** docs/commands.md lists the fields. */
export function readingJson(meter: MeterConfig, { status, from, pollMs }: Heard): Readonly<Record<string, unknown>> {
  const { online: _, ...values } = status;
  return { ...values, pollMs, from, connection: connectionUrl(meter.connection), unit: meter.unitId };
}

const COLUMN = 11;

export function readingText(meter: MeterConfig, heard: Heard): string {
  const { model, currentA, voltageV, powerW, totalPowerW } = heard.status;
  const known = modelOfMeter(meter);
  const title = known.ok ? known.value.title : model;
  const head = ['', ...PHASE_NAMES, 'TOTAL'].map((name, column) =>
    column === 0 ? ''.padEnd(7) : name.padStart(COLUMN),
  );
  return [
    ...wrapped(`${meter.id}: `, title),
    `  ${connectionUrl(meter.connection)}, unit ${meter.unitId} (${model})`,
    '',
    head.join(''),
    row('current', currentA, null, 2, 'A'),
    row('voltage', voltageV, null, 1, 'V'),
    row('power', powerW, totalPowerW, 0, 'W'),
    '',
    '+ is import from the grid, - export to it',
    ageText(heard),
    ...noiseText(heard),
  ].join('\n');
}

function row(
  name: string,
  values: PerPhase<number | null>,
  total: number | null,
  digits: number,
  unit: string,
): string {
  const cell = (value: number | null): string => (value === null ? '-' : fixed(value, digits)).padStart(COLUMN);
  const last = name === 'power' ? cell(total) : ''.padStart(COLUMN);
  return `${name.padEnd(7)}${values.map(cell).join('')}${last} ${unit}`;
}

/** Never "-0.0". */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

function noiseText({ status: { damagedAnswers, damagedPercent } }: Heard): string[] {
  if (damagedAnswers === 0) return [];
  return [`${damagedAnswers} damaged answers, ${(damagedPercent ?? 0).toFixed(1)} % in the last minute; none was used`];
}

function ageText({ status: { ageMs }, from, pollMs }: Heard): string {
  const age = `${ageMs ?? '-'} ms old`;
  return from === 'master'
    ? `${age}; from the running master, which polls it`
    : `${age}; polled in ${pollMs ?? '-'} ms`;
}
