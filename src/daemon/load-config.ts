/** Reads a configuration file; what is wrong with it comes as one message with all findings, for exit code 78. */
import { readFileSync } from 'node:fs';
import { explainIssue } from '../config/explain.js';
import { parseConfig } from '../config/parse.js';
import type { Config } from '../config/types.js';
import { METER_MODELS } from '../meters/models/index.js';
import { EXIT, ExitError } from './exit-codes.js';

export const DEFAULT_CONFIG_FILE = '/etc/evenkeel/evenkeel.yaml';

const FOUND_INSTEAD: Readonly<Record<string, string>> = {
  ENOENT: 'nothing',
  ENOTDIR: 'nothing',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
};

/** Throws an `ExitError`. */
export function loadConfig(file: string): Config {
  const parsed = parseConfig(readText(file), { meterModels: METER_MODELS.map(({ id }) => id) });
  if (parsed.ok) return parsed.value;
  throw new ExitError(EXIT.config, parsed.error.map((issue) => explainIssue(file, issue)).join('\n'));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const found = FOUND_INSTEAD[code];
    const got = found === undefined ? code : `${found} (${code})`;
    throw new ExitError(EXIT.config, `${file}: expected a readable configuration file, got ${got}`);
  }
}
