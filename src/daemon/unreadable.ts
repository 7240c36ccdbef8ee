/** Why a file cannot be read, for people. */
const FOUND_INSTEAD: Readonly<Record<string, string>> = {
  ENOENT: 'nothing',
  ENOTDIR: 'nothing',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
};

/** "nothing (ENOENT)": what stands where the file should be, by the error of the system. */
export function foundInstead(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const found = FOUND_INSTEAD[code];
  return found === undefined ? code : `${found} (${code})`;
}
