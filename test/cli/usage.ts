/** The command line itself: help, versions, and what people are told when they mistype. */
import t from 'tap';
import { nearest } from '../../src/base/nearest.js';
import { createParser } from '../../src/cli/parser.js';
import { NUMBERS } from '../../src/cli/numbers.js';
import { usageText, wordsOf } from '../../src/cli/usage.js';
import { version } from '../../src/daemon/identity.js';
import { output } from '../helpers/daemon-process.js';
import { refusal } from './refusal.js';
import { aside } from './world.js';

const ignore = (): void => undefined;
const helpOf = (path: readonly string[]): Promise<string> => createParser(path, ignore).getHelp();

/** Every command with the words that lead to it: [], ["run"], ["simulate", "meter"]. */
async function commandPaths(path: readonly string[] = []): Promise<readonly (readonly string[])[]> {
  const { commands } = wordsOf(await helpOf(path));
  const below = await Promise.all(commands.map((command) => commandPaths([...path, command])));
  return [path, ...below.flat()];
}

/** What is complained of. */
async function complaint(...args: string[]): Promise<string> {
  return (await refusal(...args)).stderr.trimEnd();
}

aside('--help and --version of every command', async (t) => {
  const paths = await commandPaths();
  const helps = await Promise.all(paths.map(helpOf));
  const names = paths.map((path) => path.join(' '));
  for (const name of [
    '',
    'run',
    'slave',
    'check',
    'status',
    'explain',
    'slaves',
    'slaves list',
    'slaves adopt',
    'slaves forget',
    'slaves clear',
    'meter',
    'meter read',
    'meter scan',
    'meter models',
    'allocate',
    'simulate',
    'simulate meter',
    'simulate slaves',
    'simulate site',
    'demo',
  ]) {
    t.ok(names.includes(name), `there is "evenkeel ${name}"`);
  }
  for (const [index, help] of helps.entries()) {
    t.match(help, /^Examples:\n {2}evenkeel /m, `${names[index]}: examples`);
    const tooWide = help.split('\n').filter((line) => line.length > 80);
    t.same(tooWide, [], `${names[index]}: 80 columns`);
  }
  for (const path of [[], ['run'], ['simulate', 'slaves']]) {
    t.match(
      await output([...path, '--help']),
      { code: 0, stdout: `${await helpOf(path)}\n`, stderr: '' },
      path.join(' '),
    );
    t.match(await output([...path, '--version']), { code: 0, stdout: `${version()}\n`, stderr: '' }, path.join(' '));
  }
});

t.test('every mistyped option and command is put right, by a word that is known there', async (t) => {
  for (const path of await commandPaths()) {
    const { commands, options } = wordsOf(await helpOf(path));
    t.ok(options.includes('help') && options.includes('version'), path.join(' '));
    for (const option of options) t.equal(nearest(`${option}x`, options), option);
    // The whole text once for each command: each takes as long as a few helps.
    const [option] = options;
    const text = `evenkeel: expected a known option, got "--${option}x"; did you mean "--${option}"?`;
    t.equal(await usageText(`Unknown argument: ${option}x`, [...path, `--${option}x`]), text);
    for (const command of commands) {
      const text = `evenkeel: expected a known command, got "${command}x"; did you mean "${command}"?`;
      t.equal(await complaint(...path, `${command}x`), text);
    }
  }
});

t.test('what people are told', async (t) => {
  const ROWS: readonly (readonly [string, string])[] = [
    ['', 'evenkeel: expected a command, got none; see: evenkeel --help'],
    ['frobnicate', 'evenkeel: expected a known command, got "frobnicate"; see: evenkeel --help'],
    ['meter', 'evenkeel: expected read, scan or models, got none; see: evenkeel meter --help'],
    ['meter reed grid', 'evenkeel: expected a known command, got "reed"; did you mean "read"?'],
    ['meter read', 'evenkeel: expected NAME, got nothing; see: evenkeel meter read --help'],
    ['meter scan tcp://a --timeout 0', '--timeout: expected a whole number, 1 to 86400, got "0"'],
    ['rnu', 'evenkeel: expected a known command, got "rnu"; did you mean "run"?'],
    ['run now', 'evenkeel: expected options only, got "now"; see: evenkeel run --help'],
    ['allocate a b', 'evenkeel: expected at most one FILE, got "b" as well; see: evenkeel allocate --help'],
    ['simulate', 'evenkeel: expected "meter", "slaves" or "site", got nothing; see: evenkeel simulate --help'],
    ['simulate slave', 'evenkeel: expected a known command, got "slave"; did you mean "slaves"?'],
    ['check --jsn', 'evenkeel: expected a known option, got "--jsn"; did you mean "--json"?'],
    ['check -json', 'evenkeel: expected a known option, got "-json"; did you mean "--json"?'],
    ['check --confg=x', 'evenkeel: expected a known option, got "--confg"; did you mean "--config"?'],
    ['check -x', 'evenkeel: expected a known option, got "-x"; see: evenkeel check --help'],
    ['check --no-wire', 'evenkeel: expected a known option, got "--no-wire"; see: evenkeel check --help'],
    ['check --wire x', 'evenkeel: expected a known option, got "--wire"; see: evenkeel check --help'],
    ['check -c', 'evenkeel: -c: expected a value, got nothing'],
    ['run --state-dir', 'evenkeel: --state-dir: expected a value, got nothing'],
    ['simulate slaves --phases 4', 'evenkeel: --phases: expected one of 1, 2, 3, got 4'],
    ['simulate slaves --count x', '--count: expected a whole number, 1 to 1000, got "x"'],
    ['simulate slaves --count=1.5', '--count: expected a whole number, 1 to 1000, got "1.5"'],
    ['simulate slaves --count 3 --count 0', '--count: expected a whole number, 1 to 1000, got "0"'],
    ['simulate slaves --port 70000', '--port: expected a whole number, 1 to 65535, got "70000"'],
    ['simulate site --seed 1.5', '--seed: expected a whole number, 0 to 4294967295, got "1.5"'],
    ['simulate site --hours 0', '--hours: expected a number, 0.001 to 10000, got "0"'],
    ['simulate site --hours x', '--hours: expected a number, 0.001 to 10000, got "x"'],
    ['simulate site --charge-points 201', '--charge-points: expected a whole number, 1 to 200, got "201"'],
    ['simulate meter --factor 0', '--factor: expected a number, 0.001 to 100000, got "0"'],
  ];
  for (const [line, text] of ROWS) t.equal(await complaint(...line.split(' ').filter(Boolean)), text, line);
});

t.test('every number on the command line has its range', async (t) => {
  const helps = await Promise.all((await commandPaths()).map(helpOf));
  // The description of an option may run over several lines; its type ends it.
  const isNumber = /^ {2}(?:-\w, | {4})--([a-z-]+)(?:(?!\n {2}(?:-\w, | {4})--)[\s\S])*?\[number\]/gm;
  const numbers = helps.flatMap((help) => [...help.matchAll(isNumber)].map((match) => match[1] ?? ''));
  t.same([...new Set(numbers)].sort(), Object.keys(NUMBERS).sort());
  t.end();
});

aside('usage errors end with 64, on stderr, in English whatever the locale', async (t) => {
  const german = { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' };
  const [unknown, number] = await Promise.all([
    output(['check', '--jsn'], { env: german }),
    output(['simulate', 'slaves', '--max-a', '3']),
  ]);
  const text = 'evenkeel: expected a known option, got "--jsn"; did you mean "--json"?\n';
  t.match(unknown, { code: 64, stdout: '', stderr: text });
  t.match(number, { code: 64, stdout: '', stderr: '--max-a: expected a number, 6 to 500, got "3"\n' });
});
