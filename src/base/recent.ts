/** Tables that cannot grow: a map keeps its order, so its first entry is the one that was not touched longest. */

/** Sets `key` as the latest entry; the oldest one goes when there are more than `most`. */
export function setLatest<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  if (!map.delete(key) && map.size >= most) {
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }
  map.set(key, value);
}
