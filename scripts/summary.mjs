/**
 * Reads the TAP stream of the whole run from stdin: shows each entry file as it ends, failures with their details and
 * comments (seeds), skipped tests and the coverage. Writes tap's own count of assertions to the file named as argument.
 * Exit code 1: a failure, a run that broke off, no test at all, or too little coverage.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Parser } from 'tap-parser';

const LINES_FLOOR_PERCENT = 85;
const COVERAGE = '.tap/report/coverage-summary.json';
/** tap's own count, at the end of the stream: "# { total: 11, pass: 4, fail: 4, todo: 1, skip: 2 }". */
const COUNTS = /^# \{ total: .*\}$/;

/** A test that was repeated says so, whatever became of it. */
const REPEATED = /this machine was late by \d+ ms: /;

const skipped = [];
let counts;
let failed = false;

function print(text) {
  process.stdout.write(`${text}\n`);
}

function problem(text) {
  failed = true;
  print(text);
}

function indented(text) {
  return `    ${String(text).trimEnd().replaceAll('\n', '\n    ')}`;
}

function showFailure(result) {
  problem(`  not ok: ${result.fullname}`);
  const { at, diff, source, stack, ...others } = result.diag ?? {};
  if (at) print(indented(`at ${at.fileName}:${at.lineNumber}:${at.columnNumber}`));
  for (const text of [diff, source, stack]) if (text) print(indented(text));
  for (const [key, value] of Object.entries(others)) print(indented(`${key}: ${JSON.stringify(value)}`));
}

function noteSkipped({ fullname, skip, todo }) {
  const reason = skip || todo;
  if (reason === 'no tests found') problem(`  not ok: ${fullname} has no tests`);
  skipped.push(reason === true ? fullname : `${fullname} (${reason})`);
}

/** Follows one test and those inside it; the count of failures says whether a file failed without a failed test. */
function follow(parser, entry) {
  const comments = [];
  parser.on('comment', (comment) => {
    comments.push(comment.trim());
    if (REPEATED.test(comment)) print(indented(comment));
  });
  parser.on('assert', (result) => {
    if (result.skip || result.todo) noteSkipped(result);
    else if (!result.ok && !result.closingTestPoint) {
      entry.failures += 1;
      showFailure(result);
    }
  });
  parser.on('child', (child) => follow(child, entry));
  parser.on('complete', (results) => {
    const told = comments.filter((comment) => !/^# (?:Subtest:|time=)/.test(comment));
    if (!results.ok && told.length > 0) print(indented(told.join('\n')));
  });
}

function readRun(done) {
  const main = new Parser(done);
  let entry = { failures: 0 };
  main.on('child', (child) => {
    entry = { failures: 0 };
    follow(child, entry);
  });
  main.on('assert', (result) => {
    if (!result.ok && entry.failures === 0) showFailure(result);
    if (result.skip) noteSkipped(result);
    const file = result.name.replace(/^build\/(.*)\.js$/, '$1.ts');
    print(`${result.ok ? 'pass' : 'FAIL'} ${file} ${Math.round(result.time ?? 0)} ms`);
  });
  main.on('comment', (comment) => {
    if (COUNTS.test(comment.trim())) counts = comment;
  });
  main.on('extra', (text) => {
    if (!text.startsWith('json-summary report')) print(indented(text));
  });
  main.on('bailout', (reason) => problem(`bail out: ${reason}`));
  process.stdin.pipe(main);
}

/** Lines of each source file that has code: those that no test loaded count as not covered. */
function coverageOfSources() {
  const report = existsSync(COVERAGE) ? JSON.parse(readFileSync(COVERAGE, 'utf8')) : {};
  return readdirSync('build/src', { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => `build/src/${name}`)
    .filter((emitted) => /^(?!export \{\};|\/\/# |\/\*\*? | \*)./m.test(readFileSync(emitted, 'utf8')))
    .map((emitted) => emitted.replace(/^build\/(.*)\.js$/, '$1.ts'))
    .map((path) => {
      const lines = report[resolve(path)]?.lines;
      const total = lines?.total ?? readFileSync(path, 'utf8').split('\n').length - 1;
      return { path, total, covered: lines?.covered ?? 0 };
    });
}

function percent({ covered, total }) {
  return total === 0 ? 0 : (100 * covered) / total;
}

function showCoverage() {
  const files = coverageOfSources();
  const sum = { covered: 0, total: 0 };
  for (const file of files) {
    sum.covered += file.covered;
    sum.total += file.total;
    if (percent(file) < LINES_FLOOR_PERCENT) print(`  ${percent(file).toFixed(0).padStart(3)} % ${file.path}`);
  }
  const text = `coverage: ${percent(sum).toFixed(1)} % of ${sum.total} lines in src, floor ${LINES_FLOOR_PERCENT} %`;
  if (percent(sum) < LINES_FLOOR_PERCENT) problem(`${text}: TOO LOW`);
  else print(text);
}

function count(name) {
  return Number(new RegExp(`\\b${name}: (\\d+)`).exec(counts)?.[1] ?? 0);
}

readRun(() => {
  if (counts === undefined) problem('the test run broke off');
  else if (count('pass') + count('fail') === 0) problem('no test ran');
  else {
    showCoverage();
    const left = count('skip') + count('todo');
    for (const name of skipped) print(`skipped: ${name}`);
    if (count('fail') > 0) failed = true;
    const line = `${count('pass')} passed, ${count('fail')} failed${left > 0 ? `, ${left} skipped` : ''}`;
    writeFileSync(process.argv[2], `${line}\n`);
  }
  process.exitCode = failed ? 1 : 0;
});
