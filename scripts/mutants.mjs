/**
 * Plays every mutant of test/mutants against the test that must kill it, and prints what became of them. An argument
 * plays only those whose rule or name has it in it. Exit code 1: one survived, or could not be played.
 */
import { cpus } from 'node:os';
import { killersOf, MUTANTS } from '../build/test/mutants/list.js';
import { play } from '../build/test/mutants/run.js';

const [, , wanted = ''] = process.argv;
const chosen = MUTANTS.filter(({ rule, name }) => rule === wanted || name.includes(wanted));
const tasks = chosen.flatMap((mutant) => killersOf(mutant).map((killer) => ({ mutant, killer })));
const rows = [];
const total = tasks.length;
async function work() {
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    const fate = await play(task.mutant, task.killer);
    rows.push({ ...task, fate });
    const { rule, name } = task.mutant;
    const seconds = fate.seconds.toFixed(1).padStart(6);
    const count = `${rows.length}/${total}`.padStart(7);
    process.stdout.write(
      `${count} ${rule.padEnd(3)} ${name.padEnd(30)} ${fate.end.padEnd(8)} ${seconds} s  ${fate.by}\n`,
    );
  }
}

await Promise.all(cpus().map(work));
const failed = rows.filter(({ fate }) => fate.end !== 'killed');
const left = new Set(failed.map(({ mutant }) => mutant.name));
process.stdout.write(`${chosen.length - left.size} of ${chosen.length} mutants killed\n`);
for (const { mutant, killer, fate } of failed) process.stdout.write(`${fate.end}: ${mutant.name} (${killer})\n`);
process.exitCode = failed.length > 0 || chosen.length === 0 ? 1 : 0;
