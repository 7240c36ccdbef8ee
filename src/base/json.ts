/** JSON that comes from elsewhere: a value of which nothing is known yet. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** `undefined`: the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
