/** "Did you mean": the valid word nearest to a wrong one, and how it is said. */

/** A longer one is no slip of the finger. */
const WORD_MAX = 64;

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * The candidate with the smallest edit distance, case ignored; a candidate that starts with the word counts as
 * near ("limit" -> "limitA"). `undefined` when nothing is near enough to be helpful.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > WORD_MAX) return undefined;
  const lower = word.toLowerCase();
  const farthest = Math.max(2, Math.floor(word.length / 2));
  let best: { candidate: string; distance: number; edits: number } | undefined;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const isPrefix = lower.length >= 3 && (other.startsWith(lower) || lower.startsWith(other));
    // It takes as many edits at least; to count them takes long.
    if (!isPrefix && Math.abs(lower.length - other.length) > farthest) continue;
    const edits = editDistance(lower, other);
    const distance = isPrefix ? 1 : edits;
    const isNearer = !best || distance < best.distance || (distance === best.distance && edits < best.edits);
    if (isNearer) best = { candidate, distance, edits };
  }
  return best && best.distance <= farthest ? best.candidate : undefined;
}

/** `; did you mean "main"?`, to stand behind what was got; where no word is near, `otherwise` or nothing. */
export function guessText(near: string | undefined, otherwise?: string): string {
  if (near !== undefined) return `; did you mean "${near}"?`;
  return otherwise === undefined ? '' : `; ${otherwise}`;
}
