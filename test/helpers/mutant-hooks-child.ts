/** Runs in the thread of Node's module loader: puts the mutant's text in place of the original. */
import { type Edit, edited } from '../mutants/edit.js';

interface Loaded {
  readonly format: string;
  readonly source: string | Uint8Array | undefined;
}

let edit: Edit | undefined;

export function initialize(data: Edit): void {
  edit = data;
}

export async function load(
  url: string,
  context: unknown,
  nextLoad: (url: string, context: unknown) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await nextLoad(url, context);
  if (!edit || !url.endsWith(`/build/src/${edit.file}`)) return loaded;
  const { source } = loaded;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  return { ...loaded, source: edited(text, edit) };
}
