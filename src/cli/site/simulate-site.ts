/** `evenkeel simulate site`: a scenario of a file, or one drawn from a seed, in virtual time with all judges looking on. */
import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorText } from '../../base/error-text.js';
import { fail, ok, type Result } from '../../base/result.js';
import { explainIssue } from '../../config/explain.js';
import { EXIT, ExitError } from '../../daemon/exit-codes.js';
import { foundInstead, readText } from '../../daemon/unreadable.js';
import { METER_MODELS } from '../../meters/models/index.js';
import { drawScenario } from '../../sim/world/draw.js';
import { INJECTORS } from '../../sim/world/faults/index.js';
import { play } from '../../sim/world/play.js';
import type { RunLog } from '../../sim/world/run-log.js';
import { parseScenario } from '../../sim/world/scenario-file.js';
import type { Scenario } from '../../sim/world/scenario.js';
import { complain, print, printJson } from '../output.js';
import { runProgress } from './progress.js';
import { virtualPorts } from './ports.js';
import { verdictText } from './verdict.js';

const MS_PER_HOUR = 3_600_000;
/** A longer run is shown in longer steps. */
const SAMPLES_MAX = 90_000;
const SAMPLE_MS = 1_000;

export interface SimulatedSite {
  readonly scenario: string | undefined;
  readonly seed: number;
  /** Absent: as the scenario says, or one. */
  readonly hours: number | undefined;
  readonly chargePoints: number | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
}

export async function simulateSite(options: SimulatedSite): Promise<number> {
  const scenario = scenarioOf(options);
  const sampleEveryMs = Math.max(SAMPLE_MS, Math.ceil(scenario.durationMs / SAMPLES_MAX / SAMPLE_MS) * SAMPLE_MS);
  const progress = runProgress(scenario.durationMs);
  const log = await play(scenario, {
    seed: options.seed,
    ports: virtualPorts,
    replay: commandOf(options),
    onProgress: progress.tell,
    ...(options.report !== undefined && { sampleEveryMs }),
  });
  progress.end();
  if (options.json) printJson({ ...log, samples: undefined });
  else print(verdictText(log));
  if (options.report !== undefined) await writeReport(options.report, log);
  return log.violations.length > 0 ? EXIT.internal : EXIT.ok;
}

function scenarioOf({ scenario, seed, hours, chargePoints }: SimulatedSite): Scenario {
  if (scenario !== undefined) {
    const expected = 'none beside --scenario, which has its own';
    if (chargePoints !== undefined)
      throw new ExitError(EXIT.usage, `--charge-points: expected ${expected}, got ${chargePoints}`);
    const read = readScenario(scenario);
    return hours === undefined ? read : { ...read, durationMs: hours * MS_PER_HOUR };
  }
  return drawScenario({
    seed,
    durationMs: (hours ?? 1) * MS_PER_HOUR,
    ...(chargePoints !== undefined && { chargePoints }),
  });
}

function readScenario(file: string): Scenario {
  const text = textOf(file);
  if (!text.ok) throw new ExitError(EXIT.config, `${file}: expected a scenario file, got ${text.error}`);
  const parsed = parseScenario(text.value, {
    meterModels: METER_MODELS,
    readFile: (name) => textOf(resolve(dirname(file), name)),
    faults: INJECTORS,
  });
  if (parsed.ok) return parsed.value;
  throw new ExitError(EXIT.config, parsed.error.map((issue) => explainIssue(issue.file ?? file, issue)).join('\n'));
}

function textOf(file: string): Result<string> {
  try {
    return ok(readText(file));
  } catch (error) {
    return fail(foundInstead(error));
  }
}

/** As it would be typed. */
function commandOf({ scenario, seed, hours, chargePoints }: SimulatedSite): string {
  return [
    'evenkeel simulate site',
    ...(scenario === undefined ? [] : [`--scenario ${quoted(scenario)}`]),
    `--seed ${seed}`,
    ...(hours === undefined ? [] : [`--hours ${hours}`]),
    ...(chargePoints === undefined ? [] : [`--charge-points ${chargePoints}`]),
  ].join(' ');
}

/** For a shell, where it would read more than a word. */
function quoted(file: string): string {
  return /^[\w./@:+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

async function writeReport(file: string, log: RunLog): Promise<void> {
  const { reportHtml } = await import('../../cli/report/report.js');
  try {
    writeFileSync(file, reportHtml(log));
  } catch (error) {
    const got = errorText(error);
    throw new ExitError(EXIT.system, `--report: expected a file that can be written, got ${got}`);
  }
  complain(`report written to ${file}`);
}
