/**
 * The programs of libgpiod: how they are called, and what they print. Their options differ between version 1 (Debian 12 and
 * before) and 2: `gpiomon --line-buffered --format=%e CHIP LINE` there, `gpiomon --format=%e --chip CHIP LINE` here. With %e
 * a rising edge is "1" in both, a falling one is "0" in version 1 and "2" in version 2 (tools/gpiomon.c, gpiod_edge_event).
 */
import { execFile } from 'node:child_process';
import { harmless } from '../base/harmless.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';

/** They answer within milliseconds. */
const ANSWER_MAX_MS: Ms = 2_000;
const ANSWER_MAX_BYTES = 4_096;
const QUOTE_MAX = 120;

export interface GpioPlace {
  readonly chip: string;
  /** The number (offset) of the line on the chip. */
  readonly line: number;
}

export type GpioLevel = 'high' | 'low';

/** What a program printed, or why it could not, in words. */
function answerOf(program: string, args: readonly string[]): Promise<Result<string>> {
  const options = { timeout: ANSWER_MAX_MS, killSignal: 'SIGKILL', maxBuffer: ANSWER_MAX_BYTES } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) resolve(ok(stdout));
      else if (error.killed) resolve(fail(`${program} did not answer within ${ANSWER_MAX_MS} ms`));
      else resolve(fail(failureText(program, error, stderr)));
    });
  });
}

export function failureText(program: string, error: unknown, stderr: string): string {
  const { code } = error as { readonly code?: unknown };
  if (code === 'ENOENT') return `the program ${program} is missing; install libgpiod's tools (Debian: gpiod)`;
  const said = harmless(stderr.trim().split('\n')[0] ?? '').slice(0, QUOTE_MAX);
  return said === '' ? `${program} failed (${String(code)})` : said;
}

/** The major version of the installed tools. */
export async function gpioVersion(): Promise<Result<number>> {
  const answer = await answerOf('gpiomon', ['--version']);
  if (!answer.ok) return answer;
  const [, major] = /\bv(\d{1,3})\./.exec(answer.value) ?? [];
  return major === undefined ? fail('gpiomon does not say its version') : ok(Number(major));
}

/** The level now. Not while `gpiomon` watches the line: a line has one user. */
export async function gpioLevel({ chip, line }: GpioPlace, version: number): Promise<Result<GpioLevel>> {
  const args = version < 2 ? [chip, String(line)] : ['--numeric', '--chip', chip, String(line)];
  const answer = await answerOf('gpioget', args);
  if (!answer.ok) return answer;
  const word = answer.value.trim();
  if (word === '1') return ok('high');
  if (word === '0') return ok('low');
  return fail(`gpioget: expected 0 or 1, got ${JSON.stringify(harmless(word.slice(0, QUOTE_MAX)))}`);
}

export function monitorArgs({ chip, line }: GpioPlace, version: number): readonly string[] {
  return version < 2
    ? ['--line-buffered', '--format=%e', chip, String(line)]
    : ['--format=%e', '--chip', chip, String(line)];
}

/** The level after an edge that gpiomon printed with `%e`; `undefined`: that is none. */
export function levelAfter(edge: string): GpioLevel | undefined {
  if (edge === '1') return 'high';
  return edge === '0' || edge === '2' ? 'low' : undefined;
}
