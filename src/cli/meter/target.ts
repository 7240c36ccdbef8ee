/** What `evenkeel meter scan` is told: where to look, and which unit ids to ask. */
import { parseEndpoint } from '../../config/endpoint.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import type { MeterModel } from '../../meters/model.js';

export type Parity = 'none' | 'even' | 'odd';

export type Line =
  | { readonly kind: 'tcp' | 'rtu+tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'rtu';
      readonly path: string;
      readonly baud: number;
      readonly parity: Parity;
      readonly stopBits: 1 | 2;
    };

/** One line as it is set, and the unit ids that are asked on it, in this order. */
export interface Round {
  readonly line: Line;
  readonly unitIds: readonly number[];
}

export interface ScanTarget {
  readonly target: string;
  readonly units?: string | undefined;
  readonly baud?: number | undefined;
  readonly parity?: Parity | undefined;
  readonly stopBits?: 1 | 2 | undefined;
}

const MODBUS_PORT = 502;
const TCP_UNIT_MAX = 255;
/** Modbus over serial line V1.02, 2.2. */
const RTU_UNIT_MAX = 247;
/** What installers count up from, asked on a line whose settings are not known. */
const FEW = 5;
const USUAL = { baud: 9600, parity: 'none', stopBits: 1 } as const;

const EXPECTED = 'tcp://HOST, tcp://HOST:PORT, rtu+tcp://HOST:PORT, rtu:/dev/... or /dev/...';

/** In the order of asking. Throws an `ExitError`. */
export function roundsOf(asked: ScanTarget, models: readonly MeterModel[]): readonly Round[] {
  const [, scheme, rest = ''] = /^(tcp|rtu\+tcp):\/\/(.*)$/.exec(asked.target) ?? [];
  if (scheme === 'tcp' || scheme === 'rtu+tcp') return [networkRound(asked, scheme, rest, models)];
  const path = /^(?:rtu:)?(\/[^?]+)(?:\?(.*))?$/.exec(asked.target);
  if (!path?.[1]) throw new ExitError(EXIT.usage, `expected ${EXPECTED}, got "${asked.target}"`);
  return serialRounds({ ...settingsIn(path[2] ?? ''), ...defined(asked) }, path[1], models);
}

function networkRound(asked: ScanTarget, kind: 'tcp' | 'rtu+tcp', rest: string, models: readonly MeterModel[]): Round {
  const endpoint = parseEndpoint(rest, MODBUS_PORT);
  if (!endpoint) throw new ExitError(EXIT.usage, `expected ${EXPECTED}, got "${asked.target}"`);
  const transport = kind === 'tcp' ? 'tcp' : 'rtu';
  const highest = kind === 'tcp' ? TCP_UNIT_MAX : RTU_UNIT_MAX;
  const wanted = asked.units === undefined ? allUnits(factoryUnits(models, transport)) : unitsOf(asked.units, highest);
  return { line: { kind, ...endpoint }, unitIds: factoryFirst(wanted, models) };
}

/** With nothing said about the line, each setting that a known model has from the factory is tried with few unit ids. */
function serialRounds(asked: ScanTarget, path: string, models: readonly MeterModel[]): readonly Round[] {
  const isSet = asked.baud !== undefined || asked.parity !== undefined || asked.stopBits !== undefined;
  const { baud = USUAL.baud, parity = USUAL.parity, stopBits = USUAL.stopBits } = asked;
  const unitIds = asked.units === undefined ? undefined : factoryFirst(unitsOf(asked.units, RTU_UNIT_MAX), models);
  if (isSet) {
    const all = factoryFirst(allUnits(factoryUnits(models, 'rtu')), models);
    return [{ line: { kind: 'rtu', path, baud, parity, stopBits }, unitIds: unitIds ?? all }];
  }
  const settings = [USUAL, ...models.flatMap(({ serial }) => (serial ? [serial] : []))];
  const distinct = new Map(settings.map((each) => [`${each.baud} ${each.parity} ${each.stopBits}`, each]));
  const few = factoryFirst([...factoryUnits(models, 'rtu'), ...range(1, FEW)], models);
  return [...distinct.values()].map((each) => ({
    line: { kind: 'rtu', path, baud: each.baud, parity: each.parity, stopBits: each.stopBits },
    unitIds: unitIds ?? few,
  }));
}

function settingsIn(query: string): Partial<ScanTarget> {
  const settings = new URLSearchParams(query);
  const [baud, parity, stopBits] = ['baud', 'parity', 'stopBits'].map((name) => settings.get(name));
  return {
    ...(baud && { baud: Number(baud) }),
    ...((parity === 'none' || parity === 'even' || parity === 'odd') && { parity }),
    ...((stopBits === '1' || stopBits === '2') && { stopBits: stopBits === '1' ? 1 : 2 }),
  };
}

function defined(asked: ScanTarget): ScanTarget {
  const { target, units, baud, parity, stopBits } = asked;
  return {
    target,
    ...(units !== undefined && { units }),
    ...(baud !== undefined && { baud }),
    ...(parity !== undefined && { parity }),
    ...(stopBits !== undefined && { stopBits }),
  };
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function factoryUnits(models: readonly MeterModel[], transport: 'tcp' | 'rtu'): readonly number[] {
  return models.filter(({ connections }) => connections.includes(transport)).map(({ unitId }) => unitId);
}

function allUnits(factory: readonly number[]): readonly number[] {
  return [...factory, ...range(1, RTU_UNIT_MAX)];
}

/** Each once; those that meters have from the factory before the others. */
function factoryFirst(wanted: readonly number[], models: readonly MeterModel[]): readonly number[] {
  const factory = new Set(models.map(({ unitId }) => unitId));
  const distinct = [...new Set(wanted)].sort((a, b) => a - b);
  return [...distinct.filter((unit) => factory.has(unit)), ...distinct.filter((unit) => !factory.has(unit))];
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
export function lineText(line: Line): string {
  if (line.kind === 'rtu') return `rtu:${line.path}?baud=${line.baud}&parity=${line.parity}&stopBits=${line.stopBits}`;
  return `${line.kind}://${line.host.includes(':') ? `[${line.host}]` : line.host}:${line.port}`;
}
