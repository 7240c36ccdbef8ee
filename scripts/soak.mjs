/**
 * 10,000 simulated hours on all cores: one drawn site after another, an hour each, judged at every moment. EVENKEEL_HOURS says how many,
 * EVENKEEL_SEED with which seed it begins. Prints how far it is, each violation with the command that plays it again, and at
 * the end what was played. Exit code 1: a violation.
 */
import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';

const HOURS = Number(process.env.EVENKEEL_HOURS ?? 10_000);
const FIRST_SEED = Number(process.env.EVENKEEL_SEED ?? 1);
const PROGRESS_MS = process.stdout.isTTY ? 2_000 : 30_000;
const MS_PER_HOUR = 3_600_000;

const startedMs = performance.now();
const total = { hours: 0, violated: 0, faults: new Map(), recoveries: new Map(), counts: {}, energyKwh: 0 };
const worst = {
  margin: 1,
  marginSeed: 0,
  overMs: 0,
  overSeed: 0,
  unfair: 0,
  unfairSeed: 0,
  flapping: 0,
  flappingSeed: 0,
  starts: 0,
  startsSeed: 0,
};
let nextSeed = FIRST_SEED;

function print(text) {
  process.stdout.write(`${text}\n`);
}

function progress() {
  const seconds = (performance.now() - startedMs) / 1000;
  const speed = (total.hours * 3600) / seconds;
  const left = speed > 0 ? ((HOURS - total.hours) * 3600) / speed / 60 : Number.NaN;
  const text = `${total.hours} of ${HOURS} h, ${total.violated} runs with violations, ${speed.toFixed(0)} x real time, ${left.toFixed(0)} min left`;
  if (process.stdout.isTTY) process.stdout.write(`\r${text}  `);
  else print(text);
}

function take({ seed, log }) {
  total.hours += 1;
  total.energyKwh += log.measures.energyKwh;
  for (const [what, count] of Object.entries(log.counts)) total.counts[what] = (total.counts[what] ?? 0) + count;
  for (const { fault, recoveryMs } of log.faults) {
    total.faults.set(fault, (total.faults.get(fault) ?? 0) + 1);
    if (recoveryMs !== null) total.recoveries.set(fault, [...(total.recoveries.get(fault) ?? []), recoveryMs]);
  }
  for (const { margin, longestOverMs } of log.measures.breakers) {
    if (margin < worst.margin) Object.assign(worst, { margin, marginSeed: seed });
    if (longestOverMs > worst.overMs) Object.assign(worst, { overMs: longestOverMs, overSeed: seed });
  }
  const { unfairnessShare, mostFlapping, mostStarts } = log.measures;
  if ((unfairnessShare ?? 0) > worst.unfair) Object.assign(worst, { unfair: unfairnessShare, unfairSeed: seed });
  if (mostFlapping > worst.flapping) Object.assign(worst, { flapping: mostFlapping, flappingSeed: seed });
  if (mostStarts > worst.starts) Object.assign(worst, { starts: mostStarts, startsSeed: seed });
  if (log.violations.length === 0) return;
  total.violated += 1;
  const [{ atMs, judge, text }] = log.violations;
  print(
    `\n${log.replay}\n  ${log.violations.length} violations, the first at ${(atMs / 1000).toFixed(1)} s, ${judge}: ${text}`,
  );
}

function seedAgain(worker) {
  if (nextSeed >= FIRST_SEED + HOURS) worker.postMessage(undefined);
  else worker.postMessage(nextSeed++);
}

function work() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('soak-worker.mjs', import.meta.url));
    worker.on('message', (played) => {
      take(played);
      seedAgain(worker);
    });
    worker.on('error', reject);
    worker.on('exit', resolve);
    seedAgain(worker);
  });
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function summary() {
  print('');
  print('fault                      times    well again after (median, longest)');
  for (const [name, count] of [...total.faults].sort()) {
    const known = (total.recoveries.get(name) ?? []).sort((a, b) => a - b);
    const times =
      known.length > 0 ? `${seconds(known[known.length >> 1])}, ${seconds(known.at(-1))}` : 'other faults went on';
    print(`${name.padEnd(24)}${String(count).padStart(8)}    ${times}`);
  }
  print('');
  print(
    `breakers: least margin ${(100 * worst.margin).toFixed(1)} % (seed ${worst.marginSeed}), longest overload ${seconds(worst.overMs)} (seed ${worst.overSeed})`,
  );
  print(`equal vehicles: at most ${(100 * worst.unfair).toFixed(2)} % apart (seed ${worst.unfairSeed})`);
  print(
    `limits: at most ${(100 * worst.flapping).toFixed(0)} % of the changes that one charge point may have (seed ${worst.flappingSeed})`,
  );
  print(`starts: at most ${worst.starts} of one vehicle within an hour (seed ${worst.startsSeed})`);
  print(
    `${(total.energyKwh / 1000).toFixed(1)} MWh; ${Object.entries(total.counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
  );
  const realS = (performance.now() - startedMs) / 1000;
  print(
    `seeds ${FIRST_SEED} to ${FIRST_SEED + HOURS - 1}, ${(realS / 60).toFixed(1)} min, ${((total.hours * MS_PER_HOUR) / realS / 1000).toFixed(0)} x real time on ${cpus().length} cores`,
  );
  print(`${total.hours - total.violated} passed, ${total.violated} failed`);
}

const timer = setInterval(progress, PROGRESS_MS);
await Promise.all(cpus().map(work));
clearInterval(timer);
summary();
process.exitCode = total.violated > 0 ? 1 : 0;
