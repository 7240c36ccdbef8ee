/** Reads a configuration file; what is wrong with it comes as one message with all findings, for exit code 78. */
import { explainIssue } from '../config/explain.js';
import { parseConfig, parseUnsafe } from '../config/parse.js';
import type { Config } from '../config/types.js';
import { METER_MODELS } from '../meters/models/index.js';
import { EXIT, ExitError } from './exit-codes.js';
import { foundInstead, readText } from './unreadable.js';

const OPTIONS = { meterModels: METER_MODELS };

/** Throws an `ExitError`. */
export function loadConfig(file: string): Config {
  const { config, findings } = checkConfig(file);
  if (config && findings === undefined) return config;
  throw new ExitError(EXIT.config, findings ?? '');
}

export interface CheckedConfig {
  /** Also where nothing but the sums of disconnected limits is wrong: then there is a table to look at. */
  readonly config: Config | undefined;
  /** A line for each; absent for a good file. */
  readonly findings?: string;
}

/** Throws an `ExitError` where the file cannot be read. */
export function checkConfig(file: string): CheckedConfig {
  const text = textOf(file);
  const parsed = parseConfig(text, OPTIONS);
  if (parsed.ok) return { config: parsed.value };
  const findings = parsed.error.map((issue) => explainIssue(file, issue)).join('\n');
  return { config: parseUnsafe(text, OPTIONS), findings };
}

function textOf(file: string): string {
  try {
    return readText(file);
  } catch (error) {
    throw new ExitError(EXIT.config, `${file}: expected a readable configuration file, got ${foundInstead(error)}`);
  }
}
