/** What people are told of a command line that was refused: where, what was expected, what was found, what is near. */
import { guessText, nearest } from '../base/nearest.js';
import { createParser } from './parser.js';

interface Words {
  readonly commands: readonly string[];
  readonly options: readonly string[];
  /** What else it takes: "FILE". */
  readonly takes: string | undefined;
}

/** `message` is the one of yargs. */
export async function usageText(message: string, args: readonly string[]): Promise<string> {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message)?.[1]?.split(', ')[0];
  if (unknown !== undefined) return `evenkeel: ${await unknownText(unknown, args)}`;
  const valueless = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (valueless !== undefined) return `evenkeel: ${dashed(valueless)}: expected a value, got nothing`;
  const [, name, given, choices] = /Argument: (.+), Given: (.+), Choices: (.+)$/m.exec(message) ?? [];
  if (name !== undefined) return `evenkeel: ${dashed(name)}: expected one of ${choices}, got ${given}`;
  const lacksWord = /^Not enough non-option arguments/.test(message);
  return `evenkeel: ${lacksWord ? await lackText(args) : message}`;
}

async function lackText(args: readonly string[]): Promise<string> {
  const path = await commandPath(args);
  const { takes } = await wordsAfter(path);
  return `expected ${takes}, got nothing; see: ${['evenkeel', ...path, '--help'].join(' ')}`;
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

async function unknownText(unknown: string, args: readonly string[]): Promise<string> {
  const path = await commandPath(args);
  const { commands, options, takes } = await wordsAfter(path);
  const help = `see: ${['evenkeel', ...path, '--help'].join(' ')}`;
  const option = args.find((arg) => isWrittenAs(arg, unknown))?.split('=')[0];
  if (option !== undefined) {
    const near = nearest(option.replace(/^-+/, ''), options);
    return `expected a known option, got "${option}"${guessText(near && `--${near}`, help)}`;
  }
  if (takes !== undefined) return `expected at most one ${takes}, got "${unknown}" as well; ${help}`;
  if (commands.length === 0) return `expected options only, got "${unknown}"; ${help}`;
  const near = nearest(unknown, commands);
  return `expected a known command, got "${unknown}"${guessText(near, help)}`;
}

/** "-json" is for yargs j, s, o and n; "--no-color" is color. */
function isWrittenAs(arg: string, unknown: string): boolean {
  const name = arg.split('=')[0] ?? '';
  if (name.startsWith('--')) return name === `--${unknown}` || name === `--no-${unknown}`;
  return name.startsWith('-') && unknown.length === 1 && name.includes(unknown);
}

/** The words at the start of the line that are commands: ["simulate", "slaves"]. */
async function commandPath(args: readonly string[]): Promise<readonly string[]> {
  const path: string[] = [];
  let { commands } = await wordsAfter(path);
  for (const arg of args) {
    if (!commands.includes(arg)) continue;
    path.push(arg);
    ({ commands } = await wordsAfter(path));
  }
  return path;
}

async function wordsAfter(path: readonly string[]): Promise<Words> {
  return wordsOf(await createParser(path, () => undefined).getHelp());
}

/** The commands and long options that a help text lists, and whether it has a place for a file. */
export function wordsOf(help: string): Words {
  const section = (title: string): string => new RegExp(`^${title}:\n((?:.+\n?)*)`, 'm').exec(help)?.[1] ?? '';
  const names = (text: string, pattern: RegExp): readonly string[] =>
    [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []);
  return {
    commands: names(section('Commands'), /^ {2}evenkeel (?:[a-z]+ )*([a-z]+)(?: [[<][a-z]+[\]>])? {2}/gm),
    options: names(section('Options'), /^ {2}(?:-\w, | {4})--([a-z-]+)/gm),
    takes: /^ {2}(\w+)/.exec(section('Positionals'))?.[1]?.toUpperCase(),
  };
}
