/** Exit codes after sysexits.h; part of the contract with scripts and systemd. */
export const EXIT = {
  ok: 0,
  usage: 64,
  data: 65,
  unavailable: 69,
  internal: 70,
  system: 71,
  permission: 77,
  config: 78,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function isExitCode(value: unknown): value is ExitCode {
  return Object.values(EXIT).some((code) => code === value);
}

/** An expected end with a message for people: no stack trace. */
export class ExitError extends Error {
  override readonly name = 'ExitError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
