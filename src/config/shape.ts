/** Holds a plain value against the schema: what does not fit becomes findings, and what does fit is kept. */
import * as z from 'zod/mini';
import { nearest } from '../base/nearest.js';
import { type Guess, LIST_MAX } from './fields.js';
import { type Finding, gotText, type Path } from './issue.js';

type Issue = z.core.$ZodIssue;

/** Findings of one file. A file that is no configuration at all has as many as it has words. */
export const FINDINGS_MAX = 1_000;

export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

/** The keys that the group at `path` may have. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'default' || def.type === 'prefault' || def.type === 'optional') return keysAt(def.innerType, path);
  const [step, ...rest] = path;
  if (def.type === 'array') return keysAt(def.element, rest);
  if (def.type !== 'object') return [];
  if (step === undefined) return Object.keys(def.shape);
  const inner = def.shape[step];
  return inner ? keysAt(inner, rest) : [];
}

/** An issue within one of the ways to write a value ("three numbers"), or with its word, says more than "none of the ways fits". */
function innermost(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inner = issue.errors.find((issues) => issues.every(({ path, code }) => path.length > 0 || code === 'custom'));
  return inner?.map((each) => ({ ...each, path: [...issue.path, ...each.path] })) ?? [issue];
}

function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

/** Where a secret belongs, or is written by mistake. */
const SECRET: readonly unknown[] = ['password', 'keyFile'];

/** A secret must not reach a screen or a log. */
function gotAt(value: unknown, path: Path): string {
  const got = valueAt(value, path);
  return SECRET.includes(path.at(-1)) && got !== undefined && got !== null ? 'a value not shown here' : gotText(got);
}

function unknownKeys(schema: z.core.$ZodType, issue: z.core.$ZodIssueUnrecognizedKeys): Finding[] {
  const valid = keysAt(schema, pathOf(issue));
  return issue.keys.slice(0, FINDINGS_MAX).map((name) => ({
    path: [...pathOf(issue), name],
    at: 'key' as const,
    expected: issue.message,
    got: gotText(name),
    nearest: nearest(name, valid),
  }));
}

function meantWord(issue: Issue, got: string): string | undefined {
  if (issue.code === 'invalid_value') return nearest(got, issue.values.map(String));
  const guess = issue.code === 'custom' ? (issue.params as Partial<Guess> | undefined) : undefined;
  return guess?.nearest?.(got);
}

function findingsOf(schema: z.core.$ZodType, value: unknown, issue: Issue): Finding[] {
  if (issue.code === 'unrecognized_keys') return unknownKeys(schema, issue);
  const path = pathOf(issue);
  const got = valueAt(value, path);
  const meant = typeof got === 'string' ? meantWord(issue, got) : undefined;
  return [{ path, expected: issue.message, got: gotAt(value, path), nearest: meant }];
}

/** What misspelt keys are meant for, each as the path that it should have had. */
function meantPaths(all: readonly Finding[]): ReadonlySet<string> {
  const misspelt = all.filter(({ at, nearest: word }) => at === 'key' && word !== undefined);
  return new Set(misspelt.map(({ path, nearest: word }) => JSON.stringify([...path.slice(0, -1), word])));
}

/** What the schema refuses in `value`, `FINDINGS_MAX` at most. */
export function shapeFindings(schema: z.core.$ZodType, value: unknown): Finding[] {
  const result = z.safeParse(schema, value);
  if (result.success) return [];
  const issues = result.error.issues.slice(0, FINDINGS_MAX).flatMap(innermost);
  const all = issues.flatMap((issue) => findingsOf(schema, value, issue)).slice(0, FINDINGS_MAX);
  const meant = meantPaths(all);
  const seen = new Set<string>();
  return all.filter((finding) => {
    const sameAs = JSON.stringify([finding.path, finding.at]);
    // A key that is only misspelt is not missing as well.
    const isMisspelt = valueAt(value, finding.path) === undefined && meant.has(JSON.stringify(finding.path));
    if (seen.has(sameAs) || isMisspelt) return false;
    seen.add(sameAs);
    return true;
  });
}

/** One group of the file as far as it can be read, so that its relations are checked although something is wrong. */
export interface Draft<T> {
  readonly path: Path;
  /** What is wrong or missing is absent. */
  readonly value: Partial<T>;
  /** Nothing is wrong with this group by itself. */
  readonly intact: boolean;
}

export interface Drafts<T> {
  readonly items: readonly Draft<T>[];
  /** Every item is intact: only then does the absence of something mean anything. */
  readonly intact: boolean;
}

type GroupSchema = z.ZodMiniObject<z.core.$ZodLooseShape, z.core.$strict>;

export function draftOf<S extends GroupSchema>(schema: S, value: unknown, path: Path): Draft<z.output<S>> {
  const whole = z.safeParse(schema, value);
  if (whole.success) return { path, value: whole.data as Partial<z.output<S>>, intact: true };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { path, value: {}, intact: false };
  const wrong = new Set(whole.error.issues.map((issue) => String(issue.path[0])));
  const isGood = (name: string): boolean => Object.hasOwn(schema.shape, name) && !wrong.has(name);
  const good = Object.fromEntries(Object.entries(value).filter(([name]) => isGood(name)));
  // Parsed again for the defaults; those of the wrong keys are no part of the file and are left out.
  const parsed = Object.entries(z.parse(z.partial(schema), good)).filter(([name]) => isGood(name));
  return { path, value: Object.fromEntries(parsed) as Partial<z.output<S>>, intact: false };
}

/** A list of groups, of `atMost`: one that is longer is not looked into. `mayLack`: that it is not there means an empty one. */
export function draftsOf<S extends GroupSchema>(
  schema: S,
  value: unknown,
  path: Path,
  { mayLack = false, atMost = LIST_MAX } = {},
): Drafts<z.output<S>> {
  if (!Array.isArray(value)) return { items: [], intact: mayLack && value === undefined };
  if (value.length > atMost) return { items: [], intact: false };
  const items = value.map((item: unknown, index) => draftOf(schema, item, [...path, index]));
  return { items, intact: items.every((item) => item.intact) };
}
