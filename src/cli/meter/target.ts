/** What `evenkeel meter scan` is told: where to look, and which unit ids to ask. */
import { parseConnection } from '../../config/connection.js';
import type { Connection } from '../../config/types.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import type { MeterModel } from '../../meters/model.js';

/** One line as it is set, and the unit ids that are asked on it, in this order. */
export interface Round {
  readonly connection: Connection;
  readonly unitIds: readonly number[];
}

export interface ScanTarget {
  readonly target: string;
  readonly units?: string | undefined;
  readonly baud?: string | undefined;
  readonly parity?: string | undefined;
  readonly stopBits?: string | undefined;
}

const TCP_UNIT_MAX = 255;
/** Modbus over serial line V1.02, 2.2. */
const RTU_UNIT_MAX = 247;
/** What installers count up from, asked on a line whose settings are not known. */
const FEW = 5;

/** In the order of asking. Throws an `ExitError`. */
export function roundsOf(asked: ScanTarget, models: readonly MeterModel[]): readonly Round[] {
  const written = asked.target.startsWith('/') ? `rtu:${asked.target}` : asked.target;
  const options = (['baud', 'parity', 'stopBits'] as const).flatMap((name) =>
    asked[name] === undefined ? [] : [`${name}=${asked[name]}`],
  );
  const text = options.length === 0 ? written : `${written}${written.includes('?') ? '&' : '?'}${options.join('&')}`;
  const connection = parseConnection(text);
  if (!connection.ok) throw new ExitError(EXIT.usage, `target: expected ${connection.error}, got "${text}"`);
  const { kind } = connection.value;
  const transport = kind === 'tcp' ? 'tcp' : 'rtu';
  const factory = models.filter(({ connections }) => connections.includes(transport)).map(({ unitId }) => unitId);
  const wanted =
    asked.units === undefined ? undefined : unitsOf(asked.units, kind === 'tcp' ? TCP_UNIT_MAX : RTU_UNIT_MAX);
  if (kind === 'rtu' && !text.includes('?')) {
    return guessedRounds(connection.value, models, wanted ?? factoryFirst([...factory, ...range(1, FEW)], factory));
  }
  const unitIds = wanted ?? [...factory, ...range(1, RTU_UNIT_MAX)];
  return [{ connection: connection.value, unitIds: factoryFirst(unitIds, factory) }];
}

/** With nothing said about the line, each setting that a known model has from the factory is tried, with few unit ids. */
function guessedRounds(
  usual: Connection & { readonly kind: 'rtu' },
  models: readonly MeterModel[],
  unitIds: readonly number[],
): readonly Round[] {
  const settings = [usual, ...models.flatMap(({ serial }) => (serial ? [{ ...usual, ...serial }] : []))];
  const distinct = new Map(settings.map((each) => [connectionUrl(each), each]));
  return [...distinct.values()].map((connection) => ({
    connection,
    unitIds,
  }));
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Each once; those that meters have from the factory before the others. */
function factoryFirst(wanted: readonly number[], factory: readonly number[]): readonly number[] {
  const distinct = [...new Set(wanted)].sort((a, b) => a - b);
  return [...distinct.filter((unit) => factory.includes(unit)), ...distinct.filter((unit) => !factory.includes(unit))];
}

/** "1-20,33". Throws an `ExitError`. */
function unitsOf(text: string, highest: number): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [, from = '', to = from] = /^\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === '' || first > last || last > highest) {
      throw new ExitError(EXIT.usage, `--units: expected unit ids up to ${highest} such as 1-20,33, got "${text}"`);
    }
    return range(first, last);
  });
}

/** As the configuration has it. */
export function connectionUrl(connection: Connection): string {
  if (connection.kind === 'rtu') {
    const { path, baud, parity, stopBits } = connection;
    return `rtu:${path}?baud=${baud}&parity=${parity}&stopBits=${stopBits}`;
  }
  const { kind, host, port } = connection;
  return `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
