/** What a scan found, as a configuration to begin with: `evenkeel check` takes the text as it stands. */
import type { Connection } from '../../config/types.js';
import type { MeterModel } from '../../meters/model.js';
import { wrapped } from '../../cli/control/columns.js';
import type { Fit } from './recognise.js';
import { connectionUrl } from './target.js';

export interface Found {
  readonly connection: Connection;
  readonly unitId: number;
  /** None: a device that evenkeel does not know, or did not get to know. */
  readonly fits: readonly Fit[];
  /** Whether every known model was tried before the time was over. */
  readonly isTried: boolean;
}

/** The comments say what was found; the rest is YAML. */
export function foundText(found: readonly Found[], summary: readonly string[]): string {
  // A meter with three phases can guard the whole site.
  const known = found.filter(isUsable).sort((a, b) => phasesOf(b) - phasesOf(a));
  const notes = [...summary.flatMap((line) => wrapped(MARGIN, line)), ...found.flatMap(deviceLines)].map(asComment);
  if (known.length === 0) return notes.join('\n');
  return [
    ...notes,
    'site: New site',
    'circuits:',
    ...known.flatMap(circuitLines),
    'meters:',
    ...known.flatMap(meterLines),
  ].join('\n');
}

/** As wide as what makes a line a comment. */
const MARGIN = '  ';

function asComment(line: string): string {
  return `# ${line.slice(MARGIN.length)}`.trimEnd();
}

function modelsOf({ fits }: Found): readonly MeterModel[] {
  return fits.map(({ model }) => model).filter(({ unusable }) => unusable === undefined);
}

/** A meter that may guard a circuit. */
function isUsable(found: Found): boolean {
  return modelsOf(found).length > 0;
}

function phasesOf(found: Found): number {
  return modelsOf(found)[0]?.phases ?? 0;
}

function idOf(index: number): string {
  return index === 0 ? 'grid' : `meter${index + 1}`;
}

function circuitLines(found: Found, index: number): readonly string[] {
  const parent = index === 0 ? [] : ['    parent: main'];
  const hint = index === 0 ? '   # write here what the fuse carries' : '';
  const limit = `    limitA: ${phasesOf(found) === 1 ? '[63, 0, 0]' : '63'}${hint}`;
  return [`  - id: ${index === 0 ? 'main' : `circuit${index + 1}`}`, ...parent, limit, `    meter: ${idOf(index)}`];
}

function meterLines(found: Found, index: number): readonly string[] {
  const [first, ...others] = modelsOf(found).map(({ id }) => id);
  const also =
    others.length === 0 ? [] : wrapped('    # or ', others.join(', ')).map((line) => line.replace(/^ {5}/, '    #'));
  return [
    `  - id: ${idOf(index)}`,
    `    model: ${first}`,
    ...also,
    `    connection: "${connectionUrl(found.connection)}"`,
    `    unit: ${found.unitId}`,
    ...(phasesOf(found) === 1 ? ['    phase: L1   # where it is connected; limitA above has the same place'] : []),
  ];
}

const UNKNOWN = 'a device of no known model; see: evenkeel meter models';

function deviceLines({ unitId, fits, isTried }: Found): readonly string[] {
  const head = `${MARGIN}unit ${String(unitId).padStart(3)}  `;
  if (fits.length === 0) return wrapped(head, isTried ? UNKNOWN : 'a device; it ended before it was recognised');
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
export function foundJson({ connection, unitId, fits, isTried }: Found): Readonly<Record<string, unknown>> {
  return {
    connection: connectionUrl(connection),
    unit: unitId,
    tried: isTried,
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
