/** `evenkeel meter models`: every model that evenkeel knows. */
import { METER_MODELS } from '../../meters/models/index.js';
import { described } from '../../cli/control/columns.js';
import { print, printJson } from '../output.js';

export function showModels({ json }: { readonly json: boolean }): void {
  const models = METER_MODELS.map(({ id, title }) => ({ id, title }));
  if (json) printJson(models);
  else
    print(
      described(
        ['model'],
        models.map(({ id, title }) => ({ id, cells: [], text: title })),
        'title',
      ).join('\n'),
    );
}
