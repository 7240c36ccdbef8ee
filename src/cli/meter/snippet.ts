/** What a scan found, as a configuration to begin with: `evenkeel check` takes the text as it stands. */
import type { Connection } from '../../config/types.js';
import { wrapped } from '../../cli/control/columns.js';
import type { Fit } from './recognise.js';
import { connectionUrl } from './target.js';

export interface Found {
  readonly connection: Connection;
  readonly unitId: number;
  /** None: a device that evenkeel does not know. */
  readonly fits: readonly Fit[];
}

/** The comments say what was found; the rest is YAML. */
export function foundText(found: readonly Found[], summary: readonly string[]): string {
  const known = found.filter(usable);
  const notes = [...summary, ...found.flatMap(deviceLines)].map((line) => `# ${line}`.trimEnd());
  if (known.length === 0) return notes.join('\n');
  const circuits = known.flatMap((_, index) => circuitLines(index));
  return [...notes, 'site: New site', 'circuits:', ...circuits, 'meters:', ...known.flatMap(meterLines)].join('\n');
}

/** A meter that may guard a circuit. */
function usable({ fits }: Found): boolean {
  return fits.some(({ model }) => model.unusable === undefined);
}

function idOf(index: number): string {
  return index === 0 ? 'grid' : `meter${index + 1}`;
}

function circuitLines(index: number): readonly string[] {
  const parent = index === 0 ? [] : ['    parent: main'];
  const limit = index === 0 ? '    limitA: 63   # write here what the fuse carries' : '    limitA: 63';
  return [`  - id: ${index === 0 ? 'main' : `circuit${index + 1}`}`, ...parent, limit, `    meter: ${idOf(index)}`];
}

function meterLines({ connection, unitId, fits }: Found, index: number): readonly string[] {
  const [first, ...others] = fits.filter(({ model }) => model.unusable === undefined);
  const also = others.length === 0 ? '' : `   # or ${others.map(({ model }) => model.id).join(', ')}`;
  return [
    `  - id: ${idOf(index)}`,
    `    model: ${first?.model.id ?? ''}${also}`,
    `    connection: "${connectionUrl(connection)}"`,
    `    unit: ${unitId}`,
  ];
}

/** Room in a line behind "# ". */
function deviceLines({ unitId, fits }: Found): readonly string[] {
  const head = `unit ${String(unitId).padStart(3)}  `;
  if (fits.length === 0) return wrapped(head, 'a device of no known model; see: evenkeel meter models');
  return fits.flatMap((fit) => wrapped(head, fitText(fit)));
}

function fitText({ model, by, reading, identity, refusals }: Fit): string {
  const volts = reading?.voltageV.flatMap((each) => (each === null ? [] : [each.toFixed(0)])).join('/');
  return [
    `${model.id}, ${by === 'probe' ? 'as it says itself' : 'by its values'}`,
    ...(volts === undefined ? ['no plausible values'] : [`${volts} V`]),
    ...(identity === null ? [] : [`${model.identity?.name ?? 'identity'} ${identity}`]),
    ...refusals,
  ].join('; ');
}

/** docs/commands.md lists the fields. */
export function foundJson({ connection, unitId, fits }: Found): Readonly<Record<string, unknown>> {
  return {
    connection: connectionUrl(connection),
    unit: unitId,
    models: fits.map(({ model, by, reading, identity, refusals }) => ({
      id: model.id,
      title: model.title,
      by,
      identity,
      refusals,
      reading,
    })),
  };
}
