/** The recorded days beside the project, where they are; tests go on without them. */
import { existsSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../../../shared/data/', import.meta.url);

/** The text of a file; `undefined`, and a comment in the test's output, where it is not there. */
export function recorded(t: { comment(text: string): void }, file: string): string | undefined {
  const url = new URL(file, FOLDER);
  if (existsSync(url)) return readFileSync(url, 'utf8');
  t.comment(`${file} is not beside the project: generated data alone are tested`);
  return undefined;
}

/** The value of a successful parse; throws the error otherwise. */
export function parsed<T>(result: { ok: true; value: T } | { ok: false; error: string }): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The share of values below a bound. */
export function shareBelow(values: readonly number[], bound: number): number {
  return values.filter((value) => value < bound).length / values.length;
}
