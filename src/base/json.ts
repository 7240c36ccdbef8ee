/** JSON that comes from elsewhere: a value of which nothing is known yet. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Nothing of ours is nested so deep. What walks through a value calls itself at each level, and the stack has an end. */
const DEPTH_MAX = 64;

/** `undefined`: the text is no JSON, or nested deeper than anything that is meant for us. */
export function parseJson(text: string): unknown {
  if (isDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const [QUOTE, BACKSLASH, LIST, LIST_END, OBJECT, OBJECT_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Brackets within texts do not count. */
function isDeep(text: string): boolean {
  let depth = 0;
  let isWithinText = false;
  for (let at = 0; at < text.length && depth <= DEPTH_MAX; at++) {
    const code = text.charCodeAt(at);
    if (isWithinText && code === BACKSLASH) at += 1;
    else if (code === QUOTE) isWithinText = !isWithinText;
    else if (isWithinText) continue;
    else if (code === LIST || code === OBJECT) depth += 1;
    else if (code === LIST_END || code === OBJECT_END) depth -= 1;
  }
  return depth > DEPTH_MAX;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
