/** The text of a configuration file as a plain value, with the line and column of everything in it. */
import { type Document, Lexer, LineCounter, type Node, Parser, parseDocument, type YAMLError } from 'yaml';
import type { Places } from './facts.js';
import type { Finding, Path } from './issue.js';
import { valueAt } from './shape.js';
import { ALIASES_MAX, DEPTH_MAX, type Placed, placeOf, type Position, TOP, Tree } from './tree.js';

/** Longest file that is read, in characters; 5,000 charge points fit. */
const FILE_CHARS_MAX = 1_000_000;

export interface TextFile {
  /** `undefined` when there are findings. */
  readonly value: unknown;
  readonly findings: readonly Placed[];
  has(path: Path): boolean;
  /** Of the value, or of its key; where something is missing, of the group that lacks it. */
  position(path: Path, at?: 'key'): Position;
}

/** What the text should have been, by the yaml package's error code. */
const SYNTAX: Readonly<Record<string, readonly [expected: string, got: string]>> = {
  TAB_AS_INDENT: ['spaces as indentation', 'a tab'],
  BAD_INDENT: ['all entries of a list or group to start in the same column', 'another indentation'],
  BLOCK_AS_IMPLICIT_KEY: ['one "key: value" on a line', 'a second ":" or a "-" (quotes make it a text)'],
  MULTILINE_IMPLICIT_KEY: ['one "key: value" on a line', 'a key without ":" (or over several lines)'],
  MULTIPLE_DOCS: ['one YAML document', 'a second one'],
  NON_STRING_KEY: ['a word as key', 'something else'],
  RESOURCE_EXHAUSTION: [`at most ${DEPTH_MAX} levels of lists and groups`, 'more'],
  TAG_RESOLVE_FAILED: ['a plain value', 'a YAML tag ("!...")'],
};

/** Other messages are the package's own, without the piece of the file that some of them quote. */
function syntaxFinding(error: YAMLError): Finding {
  const message = error.message.replace(/\b: .*/s, '').replaceAll('"', '');
  const [expected, got] = SYNTAX[error.code] ?? ['valid YAML', `"${message}"`];
  return { path: [], expected, got };
}

function unreadable(findings: readonly Placed[]): TextFile {
  return { value: undefined, findings, has: () => false, position: () => TOP };
}

function refused(expected: string, got: string, position = TOP): TextFile {
  return unreadable([{ finding: { path: [], expected, got }, position }]);
}

/** Where a text ends that no editor has written: at a NUL, or at bytes that were no UTF-8. */
function binaryAt(text: string): Position | undefined {
  const offset = text.search(/[\0\uFFFD]/);
  if (offset < 0) return undefined;
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** What the parser has open at once at `DEPTH_MAX`, and far more; the exact depth is the tree's to judge. */
const OPEN_MAX = 3 * DEPTH_MAX;

/**
 * Where nesting goes too deep. The package builds its nodes by functions that call themselves at each level: at the end of the
 * stack they may end the process. Its parser does not, so that one is asked first.
 */
function tooDeepAt(text: string, lines: LineCounter): Position | undefined {
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > OPEN_MAX) return placeOf(lines, parser.offset);
  }
  return undefined;
}

function plainValue(document: Document, tree: Tree): TextFile {
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    return { value, findings: [], has: (path) => tree.has(path), position: (path, at) => tree.position(path, at) };
  } catch (error) {
    // In this way the yaml package refuses anchors within anchors that multiply.
    if (!(error instanceof ReferenceError)) throw error;
    return refused(`at most ${ALIASES_MAX} uses of anchors`, 'more');
  }
}

/** What the checks ask of the text. */
export function placesOf(file: TextFile): Places {
  return { has: (path) => file.has(path), lineOf: (path) => file.position(path).line };
}

/** A group of a file as a file of its own, whose places stay those of the whole. */
export function partOf(file: TextFile, within: Path): TextFile {
  return {
    value: valueAt(file.value, within),
    findings: file.findings,
    has: (path) => file.has([...within, ...path]),
    position: (path, at) => file.position([...within, ...path], at),
  };
}

export function readText(text: string): TextFile {
  if (text.length > FILE_CHARS_MAX) {
    const got = `${(text.length / 1e6).toFixed(1)} million`;
    return refused(`a file of at most ${FILE_CHARS_MAX / 1e6} million characters`, got);
  }
  const binary = binaryAt(text);
  if (binary) return refused('a text in UTF-8', 'binary data', binary);
  const deep = tooDeepAt(text, new LineCounter());
  if (deep) return refused(`at most ${DEPTH_MAX} levels of lists and groups`, 'more', deep);
  const lines = new LineCounter();
  // Duplicate keys are found by the tree, which knows their path. Nothing may be printed from here.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, stringKeys: true } as const;
  const document = parseDocument(text, { ...options, logLevel: 'error' });
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    finding: syntaxFinding(error),
    position: placeOf(lines, error.pos[0]),
  }));
  const tree = new Tree(document.contents as Node | null, lines);
  const findings = [...syntax, ...tree.findings];
  return findings.length > 0 ? unreadable(findings) : plainValue(document, tree);
}
