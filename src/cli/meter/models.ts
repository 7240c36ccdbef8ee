/** `evenkeel meter models`: every model that evenkeel knows, and by which names. */
import type { MeterModel } from '../../meters/model.js';
import { METER_MODELS } from '../../meters/models/index.js';
import { wrapped } from '../../cli/control/columns.js';
import { print, printJson } from '../output.js';

const HEAD = ['MODEL', 'PHASES', 'OVER', 'SOURCES'] as const;

function cellsOf({ id, phases, connections, confidence }: MeterModel): readonly string[] {
  return [id, String(phases), connections.join(', '), confidence === 'two sources' ? '' : confidence];
}

function linesOf(model: MeterModel, row: string): string[] {
  const names = model.aliases.length === 0 ? [] : wrapped('    also: ', model.aliases.join(', '));
  const unusable = model.unusable === undefined ? [] : wrapped('    cannot guard a circuit: ', `it ${model.unusable}`);
  return [row, ...wrapped('    ', model.title), ...names, ...unusable];
}

/** Lines of at most 80 characters. */
export function modelsText(models: readonly MeterModel[]): string {
  const rows = [HEAD, ...models.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(HEAD),
    ...models.flatMap((model) => linesOf(model, line(cellsOf(model)))),
    '',
    'The map of a model with one source was confirmed by nobody else: compare its',
    'values with the display of the meter. For any other meter: docs/meters.md.',
  ].join('\n');
}

export function showModels({ json }: { readonly json: boolean }): void {
  if (json) printJson(METER_MODELS.map(forMachines));
  else print(modelsText(METER_MODELS));
}

function forMachines(model: MeterModel): Readonly<Record<string, unknown>> {
  const { id, title, aliases, phases, connections, confidence, unitId, serial, notes, unusable } = model;
  const usable = { usable: unusable === undefined };
  return { id, title, aliases, phases, connections, confidence, ...usable, unitId, serial: serial ?? null, notes };
}
