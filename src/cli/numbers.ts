/** What the numbers on the command line may be: yargs takes anything, and hands out NaN for what is none. */

interface Range {
  readonly low: number;
  readonly high: number;
  readonly what: string;
}

const whole = (low: number, high: number): Range => ({ low, high, what: 'a whole number' });
const number = (low: number, high: number): Range => ({ low, high, what: 'a number' });

/** Every option that is a number; a test holds this to the help texts. */
export const NUMBERS: Readonly<Record<string, Range>> = {
  began: whole(0, Number.MAX_SAFE_INTEGER),
  'charge-points': whole(1, 200),
  count: whole(1, 1000),
  exception: whole(1, 255),
  factor: number(0.001, 100_000),
  hours: number(0.001, 10_000),
  late: whole(0, 60_000),
  'load-factor': number(0, 1000),
  'max-a': number(6, 500),
  'network-id': whole(0, 65_535),
  noise: number(0, 1000),
  of: whole(1, 1000),
  port: whole(1, 65_535),
  'pv-factor': number(0, 1000),
  seconds: number(0.1, 86_400),
  seed: whole(0, 0xffffffff),
  timeout: whole(1, 86_400),
  unit: whole(0, 255),
};

/** The first number that is none, or out of its range, as a message; `undefined` when all are good. */
export function numberFinding(values: Readonly<Record<string, unknown>>, args: readonly string[]): string | undefined {
  for (const [name, { low, high, what }] of Object.entries(NUMBERS)) {
    const value = values[name];
    if (typeof value !== 'number' || isGood(value, { low, high, what })) continue;
    return `--${name}: expected ${what}, ${low} to ${high}, got "${asWritten(name, args) ?? value}"`;
  }
  return undefined;
}

function isGood(value: number, { low, high, what }: Range): boolean {
  return value >= low && value <= high && (what === 'a number' || Number.isInteger(value));
}

function asWritten(name: string, args: readonly string[]): string | undefined {
  const at = args.findLastIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  return args[at]?.includes('=') ? args[at]?.slice(`--${name}=`.length) : args[at + 1];
}
