/** What a mutant changes: one text in one emitted file, which must be there exactly once. */
export interface Edit {
  /** Under build/src. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Rule, name, file under build/src, text, what stands there instead, killer. */
export type Row = readonly [rule: string, name: string, file: string, find: string, replace: string, killer: string];

/** Throws when the text is not there exactly once: the list would no longer be true. */
export function edited(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file}: expected once, found ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}
